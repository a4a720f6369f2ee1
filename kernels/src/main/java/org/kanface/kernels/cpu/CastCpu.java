package org.kanface.kernels.cpu;

import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.CastKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.Halves;
import org.kanface.kernels.Images;
import org.kanface.kernels.Memory;

/// Changes of element type in chunks of fixed size. Plain loops: on the host 16 bits are for
/// storage alone, and images go through a table.
final class CastCpu implements CastKernels {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final int BYTES = 256; // that a byte can be

  @Override
  public void narrow(DType to, long n, Memory x, Memory y) {
    CastKernels.requireHalf("narrow", to);
    try (var memory = new Address("narrow")) {
      long source = memory.input("x", x, n);
      long target = memory.outputBytes("y", y, n * Short.BYTES);
      Chunks.elements(
          n,
          (from, end) -> {
            for (long i = from; i < end; i++) {
              store(to, target, i, Lanes.get(source + i * Float.BYTES));
            }
          });
    }
  }

  private static void store(DType to, long y, long i, float value) {
    Address.SPACE.set(SHORT, y + i * Short.BYTES, Halves.of(to, value));
  }

  @Override
  public void widen(DType from, long n, Memory x, Memory y) {
    CastKernels.requireHalf("widen", from);
    try (var memory = new Address("widen")) {
      long source = memory.inputBytes("x", x, n * Short.BYTES);
      long target = memory.output("y", y, n);
      Chunks.elements(
          n,
          (start, end) -> {
            for (long i = start; i < end; i++) {
              short bits = Address.SPACE.get(SHORT, source + i * Short.BYTES);
              Lanes.set(target + i * Float.BYTES, Halves.toFloat(from, bits));
            }
          });
    }
  }

  @Override
  public void images(Images s, Memory bytes, @Nullable Memory mirrored, DType to, Memory y) {
    if (to != DType.F32) {
      CastKernels.requireHalf("images", to);
    }
    float[] table = table(s);
    try (var memory = new Address("images")) {
      long source = memory.inputBytes("bytes", bytes, s.numel());
      long turns = memory.inputBytes("mirrored", mirrored, s.n());
      long target = memory.outputBytes("y", y, s.numel() * to.bytes());
      Chunks.rows(
          s.n() * s.height(),
          s.rowLength(),
          (from, end) -> {
            for (long r = from; r < end; r++) {
              boolean turned = turns != 0 && at(turns, r / s.height()) != 0;
              long offset = r * s.rowLength();
              row(table, source + offset, turned, s.width(), to, target + offset * to.bytes());
            }
          });
    }
  }

  /// What each byte of each channel becomes, `[channel, byte]`.
  private static float[] table(Images s) {
    var table = new float[3 * BYTES];
    for (int i = 0; i < table.length; i++) {
      table[i] = s.normalized(i / BYTES, i % BYTES);
    }
    return table;
  }

  private static int at(long bytes, long i) {
    return Address.SPACE.get(ValueLayout.JAVA_BYTE, bytes + i) & 0xff;
  }

  private static void row(float[] table, long bytes, boolean turned, long width, DType to, long y) {
    for (long j = 0; j < width; j++) {
      long pixel = bytes + 3 * (turned ? width - 1 - j : j);
      for (int c = 0; c < 3; c++) {
        float value = table[c * BYTES + at(pixel, c)];
        if (to == DType.F32) {
          Lanes.set(y + (3 * j + c) * Float.BYTES, value);
        } else {
          store(to, y, 3 * j + c, value);
        }
      }
    }
  }
}
