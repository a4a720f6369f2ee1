package org.kanface.tools.ptx.ir;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One instruction.
///
/// @param line its line in the PTX, from 1
/// @param source the line it was made from, where `.loc` says so
/// @param guard the predicate of `@p`, or null
/// @param negated `@!p`
/// @param opcode the first word, for example `ld`
/// @param modifiers the words after it, without dots: `global`, `v4`, `f32`
public record Instruction(
    int line,
    @Nullable SourceLine source,
    @Nullable Register guard,
    boolean negated,
    String opcode,
    List<String> modifiers,
    List<Operand> operands) {

  /// Opcode and modifiers as written.
  public String mnemonic() {
    return modifiers.isEmpty() ? opcode : opcode + "." + String.join(".", modifiers);
  }

  /// Where it is, for messages: the source line if known, and the PTX line.
  public String place() {
    return source == null ? "PTX line " + line : source + " (PTX line " + line + ")";
  }
}
