package org.kanface.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.config.Presets;

class RunLogTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Terminal terminal(boolean interactive) {
    return new Terminal(new PrintStream(bytes, true, UTF_8), interactive);
  }

  private String printed() {
    return bytes.toString(UTF_8);
  }

  @Test
  void linesLookLikeTheReferences(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("testing/testing.log");
    LocalDateTime time = LocalDateTime.of(2025, 4, 8, 9, 5, 7, 42_000_000);
    try (RunLog log = RunLog.open("Testing", file, terminal(false), () -> time)) {
      log.config(Presets.get("demo"), Presets.get("demo").steps(6400, 1));
      log.verification(SampleRun.set("lfw", 1), 300, 0.97, true);
      log.verification(SampleRun.set("lfw", 1), 400, 0.97, false);
      log.absent(List.of("calfw", "cplfw"), "data");
    }

    List<String> lines = Files.readAllLines(file);
    String start = "Testing: 2025-04-08 09:05:07,042-";
    assertThat(lines)
        .startsWith(start + "rank_id: 0", start + ": name                     demo")
        .contains(
            start + ": interclass_filtering_threshold0.0",
            start + ": total_step               600",
            start + "[lfw][300]XNorm: 21.500000",
            start + "[lfw][300]Accuracy-Highest: 0.97000")
        .endsWith(start + "Not found in data, not verified: calfw, cplfw");
    assertThat(lines)
        .anyMatch(l -> l.matches(".*-\\[lfw]\\[300]Accuracy-Flip: 0\\.\\d{5}\\+-0\\.\\d{5}"));
    assertThat(lines)
        .anyMatch(l -> l.matches(".*-\\[lfw]\\[400]Accuracy: 0\\.\\d{5}\\+-0\\.\\d{5}"));
    assertThat(printed().lines().toList()).isEqualTo(lines);
  }

  @Test
  void firstWindowOnlyStartsTheClock() {
    AtomicLong now = new AtomicLong();
    TrainMeter meter = new TrainMeter(10, 64, 0, 100, now::get);
    Optional<TrainMeter.Window> window = Optional.empty();
    for (int step = 1; step <= 20; step++) {
      now.addAndGet(SECOND / 2);
      window = meter.step(step, 1, step, 0.00105, OptionalDouble.empty());
      assertThat(window.isPresent()).isEqualTo(step == 20);
    }

    // Ten steps of 64 images in 5 s; the loss is the mean of all twenty; 10 s / 21 steps * 79 left.
    assertThat(window.orElseThrow().line())
        .isEqualTo(
            "Speed 128.00 samples/sec   Loss 10.5000   LearningRate 0.001050   Epoch: 1   "
                + "Global Step: 20   Required: 0h:0m:37s");
  }

  @Test
  void excludedTimeCountsForNothingAndTheScaleIsShown() {
    AtomicLong now = new AtomicLong();
    TrainMeter meter = new TrainMeter(1, 100, 40, 42, now::get);
    meter.step(41, 3, 1, 0, OptionalDouble.of(65536));
    now.addAndGet(SECOND);
    meter.exclude(() -> now.addAndGet(1000 * SECOND));
    TrainMeter.Window window = meter.step(42, 3, 2, 0, OptionalDouble.of(65536)).orElseThrow();

    assertThat(window.imagesPerSecond()).isEqualTo(100);
    assertThat(window.loss()).isEqualTo(1.5);
    assertThat(window.line())
        .contains("Global Step: 42   Fp16 Grad Scale: 65536   Required: 0h:0m:0s");
    assertThat(meter.imagesPerSecond(42)).isEqualTo(200);
    assertThat(meter.seconds()).isEqualTo(1001);
  }

  @Test
  void barIsRedrawnOnATerminalBelowTheLines() {
    AtomicLong now = new AtomicLong();
    Terminal terminal = terminal(true);
    try (ProgressBar bar = new ProgressBar(terminal, "verify lfw", 0, 100, "images", now::get)) {
      now.addAndGet(2 * SECOND);
      bar.update(50);
      terminal.println("a line");
      bar.update(51); // too soon to redraw
    }

    String shown =
        "verify lfw "
            + "█".repeat(15)
            + "░".repeat(15)
            + "  50 %  50/100  25 images/s  0:00:02 left";
    assertThat(printed())
        .isEqualTo(
            "\r\u001b[K"
                + shown
                + "\r\u001b[Ka line"
                + System.lineSeparator()
                + shown
                + "\r\u001b[K");
  }

  @Test
  void elsewhereItIsAPlainLineNowAndThen() {
    AtomicLong now = new AtomicLong();
    try (ProgressBar bar = new ProgressBar(terminal(false), "pack", 0, 7200, "images", now::get)) {
      for (int i = 1; i <= 60; i++) {
        now.addAndGet(SECOND);
        bar.update(i);
      }
    }

    assertThat(printed().lines())
        .containsExactly(
            "pack: 30 of 7200, 1 images/s, 1:59:30 left",
            "pack: 60 of 7200, 1 images/s, 1:59:00 left");
  }

  @Test
  void whatWasDoneBeforeSaysNothingAboutTheRate() {
    AtomicLong now = new AtomicLong();
    try (ProgressBar bar =
        new ProgressBar(terminal(false), "train", 1000, 2000, "images", now::get)) {
      now.addAndGet(50 * SECOND);
      bar.update(1500);
    }

    assertThat(printed().strip()).isEqualTo("train: 1500 of 2000, 10 images/s, 0:00:50 left");
  }
}
