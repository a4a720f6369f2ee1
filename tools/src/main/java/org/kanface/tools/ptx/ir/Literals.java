package org.kanface.tools.ptx.ir;

/// Numbers as bits of a type.
public final class Literals {
  private Literals() {}

  /// The bits that `number` has where `type` is wanted; integers are cut to the width by whoever
  /// reads them.
  public static long bits(Operand.Immediate number, Type type) {
    return switch (number.form()) {
      case INTEGER -> number.bits();
      case FLOAT_BITS ->
          type.bits() == 64
              ? Double.doubleToRawLongBits(Float.intBitsToFloat((int) number.bits()))
              : number.bits();
      case DOUBLE_BITS ->
          type.bits() == 64
              ? number.bits()
              : Float.floatToRawIntBits((float) Double.longBitsToDouble(number.bits()))
                  & 0xffff_ffffL;
    };
  }
}
