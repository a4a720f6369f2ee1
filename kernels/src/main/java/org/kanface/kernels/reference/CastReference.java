package org.kanface.kernels.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.CastKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.Halves;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Images;
import org.kanface.kernels.Memory;

/// Changes of element type, one element after the other. Wider numbers are rounded to float32
/// before they are rounded to 16 bits.
record CastReference(DType type) implements CastKernels {
  private static MemorySegment raw(Memory memory) {
    return ((HostMemory) memory).segment();
  }

  @Override
  public void narrow(DType to, long n, Memory x, Memory y) {
    CastKernels.requireHalf("narrow", to);
    var xs = Elements.of(x, type);
    for (long i = 0; i < n; i++) {
      store(to, raw(y), i, (float) xs.get(i));
    }
  }

  private static void store(DType to, MemorySegment y, long i, float value) {
    y.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i, Halves.of(to, value));
  }

  @Override
  public void widen(DType from, long n, Memory x, Memory y) {
    CastKernels.requireHalf("widen", from);
    var ys = Elements.of(y, type);
    for (long i = 0; i < n; i++) {
      short bits = raw(x).getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i);
      ys.set(i, Halves.toFloat(from, bits));
    }
  }

  @Override
  public void images(Images s, Memory bytes, @Nullable Memory mirrored, DType to, Memory y) {
    if (to != type) {
      CastKernels.requireHalf("images", to);
    }
    long row = s.rowLength();
    for (long r = 0; r < s.n() * s.height(); r++) {
      boolean turned =
          mirrored != null && raw(mirrored).get(ValueLayout.JAVA_BYTE, r / s.height()) != 0;
      for (long e = 0; e < row; e++) {
        int channel = (int) (e % 3);
        long from = turned ? row - 3 - (e - channel) + channel : e;
        int v = raw(bytes).get(ValueLayout.JAVA_BYTE, r * row + from) & 0xff;
        float value = s.normalized(channel, v);
        if (to == type) {
          Elements.of(y, type).set(r * row + e, value);
        } else {
          store(to, raw(y), r * row + e, value);
        }
      }
    }
  }
}
