package org.kanface.kernels.cpu;

import jdk.incubator.vector.VectorMask;
import org.kanface.kernels.Binary;

/// `y = f(a, b)` over one run of contiguous `y`; `y` may be an operand.
///
/// An operand moves by its own step from vector to vector: by a vector where it is contiguous, by
/// nothing where it repeats one element (a vector filled with it).
final class ElementwiseBinary {
  private ElementwiseBinary() {}

  /// `n` elements; `strideA` and `strideB` in elements.
  static void run(Binary f, long a, long strideA, long b, long strideB, long y, int n) {
    if ((strideA | strideB) >>> 1 != 0) {
      scalar(f, a, strideA * Float.BYTES, b, strideB * Float.BYTES, y, n);
      return;
    }
    long va = a;
    long vb = b;
    if ((strideA & strideB) == 0) {
      long filled = Scratch.TAIL.address(2L * Lanes.BYTES);
      if (strideA == 0) {
        va = filled;
        Lanes.store(Lanes.all(Lanes.get(a)), va);
      }
      if (strideB == 0) {
        vb = filled + Lanes.BYTES;
        Lanes.store(Lanes.all(Lanes.get(b)), vb);
      }
    }
    vectors(f, va, strideA * Lanes.BYTES, vb, strideB * Lanes.BYTES, y, n * Float.BYTES);
  }

  private static void scalar(Binary f, long a, long stepA, long b, long stepB, long y, int n) {
    for (int i = 0; i < n; i++) {
      float u = Lanes.get(a + i * stepA);
      float v = Lanes.get(b + i * stepB);
      float result =
          switch (f) {
            case ADD -> u + v;
            case SUBTRACT -> u - v;
            case MULTIPLY -> u * v;
            case DIVIDE -> u / v;
            case MAXIMUM -> Math.max(u, v);
            case MINIMUM -> Math.min(u, v);
          };
      Lanes.set(y + (long) i * Float.BYTES, result);
    }
  }

  private static void vectors(Binary f, long a, long stepA, long b, long stepB, long y, int bytes) {
    switch (f) {
      case ADD -> add(a, stepA, b, stepB, y, bytes);
      case SUBTRACT -> subtract(a, stepA, b, stepB, y, bytes);
      case MULTIPLY -> multiply(a, stepA, b, stepB, y, bytes);
      case DIVIDE -> divide(a, stepA, b, stepB, y, bytes);
      case MAXIMUM -> maximum(a, stepA, b, stepB, y, bytes);
      case MINIMUM -> minimum(a, stepA, b, stepB, y, bytes);
    }
  }

  private static void add(long a, long stepA, long b, long stepB, long y, int bytes) {
    long u = a;
    long v = b;
    int i = 0;
    for (; i <= bytes - Lanes.BYTES; i += Lanes.BYTES) {
      Lanes.store(Lanes.load(u).add(Lanes.load(v)), y + i);
      u += stepA;
      v += stepB;
    }
    if (i < bytes) {
      VectorMask<Float> mask = Lanes.first((bytes - i) / Float.BYTES);
      Lanes.store(Lanes.load(u, mask).add(Lanes.load(v, mask)), y + i, mask);
    }
  }

  private static void subtract(long a, long stepA, long b, long stepB, long y, int bytes) {
    long u = a;
    long v = b;
    int i = 0;
    for (; i <= bytes - Lanes.BYTES; i += Lanes.BYTES) {
      Lanes.store(Lanes.load(u).sub(Lanes.load(v)), y + i);
      u += stepA;
      v += stepB;
    }
    if (i < bytes) {
      VectorMask<Float> mask = Lanes.first((bytes - i) / Float.BYTES);
      Lanes.store(Lanes.load(u, mask).sub(Lanes.load(v, mask)), y + i, mask);
    }
  }

  private static void multiply(long a, long stepA, long b, long stepB, long y, int bytes) {
    long u = a;
    long v = b;
    int i = 0;
    for (; i <= bytes - Lanes.BYTES; i += Lanes.BYTES) {
      Lanes.store(Lanes.load(u).mul(Lanes.load(v)), y + i);
      u += stepA;
      v += stepB;
    }
    if (i < bytes) {
      VectorMask<Float> mask = Lanes.first((bytes - i) / Float.BYTES);
      Lanes.store(Lanes.load(u, mask).mul(Lanes.load(v, mask)), y + i, mask);
    }
  }

  private static void divide(long a, long stepA, long b, long stepB, long y, int bytes) {
    long u = a;
    long v = b;
    int i = 0;
    for (; i <= bytes - Lanes.BYTES; i += Lanes.BYTES) {
      Lanes.store(Lanes.load(u).div(Lanes.load(v)), y + i);
      u += stepA;
      v += stepB;
    }
    if (i < bytes) {
      VectorMask<Float> mask = Lanes.first((bytes - i) / Float.BYTES);
      Lanes.store(Lanes.load(u, mask).div(Lanes.load(v, mask)), y + i, mask);
    }
  }

  private static void maximum(long a, long stepA, long b, long stepB, long y, int bytes) {
    long u = a;
    long v = b;
    int i = 0;
    for (; i <= bytes - Lanes.BYTES; i += Lanes.BYTES) {
      Lanes.store(Lanes.load(u).max(Lanes.load(v)), y + i);
      u += stepA;
      v += stepB;
    }
    if (i < bytes) {
      VectorMask<Float> mask = Lanes.first((bytes - i) / Float.BYTES);
      Lanes.store(Lanes.load(u, mask).max(Lanes.load(v, mask)), y + i, mask);
    }
  }

  private static void minimum(long a, long stepA, long b, long stepB, long y, int bytes) {
    long u = a;
    long v = b;
    int i = 0;
    for (; i <= bytes - Lanes.BYTES; i += Lanes.BYTES) {
      Lanes.store(Lanes.load(u).min(Lanes.load(v)), y + i);
      u += stepA;
      v += stepB;
    }
    if (i < bytes) {
      VectorMask<Float> mask = Lanes.first((bytes - i) / Float.BYTES);
      Lanes.store(Lanes.load(u, mask).min(Lanes.load(v, mask)), y + i, mask);
    }
  }
}
