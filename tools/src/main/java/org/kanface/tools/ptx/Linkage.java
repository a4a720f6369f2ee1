package org.kanface.tools.ptx;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.kanface.tools.ptx.ir.Function;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.PtxException;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Variable;

/// A kernel with every function it can reach: decoded code, and the layout of shared memory.
final class Linkage {
  /// Local memory of a thread where the depth of calls is not known.
  static final int UNBOUNDED_STACK = 32 << 10;

  /// Bytes of shared memory that the runtime's own code takes where it is used.
  static final int RESERVED = 1024;

  private final SimModule module;
  private final Map<String, Code> codes = new LinkedHashMap<>();
  private final IdentityHashMap<Variable, Long> shared = new IdentityHashMap<>();
  private final Set<Variable> dynamic = new LinkedHashSet<>();
  private long sharedBytes;
  private long reservedOffset = -1;
  private boolean ordered;
  private boolean unbounded;
  private final Code kernel;
  private final long stackBytes;

  Linkage(SimModule module, Function entry) {
    this.module = module;
    for (Function f : reachable(entry)) {
      codes.put(f.name(), new Code(f));
      layOutShared(f);
    }
    sharedBytes = (sharedBytes + 15) / 16 * 16;
    if (usesReserved()) {
      reservedOffset = sharedBytes;
      sharedBytes += RESERVED;
    }
    for (Variable v : dynamic) {
      shared.put(v, sharedBytes);
    }
    codes.values().forEach(code -> Translator.translate(this, code));
    kernel = code(entry.name());
    long depth = depth(entry, new HashMap<>(), new HashSet<>());
    stackBytes = unbounded ? Math.max(UNBOUNDED_STACK, kernel.localBytes * 2) : depth;
  }

  private Code code(String name) {
    Code code = codes.get(name);
    if (code == null) {
      throw new IllegalStateException("no code for " + name);
    }
    return code;
  }

  Code kernel() {
    return kernel;
  }

  Iterable<Code> codes() {
    return codes.values();
  }

  private boolean usesReserved() {
    return codes.values().stream()
        .flatMap(code -> code.function.instructions().stream())
        .flatMap(i -> i.operands().stream())
        .anyMatch(o -> o instanceof Operand.Special(var name) && name.startsWith("%reserved_smem"));
  }

  /// Where the runtime's own shared memory lies.
  long reservedOffset() {
    return reservedOffset;
  }

  /// Bytes of static shared memory.
  int sharedBytes() {
    return Math.toIntExact(sharedBytes);
  }

  /// Bytes of local memory of a thread.
  int stackBytes() {
    return Math.toIntExact(Math.max(16, stackBytes));
  }

  /// Whether results may depend on the order in which blocks run.
  boolean ordered() {
    return ordered;
  }

  void requireOrder() {
    ordered = true;
  }

  /// `alloca` is used.
  void requireStack() {
    unbounded = true;
  }

  GlobalMemory memory() {
    return module.memory();
  }

  boolean inConstant(long address) {
    return module.inConstant(address);
  }

  boolean defines(String name) {
    Function f = module.function(name);
    return f != null && f.defined();
  }

  /// The address of a variable of the module or of shared memory.
  long address(Variable v, Translator t) {
    if (v.space() == Space.SHARED) {
      Long offset = shared.get(v);
      if (offset == null) {
        throw t.error("'%s' has no place in shared memory", v.name());
      }
      return offset;
    }
    return module.address(v);
  }

  long functionAddress(String name, Translator t) {
    long address = module.functionAddress(name);
    if (address == 0) {
      throw t.error("the name '%s' is not defined", name);
    }
    return address;
  }

  Code function(String name, Translator t) {
    Function f = module.function(name);
    Code code = f == null ? null : codes.get(f.name());
    if (code == null) {
      throw t.error("the function '%s' has no body", name);
    }
    return code;
  }

  /// The target of an indirect call.
  Code function(long address) {
    Function f = module.functionAt(address);
    Code code = f == null ? null : codes.get(f.name());
    if (code == null) {
      throw new Fault(Fault.Kind.TRAP, "a call of 0x%x, where no function is", address);
    }
    return code;
  }

  private Set<Function> reachable(Function entry) {
    var found = new LinkedHashSet<Function>();
    var open = new ArrayDeque<Function>();
    open.add(entry);
    boolean all = false;
    while (!open.isEmpty()) {
      Function f = open.remove();
      if (!found.add(f)) {
        continue;
      }
      boolean indirect = false;
      for (Instruction i : f.instructions()) {
        for (Operand o : i.operands()) {
          visit(o, open);
        }
        indirect |= indirectCall(i);
      }
      if (indirect && !all) {
        all = true;
        unbounded = true;
        open.addAll(module.addressTaken());
      }
    }
    return found;
  }

  private static boolean indirectCall(Instruction i) {
    return i.opcode().equals("call")
        && i.operands().stream().anyMatch(o -> o instanceof Operand.Reg);
  }

  private void visit(Operand o, ArrayDeque<Function> open) {
    switch (o) {
      case Operand.Symbol s when s.target() instanceof Operand.NamedTarget -> {
        Function f = module.function(s.name());
        if (f != null && f.defined()) {
          open.add(f);
        }
      }
      case Operand.Address(var base, _) -> visit(base, open);
      case Operand.Vector(var elements) -> elements.forEach(e -> visit(e, open));
      case Operand.Group(var elements) -> elements.forEach(e -> visit(e, open));
      default -> {}
    }
  }

  private void layOutShared(Function f) {
    for (Instruction i : f.instructions()) {
      for (Operand o : i.operands()) {
        shared(o);
      }
    }
  }

  private void shared(Operand o) {
    switch (o) {
      case Operand.Symbol s
          when s.target() instanceof Operand.VariableTarget(var v) && v.space() == Space.SHARED -> {
        if (v.size() == 0) {
          dynamic.add(v);
        } else if (!shared.containsKey(v)) {
          sharedBytes = (sharedBytes + v.align() - 1) / v.align() * v.align();
          shared.put(v, sharedBytes);
          sharedBytes += v.size();
        }
      }
      case Operand.Address(var base, _) -> shared(base);
      case Operand.Vector(var elements) -> elements.forEach(this::shared);
      default -> {}
    }
  }

  /// Bytes of local memory of `f` and the deepest chain of calls below it.
  private long depth(Function f, Map<Function, Long> known, Set<Function> path) {
    Long cached = known.get(f);
    if (cached != null) {
      return cached;
    }
    if (!path.add(f)) {
      unbounded = true;
      return 0;
    }
    long deepest = 0;
    for (Instruction i : f.instructions()) {
      if (i.opcode().equals("call")) {
        for (Operand o : i.operands()) {
          Function callee = o instanceof Operand.Symbol s ? module.function(s.name()) : null;
          if (callee != null && callee.defined()) {
            deepest = Math.max(deepest, depth(callee, known, path));
          }
        }
      }
    }
    path.remove(f);
    long sum = code(f.name()).localBytes + deepest;
    known.put(f, sum);
    return sum;
  }

  /// Refuses what a kernel cannot have, before it is ever launched.
  void check() {
    if (sharedBytes > Launch.MOST_SHARED) {
      throw new PtxException(
          kernel.function.line(),
          "'%s' needs %d bytes of shared memory; a block has at most %d.",
          kernel.function.name(),
          sharedBytes,
          Launch.MOST_SHARED);
    }
  }
}
