package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Each mistake is found, with its source line, and programs without one are not accused.
final class SanitizerTest {

  private static List<String> findings(String kernel, int threads, int bytes, Object... more) {
    try (var gpu = Gpu0.checking("faulty")) {
      var arguments = new Object[more.length + 1];
      arguments[0] = gpu.put(new byte[bytes]);
      System.arraycopy(more, 0, arguments, 1, more.length);
      return gpu.launch(kernel, Dim3.of(1), Dim3.of(threads), arguments).findings();
    }
  }

  @Test
  void outOfBounds() {
    assertThat(findings("beyond", 64, 200, 50))
        .singleElement()
        .asString()
        .startsWith("out-of-bounds: faulty.cu:4 (PTX line ")
        .contains("thread (50, 0, 0)", "byte 200 of 'block 1', which has 200 bytes");
  }

  @Test
  void outOfBoundsIsAFaultWithoutTheSanitizerToo() {
    try (var gpu = Gpu0.with("faulty")) {
      long x = gpu.put(new byte[200]);
      assertThatThrownBy(() -> gpu.launch("beyond", Dim3.of(1), Dim3.of(64), x, 50))
          .isInstanceOf(Fault.class)
          .hasMessageContaining("out of bounds");
    }
  }

  @Test
  void misaligned() {
    assertThat(findings("misaligned", 4, 64))
        .singleElement()
        .asString()
        .contains("misaligned: faulty.cu:6", "is misaligned");
  }

  @Test
  void uninitialisedShared() {
    assertThat(findings("unwritten", 64, 256))
        .singleElement()
        .asString()
        .startsWith("uninitialised: faulty.cu:11")
        .endsWith("(and 23 times more)");
  }

  @Test
  void uninitialisedGlobal() {
    try (var gpu = Gpu0.checking("faulty")) {
      long x = gpu.device.allocate(4096);
      long y = gpu.device.allocate(128);
      var report = gpu.launch("strided", Dim3.of(1), Dim3.of(32), x, y, 2);
      assertThat(report.findings().getFirst()).contains("uninitialised: faulty.cu:", "'block 1'");
    }
  }

  @Test
  void raceBetweenWarps() {
    assertThat(findings("race", 64, 256)).isNotEmpty().first().asString().startsWith("race: ");
  }

  @Test
  void warpSynchronousCodeWithSyncwarpIsClean() {
    assertThat(findings("warp_race", 64, 256)).isEmpty();
  }

  @Test
  void divergentBarrier() {
    assertThat(findings("divergent", 32, 128))
        .singleElement()
        .asString()
        .startsWith("barrier: faulty.cu:28")
        .contains("only lanes 0x0000ffff of lanes 0xffffffff of warp 0");
  }

  @Test
  void threadsThatEndBeforeABarrier() {
    assertThat(findings("left_early", 64, 512, 32))
        .singleElement()
        .asString()
        .contains("32 of 64 threads have ended");
  }

  @Test
  void cleanProgram() {
    assertThat(findings("clean", 64, 256)).isEmpty();
  }

  @Test
  void ordinaryProgramsAreClean() {
    try (var gpu = Gpu0.checking("reductions")) {
      int[] x = Gpu0.randomInts(4000, 50);
      long sum = gpu.put(new int[1]);
      assertThat(
              gpu.launch("reduce_shuffle", Dim3.of(3), Dim3.of(256), gpu.put(x), sum, 4000)
                  .findings())
          .isEmpty();
      long y = gpu.put(new int[200]);
      assertThat(
              gpu.module
                  .kernel("scan_shared")
                  .launch(Dim3.of(1), Dim3.of(200), 1600, gpu.put(x), y)
                  .findings())
          .isEmpty();
      long bins = gpu.put(new int[256]);
      assertThat(
              gpu.launch("histogram", Dim3.of(2), Dim3.of(96), gpu.put(new byte[999]), bins, 999)
                  .findings())
          .isEmpty();
    }
    try (var gpu = Gpu0.checking("numbers")) {
      long y = gpu.put(new int[4 * 256]);
      assertThat(
              gpu.launch("pipeline", Dim3.of(1), Dim3.of(64), gpu.put(new int[1024]), y, 256)
                  .findings())
          .isEmpty();
    }
    try (var gpu = Gpu0.checking("control")) {
      long y = gpu.put(new int[32]);
      assertThat(gpu.launch("recurse", Dim3.of(1), Dim3.of(32), y).findings()).isEmpty();
      long counter = gpu.put(new int[1]);
      assertThat(
              gpu.launch("spin_lock", Dim3.of(2), Dim3.of(64), gpu.put(new int[1]), counter)
                  .findings())
          .isEmpty();
    }
  }
}
