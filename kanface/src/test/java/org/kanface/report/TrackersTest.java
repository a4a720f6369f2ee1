package org.kanface.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.config.TrainConfig;

class TrackersTest {
  private static final TrainConfig WANDB =
      TrainConfig.DEFAULTS.with(Map.of("using_wandb", true, "suffix_run_name", "try"));

  @TempDir Path folder;

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(p -> p.getFileName().toString().replaceAll("[0-9a-z]{8}\\.wandb", "ID.wandb"))
          .map(n -> n.replaceAll("tfevents\\.[0-9.]+", "tfevents.N."))
          .sorted()
          .toList();
    }
  }

  private String bytes(String end) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      Path file = all.filter(p -> p.toString().endsWith(end)).toList().getFirst();
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
  }

  private static int count(String text, String word) {
    return text.split(Pattern.quote(word), -1).length - 1;
  }

  private static TrainMeter.Window window(long step) {
    return new TrainMeter.Window(step, 0, 2.5, 0.1, OptionalDouble.empty(), 100, 7200);
  }

  @Test
  void writesWhatTheConfigurationWants() throws IOException {
    Trackers.open(TrainConfig.DEFAULTS.with(Map.of("tensorboard", false)), folder, 0, Map.of())
        .close();
    assertThat(files()).isEmpty();

    Trackers.open(TrainConfig.DEFAULTS, folder, 0, Map.of()).close();
    assertThat(files()).containsExactly("events.out.tfevents.N.kanface");

    Trackers.open(WANDB, folder, 0, Map.of()).close();
    assertThat(files())
        .containsExactly(
            "config.yaml", "events.out.tfevents.N.kanface", "run-ID.wandb", "wandb-metadata.json");
  }

  @Test
  void keepsTheReferencesTags() throws IOException {
    try (Trackers trackers = Trackers.open(WANDB, folder, 0, Map.of())) {
      trackers.step(1, 0, 3, 3);
      trackers.step(2, 0, 2, 2.5);
      trackers.window(window(2));
      trackers.finish();
    }

    assertThat(bytes(".kanface")).contains("time_for_end", "learning_rate", "loss");
    assertThat(bytes(".wandb"))
        .contains("Loss/Step Loss", "Loss/Train Loss", "Process/Step", "Process/Epoch");
  }

  /// A run that stops anywhere after a checkpoint and is resumed has every step once.
  @Test
  void aResumedRunHasEveryStepOnce() throws IOException {
    Trackers killed = Trackers.open(WANDB, folder, 0, Map.of());
    for (int step = 1; step <= 5; step++) {
      killed.step(step, 0, step, step);
      killed.window(window(step));
      if (step == 3) {
        killed.summarise(); // the checkpoint
      }
    }
    // not closed: the steps after the last summary go with the process

    try (Trackers resumed = Trackers.open(WANDB, folder, 3, Map.of())) {
      resumed.step(4, 0, 4, 4);
      resumed.window(window(4));
      resumed.finish();
    }

    String rows = bytes(".wandb");
    assertThat(count(rows, "_timestamp")).isEqualTo(4);
    assertThat(count(bytes(".kanface"), "time_for_end")).isEqualTo(4);
    assertThat(count(bytes(".kanface"), "_hparams_/experiment")).isEqualTo(1);
    assertThat(files()).filteredOn(n -> n.endsWith(".wandb")).hasSize(1);
  }

  @Test
  void withoutWandbResumeAnotherRunBegins() throws IOException {
    TrainConfig apart = WANDB.with(Map.of("wandb_resume", false));
    Trackers.open(apart, folder, 0, Map.of()).close();
    Trackers.open(apart, folder, 3, Map.of()).close();

    assertThat(files()).filteredOn(n -> n.endsWith(".wandb")).hasSize(2);
  }

  @Test
  void namesARunByTimeProcessAndSuffix() {
    var time = LocalDateTime.of(2025, 4, 8, 9, 5);
    assertThat(Trackers.name(TrainConfig.DEFAULTS.log(), time)).isEqualTo("250408_0905_GPU0");
    assertThat(Trackers.name(WANDB.log(), time)).isEqualTo("250408_0905_GPU0_try");
  }
}
