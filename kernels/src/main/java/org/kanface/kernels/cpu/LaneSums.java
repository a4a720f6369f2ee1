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
  private LaneSums() {}

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
    fold2(vectors);
    FloatVector first = Lanes.load(vectors);
    FloatVector second = Lanes.load(vectors + Lanes.BYTES);
    Lanes.store(fold(first, second, GemmTranspose.UPPER1, GemmTranspose.SWAP1), to);
  }

  private static void fold8(long vectors) {
    for (int i = 0; i < 8; i++) {
      long at = vectors + (long) i * Lanes.BYTES;
      FloatVector other = Lanes.load(at + 8L * Lanes.BYTES);
      Lanes.store(fold(Lanes.load(at), other, GemmTranspose.UPPER8, GemmTranspose.SWAP8), at);
    }
  }

  private static void fold4(long vectors) {
    for (int i = 0; i < 4; i++) {
      long at = vectors + (long) i * Lanes.BYTES;
      FloatVector other = Lanes.load(at + 4L * Lanes.BYTES);
      Lanes.store(fold(Lanes.load(at), other, GemmTranspose.UPPER4, GemmTranspose.SWAP4), at);
    }
  }

  private static void fold2(long vectors) {
    for (int i = 0; i < 2; i++) {
      long at = vectors + (long) i * Lanes.BYTES;
      FloatVector other = Lanes.load(at + 2L * Lanes.BYTES);
      Lanes.store(fold(Lanes.load(at), other, GemmTranspose.UPPER2, GemmTranspose.SWAP2), at);
    }
  }

  private static FloatVector fold(
      FloatVector a, FloatVector b, VectorMask<Float> upper, VectorShuffle<Float> swap) {
    return a.blend(b, upper).add(b.blend(a, upper).rearrange(swap));
  }
}
