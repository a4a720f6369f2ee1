package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.Unary;

/// `dx = dy * f'(x)` over contiguous elements; `dx` may be `dy`.
///
/// A function a loop. The last elements are padded to a whole vector and go through the same loop,
/// so that its body is compiled once.
final class ElementwiseUnaryBackward {
  private static final long TAIL = 2L * Lanes.BYTES;

  private ElementwiseUnaryBackward() {}

  /// `n` elements from the addresses `x`, `dy` and `dx` on.
  static void run(Unary f, long x, long dy, long dx, int n) {
    int whole = Simd.F.loopBound(n) * Float.BYTES;
    loop(f, x, dy, dx, whole);
    int rest = n - Simd.F.loopBound(n);
    if (rest > 0) {
      long tail = Scratch.TAIL.address(TAIL);
      Lanes.pad(x + whole, rest, 0, tail);
      Lanes.pad(dy + whole, rest, 0, tail + Lanes.BYTES);
      loop(f, tail, tail + Lanes.BYTES, tail, Lanes.BYTES);
      Lanes.unpad(tail, rest, dx + whole);
    }
  }

  private static void loop(Unary f, long x, long dy, long dx, int bytes) {
    switch (f) {
      case NEGATE -> negate(dy, dx, bytes);
      case ABS -> abs(x, dy, dx, bytes);
      case SQUARE -> square(x, dy, dx, bytes);
      case SQRT -> sqrt(x, dy, dx, bytes);
      case RECIPROCAL -> reciprocal(x, dy, dx, bytes);
      case EXP -> exp(x, dy, dx, bytes);
      case LOG -> log(x, dy, dx, bytes);
      case SIN -> sin(x, dy, dx, bytes);
      case COS -> cos(x, dy, dx, bytes);
      case RELU -> relu(x, dy, dx, bytes);
      case SILU -> silu(x, dy, dx, bytes);
      case GELU -> gelu(x, dy, dx, bytes);
      case SIGMOID -> sigmoid(x, dy, dx, bytes);
      case TANH -> tanh(x, dy, dx, bytes);
    }
  }

  private static void negate(long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector g = Lanes.load(dy + i);
      g.neg().intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void abs(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      FloatVector sign = Lanes.all(1f).blend(-1f, v.compare(LT, 0f));
      sign = sign.blend(v, v.abs().compare(GT, 0f).not()); // 0 and NaN
      g.mul(sign).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void square(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      g.mul(v.add(v)).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void sqrt(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      g.mul(0.5f).div(v.sqrt()).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void reciprocal(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      g.neg().div(v.mul(v)).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void exp(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      VectorMath.exp(v).mul(g).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void log(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      g.div(v).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void sin(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      VectorMath.cos(v).mul(g).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void cos(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      VectorMath.sin(v).mul(g.neg()).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void relu(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      Lanes.all(0f)
          .blend(g, v.compare(GT, 0f))
          .intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void silu(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      FloatVector s = VectorMath.sigmoid(v); // s + x s (1 - s)
      v.mul(Lanes.all(1f).sub(s))
          .fma(s, s)
          .mul(g)
          .intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void gelu(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      VectorMath.geluDerivative(v).mul(g).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void sigmoid(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      FloatVector s = VectorMath.sigmoid(v);
      Lanes.all(1f).sub(s).mul(s).mul(g).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }

  private static void tanh(long x, long dy, long dx, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      FloatVector g = Lanes.load(dy + i);
      FloatVector t = VectorMath.tanh(v);
      t.mul(t).neg().add(1f).mul(g).intoMemorySegment(Address.SPACE, dx + i, Simd.ORDER);
    }
  }
}
