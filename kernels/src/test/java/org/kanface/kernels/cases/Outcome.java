package org.kanface.kernels.cases;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.kanface.kernels.DType;

/// What a case left behind: its blocks with their margins, and the number that it returned, if any.
public record Outcome(
    KernelCase origin, DType type, int shift, List<MemorySegment> blocks, double scalar) {

  /// Throws [AssertionError] where `this` is further from `expected` than the case allows.
  public void requireCloseTo(Outcome expected) {
    if (!origin.scalarTolerance().accepts(expected.scalar, scalar)) {
      throw new AssertionError(
          "%s: result: expected %s, got %s".formatted(origin, expected.scalar, scalar));
    }
    for (int b = 0; b < blocks.size(); b++) {
      var block = origin.blocks().get(b);
      for (long i = 0; i < block.size(); i++) {
        double exact = block.get(expected.blocks.get(b), expected.type, expected.shift, i);
        double want = type == DType.F32 && block.own() == null ? (float) exact : exact;
        double got = block.get(blocks.get(b), type, shift, i);
        if (!block.tolerance().accepts(want, got)) {
          throw new AssertionError(
              "%s: block %d, element %d of %d: expected %s, got %s (off by %.3g, %s)"
                  .formatted(
                      origin,
                      b,
                      i,
                      block.size(),
                      want,
                      got,
                      Math.abs(want - got),
                      block.tolerance()));
        }
      }
    }
  }

  /// Throws [AssertionError] where any bit of any number differs. Which NaN a NaN is may depend on
  /// whether the compiler has got to a loop yet, so that all count as one.
  public void requireSameBits(Outcome expected, String what) {
    if (Double.doubleToLongBits(scalar) != Double.doubleToLongBits(expected.scalar)) {
      throw new AssertionError(
          "%s: %s: result: expected %s, got %s".formatted(origin, what, expected.scalar, scalar));
    }
    for (int b = 0; b < blocks.size(); b++) {
      if (blocks.get(b).mismatch(expected.blocks.get(b)) < 0) {
        continue;
      }
      var block = origin.blocks().get(b);
      for (long i = 0; i < block.size(); i++) {
        double want = block.get(expected.blocks.get(b), type, shift, i);
        double got = block.get(blocks.get(b), type, shift, i);
        if (Double.doubleToLongBits(want) != Double.doubleToLongBits(got)) {
          throw new AssertionError(
              "%s: %s: block %d, element %d of %d: expected %s, got %s"
                  .formatted(origin, what, b, i, block.size(), want, got));
        }
      }
    }
  }
}
