package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Divergence, locks, calls, printing and waiting, as nvcc compiles them.
final class ControlProgramsTest {

  @Test
  void lanesOfAWarpTakeALockOneAfterTheOther() {
    try (var gpu = Gpu0.with("control")) {
      long counter = gpu.put(new int[1]);
      gpu.launch("spin_lock", Dim3.of(3), Dim3.of(70), gpu.put(new int[1]), counter);
      assertThat(gpu.ints(counter, 1)[0]).isEqualTo(210);
    }
  }

  @Test
  void recursion() {
    try (var gpu = Gpu0.with("control")) {
      long y = gpu.put(new int[32]);
      gpu.launch("recurse", Dim3.of(1), Dim3.of(32), y);
      int[] fibonacci = {0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144};
      assertThat(gpu.ints(y, 32))
          .isEqualTo(IntStream.range(0, 32).map(t -> fibonacci[t % 13]).toArray());
    }
  }

  @Test
  void functionPointers() {
    try (var gpu = Gpu0.with("control")) {
      float[] x = Gpu0.randomFloats(30, 5);
      long at = gpu.put(x);
      gpu.launch("pointers", Dim3.of(1), Dim3.of(32), at, 30);
      float[] got = gpu.floats(at, 30);
      for (int i = 0; i < 30; i++) {
        float wanted = i % 3 == 0 ? x[i] * x[i] : i % 3 == 1 ? x[i] / 2 : x[i] - 1;
        assertThat(got[i]).isEqualTo(wanted);
      }
    }
  }

  @Test
  void structuresByValue() {
    try (var gpu = Gpu0.with("control")) {
      var particle = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
      particle.putFloat(1.5f).putFloat(9).putDouble(0.25);
      particle.putShort((short) 1).putShort((short) -7).putShort((short) 3);
      long out = gpu.put(new byte[24 * 8]);
      gpu.launch("structures", Dim3.of(1), Dim3.of(8), particle.array(), out, 0.5f);
      var got =
          ByteBuffer.wrap(
                  gpu.device.memory(out, 192).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int t = 0; t < 8; t++) {
        assertThat(got.getFloat(24 * t)).isEqualTo(1.5f + 0.5f * t);
        assertThat(got.getFloat(24 * t + 4)).isEqualTo(t);
        assertThat(got.getDouble(24 * t + 8)).isEqualTo(0.5);
        assertThat(got.getShort(24 * t + 18)).isEqualTo((short) -2);
        assertThat(got.getShort(24 * t + 20)).isEqualTo((short) 3);
      }
    }
  }

  @Test
  void printing() {
    try (var gpu = Gpu0.with("control")) {
      gpu.launch("says", Dim3.of(2), Dim3.of(4), 2);
      assertThat(gpu.printed)
          .hasToString(
              """
              block 0 thread  0 many 0.000 123456789ab a 7%
              block 0 thread  2 many 0.667 123456789ab c 7%
              block 1 thread  0 many 0.000 123456789ab a 7%
              block 1 thread  2 many 0.667 123456789ab c 7%
              """);
    }
  }

  @Test
  void failedAssertion() {
    try (var gpu = Gpu0.with("control")) {
      long x = gpu.put(1, 2, 300);
      assertThatThrownBy(() -> gpu.launch("asserts", Dim3.of(1), Dim3.of(3), x))
          .isInstanceOf(Fault.class)
          .hasMessageContaining("assertion 'x[threadIdx.x] < 100' failed at control.cu:")
          .hasMessageContaining("thread (2, 0, 0)");
    }
  }

  @Test
  void divergentLoops() {
    try (var gpu = Gpu0.with("control")) {
      int[] x = IntStream.range(1, 200).toArray();
      long steps = gpu.put(new int[199]);
      gpu.launch("collatz", Dim3.of(2), Dim3.of(128), gpu.put(x), steps, 199);
      int[] wanted =
          IntStream.of(x)
              .map(
                  start -> {
                    long v = start;
                    int s = 0;
                    for (; v != 1; s++) {
                      v = v % 2 == 1 ? 3 * v + 1 : v / 2;
                    }
                    return s;
                  })
              .toArray();
      assertThat(gpu.ints(steps, 199)).isEqualTo(wanted);
    }
  }

  @Test
  void branchTable() {
    try (var gpu = Gpu0.with("control")) {
      int[] x = IntStream.range(0, 64).map(t -> t * 5 % 11).toArray();
      long at = gpu.put(x);
      gpu.launch("dispatch", Dim3.of(1), Dim3.of(64), at);
      int[] got = gpu.ints(at, 64);
      for (int t = 0; t < 64; t++) {
        int wanted =
            switch (x[t]) {
              case 0 -> 10;
              case 1 -> 8;
              case 2 -> 98;
              case 3 -> 103;
              case 4 -> 64;
              case 5 -> 0x50;
              case 6 -> t;
              case 7 -> 3;
              default -> 1000;
            };
        assertThat(got[t]).isEqualTo(wanted);
      }
    }
  }

  @Test
  void blocksWaitForEachOther() {
    try (var gpu = Gpu0.with("control")) {
      long x = gpu.put(new int[20]);
      gpu.launch("grid_barrier", Dim3.of(20), Dim3.of(64), gpu.put(new int[1]), x);
      assertThat(gpu.ints(x, 20)).containsOnly(3);
    }
  }

  @Test
  void heapOfTheDevice() {
    try (var gpu = Gpu0.with("control")) {
      long y = gpu.put(new int[4]);
      gpu.launch("heap", Dim3.of(1), Dim3.of(4), y);
      assertThat(gpu.ints(y, 4)).containsExactly(43210, 54321, 65432, 76543);
    }
  }

  @Test
  void lanesWaitForTheirTurn() {
    try (var gpu = Gpu0.with("control")) {
      long order = gpu.put(new int[32]);
      gpu.launch("turns", Dim3.of(1), Dim3.of(32), gpu.put(new int[1]), order);
      assertThat(gpu.ints(order, 32)).isEqualTo(IntStream.range(0, 32).map(i -> i * i).toArray());
    }
  }

  @Test
  void deadlockIsReported() {
    try (var gpu = Gpu0.with("control")) {
      long flag = gpu.put(new int[1]);
      assertThatThrownBy(() -> gpu.launch("never", Dim3.of(3), Dim3.of(64), flag))
          .isInstanceOf(Fault.class)
          .hasMessageContaining("deadlock");
    }
  }

  @Test
  void waitsThatEndByThemselvesAreNoDeadlock() {
    try (var gpu = Gpu0.with("control")) {
      long y = gpu.put(new int[32]);
      gpu.launch("patient", Dim3.of(2), Dim3.of(32), gpu.put(new int[1]), y);
      assertThat(gpu.ints(y, 32)).containsOnly(100_000);
    }
  }

  @Test
  void namedBarriersAndReductions() {
    try (var gpu = Gpu0.with("control")) {
      long x = gpu.put(new int[48]);
      gpu.launch("named_barriers", Dim3.of(1), Dim3.of(64), x);
      int[] got = gpu.ints(x, 48);
      assertThat(IntStream.range(0, 32).map(i -> got[i])).containsOnly(42);
      assertThat(got[32]).isEqualTo(22);
      assertThat(got[40]).isEqualTo(1);
      assertThat(got[41]).isEqualTo(1);
    }
  }
}
