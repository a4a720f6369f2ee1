package org.kanface.tools.ptx;

import org.jspecify.annotations.Nullable;

/// What the elements of an `mma` operand are: their width in a register and how bits are numbers.
/// Every number of these formats is exact in double.
enum MatrixElement {
  F16("f16", 16),
  BF16("bf16", 16),
  TF32("tf32", 32),
  E4M3("e4m3", 8),
  E5M2("e5m2", 8),
  F32("f32", 32),
  F64("f64", 64),
  S8("s8", 8),
  U8("u8", 8),
  S4("s4", 4),
  U4("u4", 4),
  B1("b1", 1),
  S32("s32", 32);

  private final String spelling;
  private final int bits;

  MatrixElement(String spelling, int bits) {
    this.spelling = spelling;
    this.bits = bits;
  }

  static @Nullable MatrixElement named(String spelling) {
    for (MatrixElement e : values()) {
      if (e.spelling.equals(spelling)) {
        return e;
      }
    }
    return null;
  }

  int bits() {
    return bits;
  }

  /// How many there are in a register.
  int perRegister() {
    return bits >= 32 ? 1 : 32 / bits;
  }

  /// Element `n` of a register.
  double number(long register, int n) {
    long element = register >>> n * bits;
    return switch (this) {
      case F16 -> Halves.F16.decode(element & 0xffff);
      case BF16 -> Halves.BF16.decode(element & 0xffff);
      case TF32 -> Halves.TF32.decode(element);
      case E4M3 -> Halves.E4M3.decode(element & 0xff);
      case E5M2 -> Halves.E5M2.decode(element & 0xff);
      case F32 -> Floats.f(element);
      case F64 -> Floats.d(element);
      case S8 -> (byte) element;
      case U8 -> element & 0xff;
      case S4 -> element << 60 >> 60;
      case U4 -> element & 0xf;
      case B1 -> element & 1;
      case S32 -> (int) element;
    };
  }

  /// Bits of a sum, as a result has it.
  long encode(double sum) {
    return switch (this) {
      case F16 -> Halves.F16.encode(Halves.F16.round(sum, Rounding.RN));
      case F32 -> Floats.bits((float) sum);
      case F64 -> Floats.bits(sum);
      default -> (int) (long) sum;
    };
  }
}
