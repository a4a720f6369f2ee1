package org.kanface.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.tensor.Json;

class RunFilesTest {

  @Test
  void resultHasTheAgreedMembers(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("result.json");
    SampleRun.result().write(file);

    Map<String, Object> result = Json.object(Json.parse(Files.readString(file)), "result");

    assertThat(result)
        .containsKeys(
            "sets",
            "images_per_second",
            "seconds",
            "steps",
            "peak_rss_mb",
            "threads",
            "device",
            "seed")
        .containsEntry("steps", 1200L)
        .containsEntry("absent", List.of("agedb_30"));
    Map<String, Object> set =
        Json.object(Json.array(result.get("sets"), "sets").getFirst(), "sets[0]");
    assertThat(set)
        .containsKeys("name", "pairs", "accuracy", "std", "auc", "tar")
        .containsEntry("pixel_baseline_accuracy", 0.634);
    assertThat(Json.object(Json.member(set, "tar", "set"), "tar"))
        .containsOnlyKeys("1e-1", "1e-2", "1e-3", "1e-4");
    assertThat(folder.resolve("result.json.tmp")).doesNotExist();
  }

  @Test
  void metricsGoOnWhereTheCheckpointWas(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.create(file)) {
      for (int step = 10; step <= 50; step += 10) {
        log.write(step, "train", Map.of("loss", 1.0 / step));
      }
    }
    Files.writeString(file, "{\"step\":60,\"ki", StandardOpenOption.APPEND);

    try (MetricsLog log = MetricsLog.resume(file, 30)) {
      log.write(40, "train", Map.of("loss", Double.NaN));
    }

    assertThat(MetricsLog.read(file))
        .extracting(m -> m.get("step"))
        .containsExactly(10L, 20L, 30L, 40L);
    assertThat(MetricsLog.read(file).getLast()).containsEntry("loss", Json.NULL);
    assertThat(MetricsLog.read(folder.resolve("none.jsonl"))).isEmpty();
  }

  @Test
  void peakMemoryIsThatOfTheProcess() {
    assertThat(RunStats.peakRss()).isBetween(20.0, 100_000.0);
  }
}
