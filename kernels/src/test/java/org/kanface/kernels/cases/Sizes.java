package org.kanface.kernels.cases;

import java.util.SplittableRandom;

/// Random sizes that kernels stumble over more often than over others: 0 and 1, a warp or a vector
/// and its neighbours, anything.
final class Sizes {
  private static final int[] EDGES = {4, 8, 16, 32, 64, 128, 256};

  private final SplittableRandom random;

  Sizes(long seed) {
    random = new SplittableRandom(seed);
  }

  /// From 0 to `most`.
  long upTo(long most) {
    return random.nextInt(10) == 0 ? 0 : from1To(most);
  }

  /// From 1 to `most`.
  long from1To(long most) {
    int edge = EDGES[random.nextInt(EDGES.length)];
    return switch (random.nextInt(6)) {
      case 0 -> 1;
      case 1 -> Math.min(most, edge);
      case 2 -> Math.min(most, edge - 1);
      case 3 -> Math.min(most, edge + 1);
      default -> random.nextLong(1, most + 1);
    };
  }

  boolean coin() {
    return random.nextBoolean();
  }

  int among(int from, int to) {
    return random.nextInt(from, to + 1);
  }

  <T> T one(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
