package org.kanface.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.Backends;

/// What a user reads who has no GPU, or not the right driver.
class DriverProbeTest {
  @Test
  void saysWhatIsMissing() {
    assertThat(new DriverProbe(true, true, 0, 12060, List.of(75, 90)).missing(1)).isEmpty();
    assertThat(new DriverProbe(false, false, 0, 0, List.of()).missing(0))
        .hasValue("JCuda's natives here are for Linux on x86-64 alone");
    assertThat(new DriverProbe(true, false, 0, 0, List.of()).missing(0))
        .hasValue("there is no NVIDIA driver (libcuda.so.1 is not installed)");
    assertThat(new DriverProbe(true, true, 0, 11040, List.of(75)).missing(0))
        .hasValue("the NVIDIA driver is too old: it supports CUDA 11.4, expected 12.0 or newer");
    assertThat(new DriverProbe(true, true, 100, 12060, List.of()).missing(0))
        .hasValue("the NVIDIA driver sees no GPU");
    assertThat(new DriverProbe(true, true, 803, 12060, List.of()).missing(0))
        .hasValue("the NVIDIA driver does not start: cuInit returned error 803");
    assertThat(new DriverProbe(true, true, 0, 12060, List.of(75)).missing(3))
        .hasValue("there is GPU 0 alone, got 3");
    assertThat(new DriverProbe(true, true, 0, 12060, List.of(75, 90, 80, 80)).missing(4))
        .hasValue("there are GPUs 0 to 3, got 4");
    assertThat(new DriverProbe(true, true, 0, 12060, List.of(75, 61)).missing(1))
        .hasValue("GPU 1 has compute capability 6.1, expected 7.5 or newer");
  }

  @Test
  void theSimulatedDeviceNeedsItsModule() {
    assertThatThrownBy(() -> Backends.select("cuda-sim"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "device cuda-sim cannot be used: the module kanface-tools, which simulates it, is not"
                + " on the class path");
  }

  @Test
  void readsTheParametersOfPtx() {
    String ptx =
        """
        .visible .entry a(
          .param .u64 .ptr .align 1 a_param_0,
          .param .f32 a_param_1,
          .param .align 8 .b8 a_param_2[24]
        )
        .maxntid 128, 1, 1
        { ret; }
        .visible .entry b() { ret; }
        """;
    assertThat(PtxParameters.of(ptx))
        .isEqualTo(
            Map.of(
                "a", new PtxParameters(List.of(8, 4, 24)),
                "b", new PtxParameters(List.of())));
  }
}
