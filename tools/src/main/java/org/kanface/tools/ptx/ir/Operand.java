package org.kanface.tools.ptx.ir;

import java.util.List;

/// One operand of an instruction.
public sealed interface Operand {

  /// A register; `negated` is `!p` of a predicate.
  record Reg(Register register, boolean negated) implements Operand {}

  /// A number. An integer literal has its bits, a floating-point one also its value: `0f…` the 32
  /// bits of a float, `0d…` and decimals those of a double.
  record Immediate(long bits, Form form) implements Operand {}

  /// How an [Immediate] was written.
  enum Form {
    INTEGER,
    FLOAT_BITS,
    DOUBLE_BITS
  }

  /// A name that is neither register nor label: a variable or a function, with a byte offset.
  record Symbol(String name, Target target, long offset) implements Operand {}

  /// What a [Symbol] stands for.
  sealed interface Target {}

  /// A variable, of the module or of a function.
  record VariableTarget(Variable variable) implements Target {}

  /// A function, or anything else that is looked up by name in the whole module.
  record NamedTarget() implements Target {}

  /// `[base + offset]`.
  record Address(Operand base, long offset) implements Operand {}

  /// `{a, b, …}`.
  record Vector(List<Operand> elements) implements Operand {}

  /// `p|q`.
  record Pair(Operand first, Operand second) implements Operand {}

  /// `(a, b, …)` of a call.
  record Group(List<Operand> elements) implements Operand {}

  /// A special register such as `%tid.x`.
  record Special(String name) implements Operand {}

  /// A position in the function: the index of an instruction.
  record Label(String name, int target) implements Operand {}

  /// `_`: the result is thrown away.
  record Sink() implements Operand {}
}
