package org.kanface.tensor;

import java.util.SplittableRandom;

/// Seeded random shapes and values for property tests.
final class Gen {
  private final SplittableRandom random;

  Gen(long seed) {
    random = new SplittableRandom(seed);
  }

  long below(long bound) {
    return random.nextLong(bound);
  }

  boolean chance(double p) {
    return random.nextDouble() < p;
  }

  /// Rank 0 to 4, sizes 0 to 5, empty axes seldom.
  Shape shape() {
    var dims = new long[Math.toIntExact(below(5))];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = chance(0.05) ? 0 : 1 + below(5);
    }
    return Shape.of(dims);
  }

  /// A permutation of `n` axes, some named from the end.
  int[] order(int n) {
    var order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = Math.toIntExact(below(i + 1L));
      order[i] = order[j];
      order[j] = i;
    }
    for (int i = 0; i < n; i++) {
      order[i] -= chance(0.3) ? n : 0;
    }
    return order;
  }

  /// A shape that broadcasts with `s`: leading axes dropped, some sizes 1.
  Shape broadcastable(Shape s) {
    int drop = Math.toIntExact(below(s.rank() + 1L));
    var dims = new long[s.rank() - drop];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = chance(0.4) ? 1 : s.dim(i + drop);
    }
    return Shape.of(dims);
  }

  float[] floats(long n) {
    var values = new float[Math.toIntExact(n)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
