package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Vectors to and from off-heap memory by address, and sums over a vector's lanes.
final class Lanes {
  /// Bytes of a vector.
  static final int BYTES = Simd.LANES * Float.BYTES;

  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private static final VectorShuffle<Float> BY_1 = rotation(1);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_8 = rotation(8);

  private Lanes() {}

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(Simd.F, Address.SPACE, address, Simd.ORDER);
  }

  /// Lanes outside the mask are 0 and not read.
  static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(Simd.F, Address.SPACE, address, Simd.ORDER, mask);
  }

  static void store(FloatVector v, long address) {
    v.intoMemorySegment(Address.SPACE, address, Simd.ORDER);
  }

  static void store(FloatVector v, long address, VectorMask<Float> mask) {
    v.intoMemorySegment(Address.SPACE, address, Simd.ORDER, mask);
  }

  /// The lanes that hold the first `elements` elements; all where there are more.
  static VectorMask<Float> first(int elements) {
    return Simd.F.indexInRange(0, elements);
  }

  /// Copies `count` floats and fills the rest of the target's vector with `rest`. For the last part
  /// of a vector; scalar arguments, so that nothing is boxed where the call is not inlined.
  static void pad(long from, int count, float rest, long to) {
    VectorMask<Float> mask = first(count);
    store(all(rest).blend(load(from, mask), mask), to);
  }

  /// Copies the first `count` floats of a vector.
  static void unpad(long from, int count, long to) {
    store(load(from), to, first(count));
  }

  static float get(long address) {
    return Address.SPACE.get(Address.FLOAT, address);
  }

  static void set(long address, float value) {
    Address.SPACE.set(Address.FLOAT, address, value);
  }

  /// Fills a row of `bytes` bytes and the rest of its last vector.
  static void fill(long address, int bytes, float value) {
    FloatVector v = all(value);
    for (int j = 0; j < bytes; j += BYTES) {
      store(v, address + j);
    }
  }

  /// Copies `elements` floats.
  static void copy(long from, long to, long elements) {
    MemorySegment.copy(Address.SPACE, from, Address.SPACE, to, elements * Float.BYTES);
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(Simd.F, value);
  }

  /// The sum of all lanes, in every lane. Always in the same order, which `reduceLanes(ADD)` does
  /// not promise: interpreted and compiled code give different bits.
  static FloatVector sum(FloatVector v) {
    FloatVector s = v;
    if (Simd.LANES >= 16) {
      s = s.add(s.rearrange(BY_8));
    }
    if (Simd.LANES >= 8) {
      s = s.add(s.rearrange(BY_4));
    }
    s = s.add(s.rearrange(BY_2));
    return s.add(s.rearrange(BY_1));
  }

  /// The sum of a stored vector's lanes, always in the same order. For loops that leave C2 no room
  /// to inline more.
  static float sumOf(long address) {
    FloatVector v = FloatVector.fromMemorySegment(FOUR, Address.SPACE, address, Simd.ORDER);
    for (int k = FOUR.vectorByteSize(); k < BYTES; k += FOUR.vectorByteSize()) {
      v = v.add(FloatVector.fromMemorySegment(FOUR, Address.SPACE, address + k, Simd.ORDER));
    }
    return (v.lane(0) + v.lane(1)) + (v.lane(2) + v.lane(3));
  }

  /// The sum of all lanes in their order.
  static double sum(DoubleVector v) {
    double sum = 0;
    for (int lane = 0; lane < Simd.D.length(); lane++) {
      sum += v.lane(lane);
    }
    return sum;
  }

  /// The larger lanes of both; where `b` is NaN, `a`.
  static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(Simd.F, lane -> (lane + by) % Simd.LANES);
  }
}
