package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Elementwise passes over a block of rows in the cache.
final class MlpRows {
  private static final int CHUNK = 8 << 10; // bytes
  private static final long SECOND = Lanes.BYTES;
  private static final long THIRD = 2L * Lanes.BYTES;
  private static final long FOURTH = 3L * Lanes.BYTES;

  private MlpRows() {}

  /// `sums[j] += Σ_r x[r, j]`; `sums` has room for whole vectors.
  static void addTo(long sums, int rows, long cols, long x) {
    int row = Math.toIntExact(cols * Float.BYTES);
    int whole = row - row % Lanes.BYTES;
    int j = 0;
    for (; j + 4 * Lanes.BYTES <= whole; j += 4 * Lanes.BYTES) {
      addFour(sums + j, rows, row, x + j);
    }
    for (; j < whole; j += Lanes.BYTES) {
      FloatVector sum = Lanes.load(sums + j);
      for (int r = 0; r < rows; r++) {
        sum = sum.add(Lanes.load(x + j + (long) r * row));
      }
      sum.intoMemorySegment(Address.SPACE, sums + j, Simd.ORDER);
    }
    if (whole < row) {
      addLast(sums + whole, rows, row, x + whole, (row - whole) / Float.BYTES);
    }
  }

  /// Four vectors side by side, so that no addition waits for the one before it.
  private static void addFour(long sums, int rows, int row, long x) {
    FloatVector a = FloatVector.zero(Simd.F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    long at = x;
    for (int r = 0; r < rows; r++, at += row) {
      a = a.add(FloatVector.fromMemorySegment(Simd.F, Address.SPACE, at, Simd.ORDER));
      b = b.add(FloatVector.fromMemorySegment(Simd.F, Address.SPACE, at + SECOND, Simd.ORDER));
      c = c.add(FloatVector.fromMemorySegment(Simd.F, Address.SPACE, at + THIRD, Simd.ORDER));
      d = d.add(FloatVector.fromMemorySegment(Simd.F, Address.SPACE, at + FOURTH, Simd.ORDER));
    }
    a.add(Lanes.load(sums)).intoMemorySegment(Address.SPACE, sums, Simd.ORDER);
    b.add(Lanes.load(sums + SECOND)).intoMemorySegment(Address.SPACE, sums + SECOND, Simd.ORDER);
    c.add(Lanes.load(sums + THIRD)).intoMemorySegment(Address.SPACE, sums + THIRD, Simd.ORDER);
    d.add(Lanes.load(sums + FOURTH)).intoMemorySegment(Address.SPACE, sums + FOURTH, Simd.ORDER);
  }

  private static void addLast(long sums, int rows, int row, long x, int lanes) {
    VectorMask<Float> mask = Lanes.first(lanes);
    FloatVector sum = Lanes.load(sums);
    for (int r = 0; r < rows; r++) {
      sum = sum.add(Lanes.load(x + (long) r * row, mask));
    }
    sum.intoMemorySegment(Address.SPACE, sums, Simd.ORDER);
  }

  /// `du *= gelu'(u)` and `u = gelu(u)`, as [VectorMath#gelu] and [VectorMath#geluDerivative] give
  /// them, of `elements` floats and the rest of their last vector.
  ///
  /// Both need the normal tail of `|u|`. It goes through memory, because one loop over all of this
  /// would be too long for C2 to keep its vectors in registers.
  static void gelu(long elements, long u, long du) {
    long tails = Scratch.TAIL.address(CHUNK);
    long bytes = elements * Float.BYTES;
    for (long at = 0; at < bytes; at += CHUNK) {
      int count = (int) Math.min(CHUNK, bytes - at);
      tails(count, u + at, tails);
      gelu(count, tails, u + at, du + at);
    }
  }

  private static void tails(int bytes, long u, long tails) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector s = VectorMath.log2NormalTail(Lanes.load(u + i).abs());
      VectorMath.exp2(s)
          .blend(0f, s.compare(LT, VectorMath.EXP2_NORMAL))
          .intoMemorySegment(Address.SPACE, tails + i, Simd.ORDER);
    }
  }

  private static void gelu(int bytes, long tails, long u, long du) {
    for (int i = 0; i < bytes; i += Lanes.BYTES) {
      FloatVector x = Lanes.load(u + i);
      FloatVector tail = Lanes.load(tails + i);
      VectorMask<Float> negative = x.compare(LT, 0f);
      FloatVector y = x.blend(0f, negative).sub(tail.mul(x.abs()));
      FloatVector density = VectorMath.expFlushed(x.mul(x).mul(-0.5f));
      FloatVector cdf = Lanes.all(1f).sub(tail).blend(tail, negative);
      FloatVector slope = x.mul(VectorMath.INV_SQRT_2PI).fma(density, cdf);
      FloatVector d = slope.mul(Lanes.load(du + i));
      y.intoMemorySegment(Address.SPACE, u + i, Simd.ORDER);
      d.intoMemorySegment(Address.SPACE, du + i, Simd.ORDER);
    }
  }
}
