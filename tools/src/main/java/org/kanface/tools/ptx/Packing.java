package org.kanface.tools.ptx;

import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Operand;
import org.kanface.tools.ptx.ir.Type;

/// `mov` between a register and the vector of its parts.
final class Packing {
  private Packing() {}

  /// A row with the elements side by side, the first in the low bits.
  static int pack(Translator t, Instruction i, List<Operand> elements, Type type) {
    int row = t.freshRow();
    var rows = new int[elements.size()];
    int width = type.bits() / elements.size();
    for (int n = 0; n < rows.length; n++) {
      rows[n] = t.value(elements.get(n), Type.B64);
    }
    t.prepare(new Pack(i, row, rows, width));
    return row;
  }

  /// Joins parts of `width` bits.
  static final class Pack extends Op {
    private final int d;
    private final int[] parts;
    private final int width;

    Pack(Instruction source, int d, int[] parts, int width) {
      super(source);
      this.d = d;
      this.parts = parts;
      this.width = width;
    }

    @Override
    void run(Warp w, int mask) {
      long low = width == 64 ? -1 : (1L << width) - 1;
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        long value = 0;
        for (int n = 0; n < parts.length; n++) {
          value |= (w.r[parts[n] + l] & low) << n * width;
        }
        w.r[d + l] = value;
      }
    }
  }

  /// Takes parts of `width` bits out.
  static final class Unpack extends Op {
    private final int[] parts;
    private final int a;
    private final int width;

    Unpack(Instruction source, int[] parts, int a, int width) {
      super(source);
      this.parts = parts;
      this.a = a;
      this.width = width;
    }

    @Override
    void run(Warp w, int mask) {
      long low = width == 64 ? -1 : (1L << width) - 1;
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        long value = w.r[a + l];
        for (int n = 0; n < parts.length; n++) {
          if (parts[n] >= 0) {
            w.r[parts[n] + l] = value >>> n * width & low;
          }
        }
      }
    }
  }

  /// `mov.b128`: moves two rows.
  static final class Move128 extends Op {
    private final int[] d;
    private final int[] a;

    Move128(Instruction source, int[] d, int[] a) {
      super(source);
      this.d = d;
      this.a = a;
    }

    @Override
    void run(Warp w, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        long low = w.r[a[0] + l];
        long high = w.r[a[1] + l];
        w.r[d[0] + l] = low;
        w.r[d[1] + l] = high;
      }
    }
  }
}
