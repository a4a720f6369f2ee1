package org.kanface.data.pickle;

/// Names for opcodes that are refused.
final class OpcodeName {
  private OpcodeName() {}

  static String of(int op) {
    return switch (op) {
      case 'i' -> "INST (makes an instance)";
      case 'o' -> "OBJ (makes an instance)";
      case 0x92 -> "NEWOBJ_EX (makes an instance)";
      case 0x82, 0x83, 0x84 -> "EXT (an extension registry)";
      case 0x8f, 0x90, 0x91 -> "EMPTY_SET, ADDITEMS or FROZENSET (a set)";
      case 0x97, 0x98 -> "NEXT_BUFFER or READONLY_BUFFER (data outside the pickle)";
      default -> "0x%02X, which is unknown,".formatted(op);
    };
  }
}
