package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Lanes.LONG;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.I;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The largest of some pixels and which of them it is, channel by channel: the first one where
/// several are equal, and the first that is no number where there is such.
final class PoolMaximum {
  private static final VectorSpecies<Long> L = VectorSpecies.of(long.class, F.vectorShape());

  private PoolMaximum() {}

  /// Channels `0 … channels`, a multiple of [Simd#LANES]. Pixel `p` lies `pixels[p] * step` bytes
  /// from `image`; `count` of them, at least one.
  static void vectors(
      long image, int channels, long step, int[] pixels, int count, long y, long argmax) {
    for (int c = 0; c < channels; c += LANES) {
      long base = image + c * 4L;
      var best = FloatVector.fromMemorySegment(F, SPACE, base + pixels[0] * step, ORDER);
      var where = IntVector.broadcast(I, pixels[0]);
      for (int p = 1; p < count; p++) {
        var v = FloatVector.fromMemorySegment(F, SPACE, base + pixels[p] * step, ORDER);
        // not (v <= best) is also true where either is NaN: v then wins, unless best is one
        var wins = v.compare(VectorOperators.LE, best).not();
        wins = wins.and(best.compare(VectorOperators.EQ, best));
        best = best.blend(v, wins);
        where = where.blend(pixels[p], wins.cast(I));
      }
      best.intoMemorySegment(SPACE, y + c * 4L, ORDER);
      long to = argmax + c * 8L;
      ((LongVector) where.convertShape(VectorOperators.I2L, L, 0))
          .intoMemorySegment(SPACE, to, ORDER);
      ((LongVector) where.convertShape(VectorOperators.I2L, L, 1))
          .intoMemorySegment(SPACE, to + BYTES, ORDER);
    }
  }

  /// The same for less than a vector of channels.
  static void last(
      long image, int channels, long step, int[] pixels, int count, long y, long argmax) {
    for (int c = 0; c < channels; c++) {
      float best = SPACE.get(FLOAT, image + c * 4L + pixels[0] * step);
      int where = pixels[0];
      for (int p = 1; p < count; p++) {
        float v = SPACE.get(FLOAT, image + c * 4L + pixels[p] * step);
        if (!(v <= best) && !Float.isNaN(best)) {
          best = v;
          where = pixels[p];
        }
      }
      SPACE.set(FLOAT, y + c * 4L, best);
      SPACE.set(LONG, argmax + c * 8L, where);
    }
  }
}
