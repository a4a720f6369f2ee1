package org.kanface.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// The sums of the lanes of several stored vectors at once, one sum a lane of the result.
///
/// In `log₂ LANES` steps, each of which folds vectors `d` apart into one: the lanes whose number
/// has the bit `d` take the second vector's sums `a[l] + a[l ^ d]`, the others the first's. A few
/// instructions a vector, where summing each on its own takes several dozen and waits for each.
final class LaneSums {
  private static final VectorShuffle<Float> SWAP8 = swap(8);
  private static final VectorShuffle<Float> SWAP4 = swap(4);
  private static final VectorShuffle<Float> SWAP2 = swap(2);
  private static final VectorShuffle<Float> SWAP1 = swap(1);
  private static final VectorMask<Float> UPPER8 = upper(8);
  private static final VectorMask<Float> UPPER4 = upper(4);
  private static final VectorMask<Float> UPPER2 = upper(2);
  private static final VectorMask<Float> UPPER1 = upper(1);

  private LaneSums() {}

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(Simd.F, lane -> (lane ^ distance) % Simd.LANES);
  }

  private static VectorMask<Float> upper(int distance) {
    long bits = 0;
    for (int lane = 0; lane < Simd.LANES; lane++) {
      bits |= (lane & distance) != 0 ? 1L << lane : 0;
    }
    return VectorMask.fromLong(Simd.F, bits);
  }

  /// Stores the sums of the lanes of `count` vectors from `vectors` on, which are overwritten, as
  /// whole vectors from `to` on. Every vector is summed in the same order, whatever the others
  /// hold.
  ///
  /// Through memory, since a vector that a method returns is boxed wherever it is not inlined.
  static void run(int count, long vectors, long to) {
    for (int i = 0; i < count; i += Simd.LANES) {
      group(vectors + (long) i * Lanes.BYTES, to + (long) i * Float.BYTES);
    }
  }

  private static void group(long vectors, long to) {
    if (Simd.LANES >= 16) {
      fold8(vectors);
    }
    if (Simd.LANES >= 8) {
      fold4(vectors);
    }
    FloatVector a = Lanes.load(vectors);
    FloatVector b = Lanes.load(vectors + Lanes.BYTES);
    FloatVector c = Lanes.load(vectors + 2L * Lanes.BYTES);
    FloatVector d = Lanes.load(vectors + 3L * Lanes.BYTES);
    a = fold(a, c, UPPER2, SWAP2);
    b = fold(b, d, UPPER2, SWAP2);
    Lanes.store(fold(a, b, UPPER1, SWAP1), to);
  }

  private static void fold8(long vectors) {
    for (int i = 0; i < 8; i++) {
      long at = vectors + (long) i * Lanes.BYTES;
      FloatVector other = Lanes.load(at + 8L * Lanes.BYTES);
      Lanes.store(fold(Lanes.load(at), other, UPPER8, SWAP8), at);
    }
  }

  private static void fold4(long vectors) {
    for (int i = 0; i < 4; i++) {
      long at = vectors + (long) i * Lanes.BYTES;
      FloatVector other = Lanes.load(at + 4L * Lanes.BYTES);
      Lanes.store(fold(Lanes.load(at), other, UPPER4, SWAP4), at);
    }
  }

  private static FloatVector fold(
      FloatVector a, FloatVector b, VectorMask<Float> upper, VectorShuffle<Float> swap) {
    return a.blend(b, upper).add(b.blend(a, upper).rearrange(swap));
  }
}
