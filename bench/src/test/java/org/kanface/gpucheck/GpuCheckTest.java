package org.kanface.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.tensor.Json;

/// What `tools/gpu-check` does beside a GPU, on a simulated one.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class GpuCheckTest {
  @Test
  void everyPartRunsOnASimulatedDevice(@TempDir Path folder) throws IOException {
    int status = GpuCheck.run("--device", "cuda-sim", "--out", folder.toString());

    String summary = Files.readString(folder.resolve("summary.txt"));
    assertThat(status).as(summary).isZero();
    assertThat(summary)
        .contains("a simulated device")
        .containsPattern("kernel cases: [1-9][0-9]* well, 0 not");
    Map<String, Object> report = read(folder);
    Map<String, Object> parts = Json.object(report.get("parts"), "parts");
    assertThat(parts).containsOnlyKeys("kernels", "ops", "training", "times");
    assertThat(String.valueOf(parts.get("times"))).contains("kan_forward", "cublas NN 8x8x8");
  }

  @Test
  void whatIsMissingIsSaidInOneSentence(@TempDir Path folder) throws IOException {
    int status = GpuCheck.run("--device", "cuda:7", "--only", "ops", "--out", folder.toString());

    assertThat(status).isOne();
    assertThat(String.valueOf(read(folder).get("parts")))
        .contains("device cuda:7 cannot be used: ")
        .contains("the device");
  }

  private static Map<String, Object> read(Path folder) throws IOException {
    return Json.object(
        Json.parse(Files.readString(folder.resolve("gpu-check.json"))), "gpu-check.json");
  }
}
