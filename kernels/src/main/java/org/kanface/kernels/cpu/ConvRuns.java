package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// Copies and sums of many short runs of equal length at equal distances: the rows of neighbouring
/// patches. Goes down the runs one or two vectors at a time, so that a run of a few pixels is a
/// load and a store.
final class ConvRuns {
  private ConvRuns() {}

  /// Copies `count` runs of `floats` elements, `fromStep` bytes apart, to places `toStep` apart.
  static void copy(long from, long fromStep, long to, long toStep, long count, long floats) {
    int runs = (int) count;
    long l = 0;
    for (; l <= floats - 2L * LANES; l += 2L * LANES) {
      pairs(from + l * Float.BYTES, fromStep, to + l * Float.BYTES, toStep, runs);
    }
    for (; l < floats; l += LANES) {
      int lanes = (int) Math.min(LANES, floats - l);
      singles(from + l * Float.BYTES, fromStep, to + l * Float.BYTES, toStep, runs, lanes);
    }
  }

  private static void pairs(long from, long fromStep, long to, long toStep, int count) {
    long in = from;
    long out = to;
    for (int r = 0; r < count; r++, in += fromStep, out += toStep) {
      var first = FloatVector.fromMemorySegment(F, SPACE, in, ORDER);
      var second = FloatVector.fromMemorySegment(F, SPACE, in + BYTES, ORDER);
      first.intoMemorySegment(SPACE, out, ORDER);
      second.intoMemorySegment(SPACE, out + BYTES, ORDER);
    }
  }

  private static void singles(
      long from, long fromStep, long to, long toStep, int count, int lanes) {
    var mask = LAST[lanes];
    long in = from;
    long out = to;
    for (int r = 0; r < count; r++, in += fromStep, out += toStep) {
      FloatVector.fromMemorySegment(F, SPACE, in, ORDER, mask)
          .intoMemorySegment(SPACE, out, ORDER, mask);
    }
  }

  /// Adds `count` runs of `floats` elements to places `toStep` bytes apart, which do not overlap.
  static void add(long from, long fromStep, long to, long toStep, long count, long floats) {
    int runs = (int) count;
    for (long l = 0; l < floats; l += LANES) {
      int lanes = (int) Math.min(LANES, floats - l);
      sums(from + l * Float.BYTES, fromStep, to + l * Float.BYTES, toStep, runs, lanes);
    }
  }

  private static void sums(long from, long fromStep, long to, long toStep, int count, int lanes) {
    var mask = LAST[lanes];
    long in = from;
    long out = to;
    for (int r = 0; r < count; r++, in += fromStep, out += toStep) {
      FloatVector.fromMemorySegment(F, SPACE, in, ORDER, mask)
          .add(FloatVector.fromMemorySegment(F, SPACE, out, ORDER, mask))
          .intoMemorySegment(SPACE, out, ORDER, mask);
    }
  }
}
