package org.kanface.kernels;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.cases.KernelCase;
import org.kanface.kernels.cases.Tolerance;

/// A table of cases is worth what it catches.
class KernelCaseTest {
  private static final Kernels KERNELS = Backends.kernels("reference", DType.F32);

  private static MemorySegment segment(Memory memory) {
    return ((HostMemory) memory).segment();
  }

  @Test
  @SuppressWarnings("restricted")
  void catchesWritesOutsideABlock() {
    for (long at : new long[] {-4, 20}) {
      var c =
          KernelCase.of("overrun")
              .out(5)
              .calls(
                  (k, m) ->
                      MemorySegment.ofAddress(segment(m.get(0)).address() + at)
                          .reinterpret(4)
                          .set(ValueLayout.JAVA_FLOAT, 0, 1));
      try (var arena = Arena.ofConfined()) {
        assertThatThrownBy(() -> c.run(KERNELS, 1, arena))
            .isInstanceOf(AssertionError.class)
            .hasMessage("overrun: block 0: written outside its elements");
      }
    }
  }

  @Test
  void catchesWritesToInputs() {
    var c =
        KernelCase.of("input")
            .in(5)
            .calls((k, m) -> segment(m.get(0)).setAtIndex(ValueLayout.JAVA_FLOAT, 4, 9));
    try (var arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> c.run(KERNELS, 0, arena))
          .isInstanceOf(AssertionError.class)
          .hasMessage("input: block 0: an input was written to");
    }
  }

  @Test
  void catchesElementsLeftUnwrittenAndWrongOnes() {
    var right = new int[] {1, 1};
    var c =
        KernelCase.of("values")
            .tolerance(Tolerance.FEW_ROUNDINGS)
            .out(2)
            .calls(
                (k, m) -> {
                  for (int i = 0; i < 2; i++) {
                    if (right[i] >= 0) {
                      float value = 1 + (1 - right[i]) * 1e-6f;
                      segment(m.get(0)).setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                    }
                  }
                });
    try (var arena = Arena.ofConfined()) {
      var expected = c.run(KERNELS, 0, arena);
      c.run(KERNELS, 3, arena).requireCloseTo(expected);
      right[1] = 0; // off by 1e-6: more than 8 half units in the last place
      var wrong = c.run(KERNELS, 0, arena);
      assertThatThrownBy(() -> wrong.requireCloseTo(expected))
          .hasMessageStartingWith("values: block 0, element 1 of 2: expected 1.0, got 1.00000");
      assertThatThrownBy(() -> wrong.requireSameBits(expected, "again"))
          .hasMessageStartingWith("values: again: block 0, element 1 of 2: expected 1.0");
      right[1] = -1;
      var missing = c.run(KERNELS, 0, arena);
      assertThatThrownBy(() -> missing.requireCloseTo(expected))
          .hasMessageStartingWith("values: block 0, element 1 of 2: expected 1.0, got NaN");
    }
  }
}
