package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Function;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Module;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Parser;
import org.kanface.tools.ptx.ir.PtxException;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Variable;

/// A loaded PTX file: its kernels and its variables in global and constant memory.
public final class SimModule implements AutoCloseable {
  private static final long FUNCTIONS = 0x7300_0000_0000L;
  private static final long FUNCTION_STEP = 16;

  private final SimDevice device;
  private final Module module;
  private final Map<String, Allocation> globals = new LinkedHashMap<>();
  private final List<Allocation> constants = new ArrayList<>();
  private final Map<String, Long> functionAddresses = new HashMap<>();
  private final List<Function> functions = new ArrayList<>();
  private final Map<String, SimKernel> kernels = new LinkedHashMap<>();

  SimModule(SimDevice device, String text) {
    this.device = device;
    module = Parser.parse(text);
    for (Function f : module.functions().values()) {
      functionAddresses.put(f.name(), FUNCTIONS + (functions.size() + 1) * FUNCTION_STEP);
      functions.add(f);
    }
    allocate();
    initialise();
    for (Function f : module.functions().values()) {
      if (f.entry() && f.defined()) {
        kernels.put(f.name(), new SimKernel(device, this, f, new Linkage(this, f)));
      }
    }
  }

  /// The kernel of this name; kernels of C++ have mangled names.
  public SimKernel kernel(String name) {
    SimKernel kernel = kernels.get(name);
    if (kernel == null) {
      throw new IllegalArgumentException(
          "there is no kernel '%s'; the file has %s."
              .formatted(name, kernels.isEmpty() ? "none" : String.join(", ", kernels.keySet())));
    }
    return kernel;
  }

  /// Names of all kernels.
  public Set<String> kernels() {
    return kernels.keySet();
  }

  /// The address of a variable in global or constant memory.
  public long global(String name) {
    return allocation(name).base;
  }

  /// The size of a variable in global or constant memory.
  public long globalBytes(String name) {
    return allocation(name).size();
  }

  /// Frees its variables; its kernels must not be launched any more.
  @Override
  public void close() {
    for (Allocation block : globals.values()) {
      memory().free(block.base);
    }
  }

  /// Names of all variables in global and constant memory.
  Set<String> variables() {
    return globals.keySet();
  }

  private Allocation allocation(String name) {
    Allocation found = globals.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no variable '%s'; the file has %s."
              .formatted(
                  name,
                  globals.isEmpty() ? "none" : String.join(", ", new TreeSet<>(globals.keySet()))));
    }
    return found;
  }

  GlobalMemory memory() {
    return device.memory();
  }

  long address(Variable v) {
    Allocation found = globals.get(v.name());
    if (found == null) {
      throw new PtxException(v.line(), "'%s' is only declared here.", v.name());
    }
    return found.base;
  }

  boolean inConstant(long address) {
    for (Allocation c : constants) {
      if (c.holds(address, 1)) {
        return true;
      }
    }
    return false;
  }

  @Nullable Function function(String name) {
    String alias = module.aliases().get(name);
    return module.functions().get(alias == null ? name : alias);
  }

  /// 0 if there is none.
  long functionAddress(String name) {
    String alias = module.aliases().get(name);
    return functionAddresses.getOrDefault(alias == null ? name : alias, 0L);
  }

  @Nullable Function functionAt(long address) {
    long n = (address - FUNCTIONS) / FUNCTION_STEP - 1;
    boolean exact = (address - FUNCTIONS) % FUNCTION_STEP == 0;
    return exact && n >= 0 && n < functions.size() ? functions.get((int) n) : null;
  }

  /// Functions whose address is used other than in a direct call.
  List<Function> addressTaken() {
    var found = new LinkedHashSet<Function>();
    for (Variable v : module.variables()) {
      for (Variable.Initial piece : v.initial()) {
        if (piece instanceof Variable.AddressOf a) {
          note(found, a.name());
        }
      }
    }
    for (Function f : functions) {
      for (Instruction i : f.instructions()) {
        if (i.opcode().equals("mov")
            && i.operands().size() > 1
            && i.operands().get(1) instanceof Operand.Symbol s) {
          note(found, s.name());
        }
      }
    }
    return found.stream().filter(Function::defined).toList();
  }

  private void note(Set<Function> found, String name) {
    Function f = function(name);
    if (f != null) {
      found.add(f);
    }
  }

  private void allocate() {
    for (Variable v : module.variables()) {
      if (v.space() == Space.SHARED || v.external()) {
        continue;
      }
      if (v.space() != Space.GLOBAL && v.space() != Space.CONST) {
        throw new PtxException(
            v.line(), "variables of a module in '.%s' are not supported.", v.space());
      }
      Allocation block = memory().allocate(v.name(), v.size());
      block.markWritten(0, v.size());
      globals.put(v.name(), block);
      if (v.space() == Space.CONST) {
        constants.add(block);
      }
    }
  }

  private void initialise() {
    for (Variable v : module.variables()) {
      Allocation block = globals.get(v.name());
      if (block == null) {
        continue;
      }
      for (Variable.Initial piece : v.initial()) {
        switch (piece) {
          case Variable.Bits(var offset, var bits, var bytes) ->
              Raw.put(block.native0 + offset, bytes, bits);
          case Variable.AddressOf a ->
              Raw.put(block.native0 + a.offset(), a.bytes(), target(v, a) >>> a.shift());
        }
      }
    }
  }

  private long target(Variable v, Variable.AddressOf a) {
    Allocation block = globals.get(a.name());
    long address = block != null ? block.base : functionAddress(a.name());
    if (address == 0) {
      throw new PtxException(v.line(), "the name '%s' is not defined.", a.name());
    }
    return address + a.addend();
  }
}
