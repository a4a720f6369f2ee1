package org.kanface.tools.ptx.ir;

import java.util.List;
import java.util.Map;

/// Replaces the names of labels, which may be used before they are defined.
final class Labels {
  private Labels() {}

  static List<Instruction> resolve(List<Instruction> instructions, Map<String, Integer> labels) {
    return instructions.stream().map(i -> resolve(i, labels)).toList();
  }

  private static Instruction resolve(Instruction i, Map<String, Integer> labels) {
    boolean jumps = i.opcode().equals("bra");
    if (!jumps) {
      return i;
    }
    var operands = i.operands().stream().map(o -> label(i, o, labels)).toList();
    return new Instruction(
        i.line(), i.source(), i.guard(), i.negated(), i.opcode(), i.modifiers(), operands);
  }

  private static Operand label(Instruction i, Operand o, Map<String, Integer> labels) {
    if (!(o instanceof Operand.Symbol s)) {
      return o;
    }
    Integer target = labels.get(s.name());
    if (target == null) {
      throw new PtxException(i.line(), "the label '%s' is not defined here.", s.name());
    }
    return new Operand.Label(s.name(), target);
  }
}
