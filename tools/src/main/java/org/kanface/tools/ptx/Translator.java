package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.kanface.tools.ptx.ir.Function;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Literals;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.PtxException;
import org.kanface.tools.ptx.ir.Register;
import org.kanface.tools.ptx.ir.Space;
import org.kanface.tools.ptx.ir.Type;
import org.kanface.tools.ptx.ir.Variable;

/// Turns a function's instructions into ops. Constants become registers with a value; special
/// registers and addresses in the frame are computed by ops put before their instruction.
final class Translator {
  final Linkage link;
  private final Function function;
  private final Code code;
  private final List<Op> ops = new ArrayList<>();
  private final Map<Long, Integer> constants = new HashMap<>();
  private final IdentityHashMap<Variable, Long> frameOffsets = new IdentityHashMap<>();
  private int rows;
  private int predicates;
  private int carry = -1;
  private int sink = -1;
  private final int[] starts;
  private Instruction current;

  private Translator(Linkage link, Function function, Code code) {
    this.link = link;
    this.function = function;
    this.code = code;
    rows = function.values();
    predicates = function.predicates();
    starts = new int[function.instructions().size() + 1];
    current =
        new Instruction(
            function.line(), null, null, false, "ret", List.of(), List.of()); // the implicit one
  }

  /// Fills `code`.
  static void translate(Linkage link, Code code) {
    new Translator(link, code.function, code).run();
  }

  private void run() {
    layOutFrame();
    List<Instruction> all = function.instructions();
    Instruction last = all.isEmpty() ? current : all.getLast();
    for (int n = 0; n < all.size(); n++) {
      current = all.get(n);
      starts[n] = ops.size();
      instruction(current);
    }
    starts[all.size()] = ops.size();
    current = last;
    add(new Return(last, function.entry())).counted = false;
    finish();
  }

  private void instruction(Instruction i) {
    Family family = Opcodes.family(i.opcode());
    if (family == null) {
      throw new PtxException(i.line(), "the instruction '%s' is not supported.", i.mnemonic());
    }
    int from = ops.size();
    var mods = new Mods(i);
    try {
      family.translate(this, i, mods);
    } catch (IndexOutOfBoundsException _) {
      throw mods.error("too few operands");
    }
    mods.done();
    Register guard = i.guard();
    if (guard != null) {
      for (Op op : ops.subList(from, ops.size())) {
        op.guard = guard.index();
        op.negated = i.negated();
      }
    }
    if (from < ops.size()) {
      ops.getLast().counted = true;
    }
  }

  private void finish() {
    for (Op op : ops) {
      if (op instanceof Retargetable r) {
        r.retarget(starts);
      }
    }
    code.ops = ops.toArray(Op[]::new);
    code.predicates = predicates;
    code.initialRegisters = new long[rows * Op.LANES];
    constants.forEach(
        (value, row) -> java.util.Arrays.fill(code.initialRegisters, row, row + Op.LANES, value));
    FlowGraph.analyse(code);
  }

  private void layOutFrame() {
    long at = 0;
    at = place(function.parameters(), at);
    at = place(function.results(), at);
    for (Variable v : function.variables()) {
      if (v.space() == Space.LOCAL || v.space() == Space.PARAM) {
        at = place(List.of(v), at);
      }
    }
    code.localBytes = function.entry() ? (at + 15) / 16 * 16 : Math.max(16, (at + 15) / 16 * 16);
    code.parameterOffsets = function.parameters().stream().mapToLong(this::offset).toArray();
    code.resultOffsets = function.results().stream().mapToLong(this::offset).toArray();
    code.parameterRows =
        function.parameterRegisters().stream().mapToInt(r -> r.index() * Op.LANES).toArray();
    code.resultRows =
        function.resultRegisters().stream().mapToInt(r -> r.index() * Op.LANES).toArray();
  }

  private long place(List<Variable> variables, long start) {
    long at = start;
    for (Variable v : variables) {
      boolean kernelParameter = function.entry() && function.parameters().contains(v);
      at = (at + v.align() - 1) / v.align() * v.align();
      frameOffsets.put(v, at);
      at += kernelParameter ? v.size() : Math.max(v.size(), 1);
    }
    return at;
  }

  /// Offset of a variable in the frame; of a kernel's parameter, among the parameters.
  long offset(Variable v) {
    Long offset = frameOffsets.get(v);
    if (offset == null) {
      throw error("'%s' has no place in this function", v.name());
    }
    return offset;
  }

  boolean kernelParameter(Variable v) {
    return function.entry() && function.parameters().contains(v);
  }

  boolean inFrame(Variable v) {
    return frameOffsets.containsKey(v) && !kernelParameter(v);
  }

  Function function() {
    return function;
  }

  /// Whether the outcome of an atomic depends on the order of blocks; the kernel is then marked.
  boolean ordered(String name, Type type, Space space, int d) {
    if (space == Space.SHARED) {
      return false;
    }
    boolean used = d >= 0 && occurrences(d / Op.LANES) > 1;
    boolean commutes =
        type.integral()
            && switch (name) {
              case "add", "min", "max", "and", "or", "xor" -> true;
              default -> false;
            };
    boolean ordered = used || !commutes;
    if (ordered) {
      link.requireOrder();
    }
    return ordered;
  }

  /// How often a register occurs as an operand.
  private long occurrences(int index) {
    return function.instructions().stream()
        .flatMap(i -> i.operands().stream())
        .mapToLong(o -> occurrences(o, index))
        .sum();
  }

