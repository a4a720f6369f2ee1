package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// A decoded instruction, executed by the lanes of a warp that are in `mask`.
///
/// Value registers are rows of 32 in [Warp#r]: operand fields hold the first index of a row.
/// Predicates are one `int` of 32 lanes each in [Warp#p].
abstract class Op {
  static final int LANES = 32;
  static final int ALL = -1;

  /// The predicate of `@p`, or -1.
  int guard = -1;

  boolean negated;

  /// False for what the translator put before an instruction to prepare an operand.
  boolean counted = true;

  private final Instruction source;

  Op(Instruction source) {
    this.source = source;
  }

  final Instruction source() {
    return source;
  }

  /// Executes for the lanes in `mask`, which is not 0.
  abstract void run(Warp w, int mask);

  /// Byte `n` of what a store is about to write; asked only where [#storesRegisters].
  byte storedByte(Warp w, int lane, int n) {
    return 0;
  }

  /// Whether [#storedByte] knows what is stored.
  boolean storesRegisters() {
    return false;
  }
}
