package org.kanface.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;

/// What the CPU kernels share with the reference to the bit: random numbers and rows by number.
class BitParityTest {
  private static final Kernels REFERENCE = Backends.kernels("reference", DType.F32);
  private static final Kernels CPU = Backends.kernels("cpu", DType.F32);

  private static HostMemory on(float[] values) {
    return HostMemory.of(MemorySegment.ofArray(values));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 6, 16_385})
  void drawsAreTheReferences(int n) {
    var expected = new float[n];
    var actual = new float[n];
    REFERENCE.random().uniform(n, -5, 1L << 40, -0.1, 0.3, on(expected));
    CPU.random().uniform(n, -5, 1L << 40, -0.1, 0.3, on(actual));
    assertThat(actual).isEqualTo(expected);
    REFERENCE.random().normal(n, 11, 2, 0.5, 3, on(expected));
    CPU.random().normal(n, 11, 2, 0.5, 3, on(actual));
    assertThat(actual).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 40_000})
  void dropoutIsTheReferences(int cols) {
    int rows = 40_000 / cols;
    var x = new float[rows * cols];
    var random = new SplittableRandom(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    var expected = new float[x.length];
    var actual = new float[x.length];
    for (double p : new double[] {0, 0.1, 0.7}) {
      REFERENCE.random().dropout(rows, cols, p, 3, 4, on(x), on(expected));
      CPU.random().dropout(rows, cols, p, 3, 4, on(x), on(actual));
      assertThat(actual).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 33, 512})
  void scatterAddKeepsTheOrderOfAdditions(int cols) {
    int count = 500;
    var random = new SplittableRandom(2);
    var index = random.longs(count, 0, 9).toArray();
    var x = new float[count * cols];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    var expected = new float[9 * cols];
    var actual = new float[9 * cols];
    var rows = HostMemory.of(MemorySegment.ofArray(index));
    REFERENCE.index().scatterAddRows(count, cols, rows, on(x), on(expected));
    CPU.index().scatterAddRows(count, cols, rows, on(x), on(actual));
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void scatterAddRefusesRowsOutsideItsTarget() {
    var rows = HostMemory.of(MemorySegment.ofArray(new long[] {0, 3}));
    assertThatThrownBy(
            () -> CPU.index().scatterAddRows(2, 2, rows, on(new float[4]), on(new float[6])))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("[scatter-add rows] index[1]: expected 0 to 2, got 3");
  }
}
