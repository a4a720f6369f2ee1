package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;

/// Knows how to decode instructions of one opcode.
interface Family {
  /// Adds the ops of `i`; takes the modifiers that it honours from `m`.
  void translate(Translator t, Instruction i, Mods m);
}
