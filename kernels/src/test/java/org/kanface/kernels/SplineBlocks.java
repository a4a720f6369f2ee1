package org.kanface.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/// Float32 blocks for tests of splines.
final class SplineBlocks {
  private SplineBlocks() {}

  static float[] floats(Memory memory) {
    MemorySegment segment = ((HostMemory) memory).segment();
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }

  static HostMemory random(long size, double magnitude, SplittableRandom random) {
    var values = new float[Math.toIntExact(size)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-magnitude, magnitude);
    }
    return HostMemory.of(values);
  }

  /// How a row of knots departs from even steps over [-1, 1].
  enum Row {
    UNIFORM,
    JITTERED,
    COINCIDENT;

    HostMemory knots(Spline s, SplittableRandom random) {
      var t = new float[Math.toIntExact(s.inputs() * s.knots())];
      double h = 2.0 / s.gridSize();
      for (int i = 0; i < s.inputs(); i++) {
        for (int j = 0; j < s.knots(); j++) {
          double move = this == JITTERED ? random.nextDouble(-0.4, 0.4) * h : 0;
          t[i * s.knots() + j] = (float) (-1 + (j - s.order()) * h + move);
        }
        if (this == COINCIDENT && i % 3 != 2 && s.knots() > 3) { // a pair, a triple, or none
          int at = i * s.knots() + random.nextInt(s.knots() - 2);
          t[at + 1] = t[at];
          if (i % 3 == 1) {
            t[at + 2] = t[at];
          }
        }
      }
      return HostMemory.of(t);
    }
  }

  /// Points inside the grid, in its extension, outside, on knots, a hair beside them, NaN,
  /// infinite.
  static HostMemory points(
      Spline s, long n, HostMemory knots, boolean finite, SplittableRandom random) {
    float[] t = floats(knots);
    var x = new float[Math.toIntExact(n * s.inputs())];
    for (int b = 0; b < n; b++) {
      for (int i = 0; i < s.inputs(); i++) {
        float knot = t[i * s.knots() + random.nextInt(s.knots())];
        x[(int) (b * s.inputs()) + i] =
            switch (random.nextInt(finite ? 7 : 10)) {
              case 0 -> knot;
              case 1 -> Math.nextDown(knot);
              case 2 -> (float) random.nextDouble(-4, 4);
              case 7 -> Float.NaN;
              case 8 -> Float.POSITIVE_INFINITY;
              case 9 -> Float.NEGATIVE_INFINITY;
              default -> (float) random.nextDouble(-1.2, 1.2);
            };
      }
    }
    return HostMemory.of(x);
  }
}
