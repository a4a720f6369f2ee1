package org.kanface.kernels.reference;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;

/// Arrays as arguments of the reference kernels in float64.
final class Doubles {
  static final Kernels KERNELS = Backends.kernels("reference", DType.F64);

  private Doubles() {}

  /// The array itself, not a copy.
  static Memory of(double... values) {
    return HostMemory.of(MemorySegment.ofArray(values));
  }

  static Memory of(long... values) {
    return HostMemory.of(MemorySegment.ofArray(values));
  }

  static double[] random(long seed, int n, double low, double high) {
    return new SplittableRandom(seed).doubles(n, low, high).toArray();
  }

  static double[] random(long seed, long n) {
    return random(seed, Math.toIntExact(n), -1, 1);
  }
}
