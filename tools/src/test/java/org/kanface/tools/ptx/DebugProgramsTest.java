package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Code that nvcc compiles with `-G`: every variable lies in local memory, every function is
/// called.
final class DebugProgramsTest {

  @Test
  void copiesOfPaddingAndBitFieldsAreNoMistake() {
    try (var gpu = Gpu0.checking("debug")) {
      long y = gpu.put(new double[8]);
      var report = gpu.launch("copies", Dim3.of(1), Dim3.of(8), y);
      assertThat(report.findings()).isEmpty();
      double[] wanted =
          IntStream.range(0, 8).mapToDouble(i -> i + i * 3 + 'a' + i + i * 0.5).toArray();
      assertThat(gpu.doubles(y, 8)).isEqualTo(wanted);
    }
  }

  @Test
  void variableWithoutAValue() {
    try (var gpu = Gpu0.checking("debug")) {
      long y = gpu.put(new int[4]);
      assertThat(gpu.launch("unset", Dim3.of(1), Dim3.of(4), y, 3).findings())
          .singleElement()
          .asString()
          .startsWith("uninitialised: debug.cu:18")
          .contains("reads 4 bytes of local memory that nothing has written");
    }
  }

  @Test
  void blocksWaitForLaterOnes() {
    try (var gpu = Gpu0.with("debug")) {
      long y = gpu.put(new int[20]);
      gpu.launch("chain", Dim3.of(20), Dim3.of(1), gpu.put(new int[20]), y);
      assertThat(gpu.ints(y, 20)).isEqualTo(IntStream.range(0, 20).map(b -> 20 - b).toArray());
    }
  }
}
