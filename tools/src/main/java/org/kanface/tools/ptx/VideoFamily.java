package org.kanface.tools.ptx;

import org.kanface.tools.ptx.ir.Instruction;
import org.kanface.tools.ptx.ir.Type;

/// SIMD video instructions on 2 or 4 parts of a register: `vadd4`, `vabsdiff2`, … (PTX ISA, "SIMD
/// Video Instructions"), with `.sat` and `.add`, without masks and selectors of parts.
final class VideoFamily {
  private VideoFamily() {}

  static void translate(Translator t, Instruction i, Mods m) {
    String name = i.opcode();
    int parts = name.charAt(name.length() - 1) - '0';
    int width = 32 / parts;
    boolean signedResult = m.type().signed();
    boolean signedA = m.type().signed();
    boolean signedB = m.type().signed();
    boolean saturates = m.take("sat");
    boolean sums = m.take("add");
    long limit = signedResult ? (1L << width - 1) - 1 : (1L << width) - 1;
    long least = signedResult ? -limit - 1 : 0;
    Fn.Two f = function(name.substring(1, name.length() - 1), m);
    t.three(
        i,
        Type.B32,
        (a, b, c) -> {
          long sum = sums ? (int) c : 0;
          long packed = 0;
          for (int n = 0; n < parts; n++) {
            long r = f.apply(part(a, n, width, signedA), part(b, n, width, signedB));
            r = saturates ? Math.clamp(r, least, limit) : r;
            sum += r;
            packed |= (r & (1L << width) - 1) << n * width;
          }
          return sums ? sum : packed;
        });
  }

  private static long part(long x, int n, int width, boolean signed) {
    long shifted = x << 64 - (n + 1) * width;
    return signed ? shifted >> 64 - width : shifted >>> 64 - width;
  }

  private static Fn.Two function(String name, Mods m) {
    return switch (name) {
      case "add" -> (a, b) -> a + b;
      case "sub" -> (a, b) -> a - b;
      case "avrg" -> (a, b) -> a + b + (a + b >= 0 ? 1 : 0) >> 1;
      case "absdiff" -> (a, b) -> Math.abs(a - b);
      case "min" -> Math::min;
      case "max" -> Math::max;
      default -> throw m.error("not supported");
    };
  }
}
