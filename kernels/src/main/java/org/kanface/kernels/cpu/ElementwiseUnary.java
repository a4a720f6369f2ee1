package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.Unary;

/// `y = f(x)` over contiguous elements; `y` may be `x`.
///
/// A function a loop. The last elements are padded to a whole vector and go through the same loop,
/// so that its body is compiled once.
final class ElementwiseUnary {
  private static final long TAIL = Lanes.BYTES;

  private ElementwiseUnary() {}

  /// `n` elements from the addresses `x` and `y` on.
  static void run(Unary f, long x, long y, int n) {
    int whole = Simd.F.loopBound(n) * Float.BYTES;
    loop(f, x, y, whole);
    int rest = n - Simd.F.loopBound(n);
    if (rest > 0) {
      long tail = Scratch.TAIL.address(TAIL);
      Lanes.pad(x + whole, rest, 0, tail);
      loop(f, tail, tail, Lanes.BYTES);
      Lanes.unpad(tail, rest, y + whole);
    }
  }

  private static void loop(Unary f, long x, long y, int bytes) {
    switch (f) {
      case NEGATE -> negate(x, y, bytes);
      case ABS -> abs(x, y, bytes);
      case SQUARE -> square(x, y, bytes);
      case SQRT -> sqrt(x, y, bytes);
      case RECIPROCAL -> reciprocal(x, y, bytes);
      case EXP -> exp(x, y, bytes);
      case LOG -> log(x, y, bytes);
      case SIN -> sin(x, y, bytes);
      case COS -> cos(x, y, bytes);
      case RELU -> relu(x, y, bytes);
      case SILU -> silu(x, y, bytes);
      case GELU -> gelu(x, y, bytes);
      case SIGMOID -> sigmoid(x, y, bytes);
      case TANH -> tanh(x, y, bytes);
    }
  }

  private static void negate(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      v.neg().intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void abs(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      v.abs().intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void square(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      v.mul(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void sqrt(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      v.sqrt().intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void reciprocal(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      Lanes.all(1f).div(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void exp(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      VectorMath.exp(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void log(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      VectorMath.log(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void sin(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      VectorMath.sin(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void cos(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      VectorMath.cos(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void relu(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      v.blend(0f, v.compare(LT, 0f)).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void silu(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      v.mul(VectorMath.sigmoid(v)).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void gelu(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      VectorMath.gelu(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void sigmoid(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      VectorMath.sigmoid(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }

  private static void tanh(long x, long y, int bytes) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector v = Lanes.load(x + i);
      VectorMath.tanh(v).intoMemorySegment(Address.SPACE, y + i, Simd.ORDER);
    }
  }
}