  private static long occurrences(Operand o, int index) {
    return switch (o) {
      case Operand.Reg(var r, _) -> !r.predicate() && r.index() == index ? 1 : 0;
      case Operand.Address(var base, _) -> occurrences(base, index);
      case Operand.Vector(var elements) ->
          elements.stream().mapToLong(e -> occurrences(e, index)).sum();
      case Operand.Group(var elements) ->
          elements.stream().mapToLong(e -> occurrences(e, index)).sum();
      case Operand.Pair(var a, var b) -> occurrences(a, index) + occurrences(b, index);
      default -> 0;
    };
  }

  /// The instruction being decoded.
  Instruction current() {
    return current;
  }

  GlobalMemory memory() {
    return link.memory();
  }

  Code code() {
    return code;
  }

  <T extends Op> T add(T op) {
    ops.add(op);
    return op;
  }

  /// Adds an op that prepares an operand.
  void prepare(Op op) {
    op.counted = false;
    ops.add(op);
  }

  /// The last `count` ops prepare for the next one.
  void hideHelpers(int count) {
    for (Op op : ops.subList(ops.size() - count, ops.size())) {
      op.counted = false;
    }
  }

  int freshRow() {
    return rows++ * Op.LANES;
  }

  int freshPredicate() {
    return predicates++;
  }

  /// The predicate that holds the carry flag.
  int carry() {
    if (carry < 0) {
      carry = freshPredicate();
    }
    return carry;
  }

  int constant(long value) {
    return constants.computeIfAbsent(value, _ -> freshRow());
  }

  /// The row of a source operand that is read as `type`.
  int value(Operand o, Type type) {
    return switch (o) {
      case Operand.Reg(var register, var negated) -> {
        if (register.predicate() || negated) {
          throw error("expected a value, found the predicate '%s'", register.name());
        }
        yield register.index() * Op.LANES;
      }
      case Operand.Immediate number -> constant(Literals.bits(number, type));
      case Operand.Special(var name) -> special(name);
      case Operand.Symbol s -> Symbols.value(this, s);
      case Operand.Vector(var elements) -> Packing.pack(this, current, elements, type);
      case Operand.Sink _ -> constant(0);
      default -> throw error("this operand is not supported here");
    };
  }

  int value(Instruction i, int operand, Type type) {
    return value(i.operands().get(operand), type);
  }

  private int special(String name) {
    SpecialRegisters.Reader reader = SpecialRegisters.named(name);
    if (reader == null) {
      throw error("the special register '%s' is not supported", name);
    }
    int row = freshRow();
    prepare(new SpecialRegisters.Read(current, reader, row));
    return row;
  }

  /// The row of a destination.
  int destination(Operand o) {
    return switch (o) {
      case Operand.Reg(var register, _) when !register.predicate() -> register.index() * Op.LANES;
      case Operand.Sink _ -> {
        if (sink < 0) {
          sink = freshRow();
        }
        yield sink;
      }
      default -> throw error("expected a register as destination");
    };
  }

  /// The number of a predicate that is written; -1 for `_`.
  int predicateDestination(Operand o) {
    return switch (o) {
      case Operand.Reg(var register, var negated) when register.predicate() && !negated ->
          register.index();
      case Operand.Sink _ -> -1;
      default -> throw error("expected a predicate register as destination");
    };
  }

  /// The number of a predicate that is read; a negated one is negated into a fresh one first.
  int predicate(Operand o) {
    if (o instanceof Operand.Immediate number) {
      int fresh = freshPredicate();
      prepare(
          new Predicates(current, Predicates.Kind.CONSTANT, fresh, fresh, fresh, number.bits()));
      return fresh;
    }
    if (!(o instanceof Operand.Reg(var register, var negated)) || !register.predicate()) {
      throw error("expected a predicate register");
    }
    if (!negated) {
      return register.index();
    }
    int fresh = freshPredicate();
    prepare(
        new Predicates(current, Predicates.Kind.NOT, fresh, register.index(), register.index(), 0));
    return fresh;
  }

  void one(Instruction i, Fn.One f, int d, int a) {
    add(Specialised.make(Lanes1.class, List.of(f), i, f, d, a));
  }

  void two(Instruction i, Fn.Two f, int d, int a, int b) {
    add(Specialised.make(Lanes2.class, List.of(f), i, f, d, a, b));
  }

  void three(Instruction i, Fn.Three f, int d, int a, int b, int c) {
    add(Specialised.make(Lanes3.class, List.of(f), i, f, d, a, b, c));
  }

  /// `d = f(a)` over operands 0 and 1.
  void one(Instruction i, Type type, Fn.One f) {
    int a = value(i, 1, type);
    one(i, f, destination(i.operands().get(0)), a);
  }

  /// `d = f(a, b)` over operands 0 to 2.
  void two(Instruction i, Type type, Fn.Two f) {
    int a = value(i, 1, type);
    int b = value(i, 2, type);
    two(i, f, destination(i.operands().get(0)), a, b);
  }

  /// `d = f(a, b, c)` over operands 0 to 3.
  void three(Instruction i, Type type, Fn.Three f) {
    int a = value(i, 1, type);
    int b = value(i, 2, type);
    int c = value(i, 3, type);
    three(i, f, destination(i.operands().get(0)), a, b, c);
  }

  PtxException error(String message, Object... arguments) {
    return new PtxException(
        current.line(), "%s: %s.", current.mnemonic(), message.formatted(arguments));
  }
}
