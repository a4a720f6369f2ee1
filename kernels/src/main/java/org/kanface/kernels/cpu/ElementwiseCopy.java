package org.kanface.kernels.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.kanface.kernels.Strided;

/// Strided copies. Where one axis is contiguous in both operands, runs along it; where each operand
/// is contiguous along another axis, a transpose in blocks of 4 × 4; else one element at a time.
final class ElementwiseCopy {
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  private static final VectorShuffle<Float> LOW = VectorShuffle.fromValues(FOUR, 0, 0, 1, 1);
  private static final VectorShuffle<Float> HIGH = VectorShuffle.fromValues(FOUR, 2, 2, 3, 3);
  private static final VectorShuffle<Float> FIRST = VectorShuffle.fromValues(FOUR, 0, 1, 0, 1);
  private static final VectorShuffle<Float> SECOND = VectorShuffle.fromValues(FOUR, 2, 3, 2, 3);
  private static final VectorMask<Float> ODD = VectorMask.fromLong(FOUR, 0b1010);
  private static final VectorMask<Float> UPPER = VectorMask.fromLong(FOUR, 0b1100);
  private static final long TILE = 32; // rows and columns of a transposed tile: two of 4 KB
  private static final int LONG_RUN = 1024; // bytes from which the JDK's copy is faster

  private ElementwiseCopy() {}

  static void run(Strided walk, long source, long target) {
    int last = walk.rank() - 1;
    int sourceAxis = unitAxis(walk, true);
    int targetAxis = unitAxis(walk, false);
    if (walk.first(last) == 1 && walk.second(last) == 1) {
      ElementwiseWalk.forEach(
          walk,
          (first, second, _, length) ->
              contiguous(
                  source + first * Float.BYTES,
                  target + second * Float.BYTES,
                  length * Float.BYTES));
    } else if (sourceAxis >= 0 && targetAxis >= 0 && sourceAxis != targetAxis) {
      new Transpose(walk, sourceAxis, targetAxis, source, target).run();
    } else {
      ElementwiseWalk.forEach(
          walk,
          (first, second, _, length) ->
              elements(
                  source + first * Float.BYTES,
                  walk.first(last) * Float.BYTES,
                  target + second * Float.BYTES,
                  walk.second(last) * Float.BYTES,
                  length));
    }
  }

  /// The last axis along which an operand is contiguous, or -1.
  private static int unitAxis(Strided walk, boolean source) {
    for (int axis = walk.rank() - 1; axis >= 0; axis--) {
      if ((source ? walk.first(axis) : walk.second(axis)) == 1) {
        return axis;
      }
    }
    return -1;
  }

  private static void contiguous(long source, long target, int bytes) {
    if (bytes >= LONG_RUN) {
      MemorySegment.copy(Address.SPACE, source, Address.SPACE, target, bytes);
      return;
    }
    int i = 0;
    for (; i <= bytes - Lanes.BYTES; i += Lanes.BYTES) {
      Lanes.store(Lanes.load(source + i), target + i);
    }
    if (i < bytes) {
      VectorMask<Float> mask = Lanes.first((bytes - i) / Float.BYTES);
      Lanes.store(Lanes.load(source + i, mask), target + i, mask);
    }
  }

  private static void elements(long source, long from, long target, long to, long n) {
    for (long i = 0; i < n; i++) {
      Lanes.set(target + i * to, Lanes.get(source + i * from));
    }
  }

  /// Matrices whose rows are contiguous in the source and whose columns are in the target, one for
  /// each position along the other axes.
  private record Transpose(Strided walk, int sourceAxis, int targetAxis, long source, long target) {
    void run() {
      long wide = walk.dim(sourceAxis);
      long high = walk.dim(targetAxis);
      long matrices = wide * high == 0 ? 0 : walk.numel() / (wide * high);
      long bands = (wide + TILE - 1) / TILE; // of columns; a band is TILE rows of the target
      long bandsAtOnce = Math.max(1, Chunks.ELEMENTS / (TILE * Math.max(1, high)));
      Chunks.forEach(
          matrices * bands,
          bandsAtOnce,
          (from, to) -> {
            for (long unit = from; unit < to; unit++) {
              band(unit / bands, unit % bands * TILE);
            }
          });
    }

    private void band(long matrix, long column) {
      long first = 0;
      long second = 0;
      long rest = matrix;
      for (int axis = walk.rank() - 1; axis >= 0; axis--) {
        if (axis != sourceAxis && axis != targetAxis) {
          long at = rest % walk.dim(axis);
          rest /= walk.dim(axis);
          first += at * walk.first(axis);
          second += at * walk.second(axis);
        }
      }
      long sourceStep = walk.first(targetAxis) * Float.BYTES;
      long targetStep = walk.second(sourceAxis) * Float.BYTES;
      long from = source + (first + column) * Float.BYTES;
      long to = target + second * Float.BYTES + column * targetStep;
      long cols = Math.min(TILE, walk.dim(sourceAxis) - column);
      long rows = walk.dim(targetAxis);
      for (long row = 0; row < rows; row += TILE) {
        tile(
            from + row * sourceStep,
            sourceStep,
            to + row * Float.BYTES,
            targetStep,
            Math.min(TILE, rows - row),
            cols);
      }
    }
  }

  private static void tile(
      long source, long sourceStep, long target, long targetStep, long rows, long cols) {
    long row = 0;
    for (; row <= rows - 4; row += 4) {
      long column = 0;
      for (; column <= cols - 4; column += 4) {
        block(
            source + row * sourceStep + column * Float.BYTES,
            sourceStep,
            target + column * targetStep + row * Float.BYTES,
            targetStep);
      }
      for (; column < cols; column++) {
        elements(
            source + row * sourceStep + column * Float.BYTES,
            sourceStep,
            target + column * targetStep + row * Float.BYTES,
            Float.BYTES,
            4);
      }
    }
    for (; row < rows; row++) {
      elements(
          source + row * sourceStep, Float.BYTES, target + row * Float.BYTES, targetStep, cols);
    }
  }

  private static void block(long source, long sourceStep, long target, long targetStep) {
    FloatVector a = four(source);
    FloatVector b = four(source + sourceStep);
    FloatVector c = four(source + 2 * sourceStep);
    FloatVector d = four(source + 3 * sourceStep);
    FloatVector abLow = a.rearrange(LOW).blend(b.rearrange(LOW), ODD); // a0 b0 a1 b1
    FloatVector abHigh = a.rearrange(HIGH).blend(b.rearrange(HIGH), ODD); // a2 b2 a3 b3
    FloatVector cdLow = c.rearrange(LOW).blend(d.rearrange(LOW), ODD);
    FloatVector cdHigh = c.rearrange(HIGH).blend(d.rearrange(HIGH), ODD);
    four(abLow.blend(cdLow.rearrange(FIRST), UPPER), target); // a0 b0 c0 d0
    four(abLow.rearrange(SECOND).blend(cdLow, UPPER), target + targetStep);
    four(abHigh.blend(cdHigh.rearrange(FIRST), UPPER), target + 2 * targetStep);
    four(abHigh.rearrange(SECOND).blend(cdHigh, UPPER), target + 3 * targetStep);
  }

  private static FloatVector four(long address) {
    return FloatVector.fromMemorySegment(FOUR, Address.SPACE, address, Simd.ORDER);
  }

  private static void four(FloatVector v, long address) {
    v.intoMemorySegment(Address.SPACE, address, Simd.ORDER);
  }
}
