package org.kanface.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kanface.config.LogConfig;
import org.kanface.config.TrainConfig;
import org.kanface.eval.ClosedSetResult;
import org.kanface.eval.SimilarityHistogram;
import org.kanface.eval.VerificationResult;
import org.kanface.report.tensorboard.EventFile;
import org.kanface.report.tensorboard.Histogram;
import org.kanface.report.wandb.WandbRun;

/// Tells TensorBoard and Weights & Biases what a run measures, where the configuration wants them.
///
/// Tags are the reference's. TensorBoard: `time_for_end` (hours), `learning_rate` and `loss` with
/// each line of the log, the accuracy of a verification set under the set's name; besides,
/// similarities of its pairs as histograms. W&B: `Loss/Step Loss`, `Loss/Train Loss`,
/// `Process/Step`, `Process/Epoch` of every step, `Acc/val-Acc2 SET`. All at the step they belong
/// to. W&B wants one row a step, so a step's row waits for the next one or for [#flush].
public final class Trackers implements AutoCloseable {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyMMdd_HHmm", Locale.ROOT);

  private final @Nullable EventFile events;
  private final @Nullable WandbRun wandb;
  private final Map<String, Object> row = new LinkedHashMap<>();
  private final Map<String, Object> results = new LinkedHashMap<>();
  private long step;
  private long written = -1; // step of the last row
  private boolean finished;
  private final String artifacts; // name of the run in those of its artifacts; empty for none

  private Trackers(
      @Nullable EventFile events, @Nullable WandbRun wandb, String artifacts, long step) {
    this.events = events;
    this.wandb = wandb;
    this.artifacts = artifacts;
    this.step = step;
  }

  /// Opens what `config` asks for below `folder`.
  ///
  /// @param lastStep the step that a resumed run goes on after, 0 for a new one
  /// @param metadata of machine and program, for W&B
  public static Trackers open(
      TrainConfig config, Path folder, long lastStep, Map<String, ?> metadata) throws IOException {
    LogConfig log = config.log();
    EventFile events = null;
    if (log.tensorboard()) {
      Path place = folder.resolve("tensorboard");
      events = lastStep > 0 ? EventFile.resume(place, lastStep) : EventFile.create(place);
      if (events.isNew()) {
        var metrics = new ArrayList<>(List.of("loss"));
        metrics.addAll(config.data().valTargets());
        events.hparams(config.toMap(), metrics);
      }
    }
    WandbRun wandb = null;
    String name = name(log, LocalDateTime.now(ZoneId.systemDefault()));
    if (log.usingWandb()) {
      var settings =
          new WandbRun.Settings(
              log.wandbEntity(), log.wandbProject(), name, log.notes(), config.toMap(), metadata);
      wandb =
          lastStep > 0 && log.wandbResume()
              ? WandbRun.resume(folder, settings, lastStep)
              : WandbRun.create(folder, settings);
    }
    return new Trackers(events, wandb, log.saveArtifacts() ? name : "", lastStep);
  }

  /// `241122_0915_GPU0`, and `_` with the configured suffix.
  static String name(LogConfig log, LocalDateTime now) {
    String suffix = log.suffixRunName();
    return NAME.format(now) + "_GPU0" + (suffix.isEmpty() ? "" : "_" + suffix);
  }

  /// One training step.
  ///
  /// @param mean loss since the last line of the log, this step included
  public void step(long done, int epoch, double loss, double mean) {
    if (wandb == null) {
      step = done;
      return;
    }
    at(done);
    row.put("Loss/Step Loss", loss);
    row.put("Loss/Train Loss", mean);
    row.put("Process/Step", done);
    row.put("Process/Epoch", epoch);
  }

  /// What a line of the log says.
  public void window(TrainMeter.Window w) {
    if (events != null) {
      events.scalar("time_for_end", w.step(), w.secondsLeft() / 3600);
      events.scalar("learning_rate", w.step(), w.learningRate());
      events.scalar("loss", w.step(), w.loss());
    }
  }

  /// One verification.
  public void verification(VerificationResult result, long done) {
    String set = result.name();
    if (events != null) {
      events.scalar(set, done, result.accuracy());
      SimilarityHistogram h = result.histogram();
      events.histogram("similarity/" + set + "/same", done, Histogram.equal(-1, 1, h.same()));
      events.histogram(
          "similarity/" + set + "/different", done, Histogram.equal(-1, 1, h.different()));
    }
    String key = "Acc/val-Acc2 " + set;
    if (done == written) { // its row is in the file: the result alone is new
      results.put(key, result.accuracy());
    } else {
      at(done);
      row.put(key, result.accuracy());
    }
  }

  /// Images of known people, under `closed_set/NAME`.
  public void closedSet(ClosedSetResult result, long done) {
    String tag = "closed_set/" + result.name();
    put(tag + "/accuracy", done, result.plain().accuracy());
    put(tag + "/weighted_f1", done, result.plain().weighted().f1());
    put(tag + "/accuracy_with_margin", done, result.withMargin().accuracy());
    put(tag + "/loss", done, result.loss());
  }

  private void put(String tag, long done, double value) {
    if (events != null) {
      events.scalar(tag, done, value);
    }
    if (done == written) {
      results.put(tag, value);
    } else {
      at(done);
      row.put(tag, value);
    }
  }

  /// The two images of hard pairs, squares of `side` pixels.
  public void hardest(List<PairImages> pairs, long done, int side) {
    if (events == null) {
      return;
    }
    var count = new LinkedHashMap<String, Integer>();
    for (PairImages pair : pairs) {
      int n = count.merge(pair.set(), 1, Integer::sum);
      String tag = "hardest/%s/%02d".formatted(pair.set(), n);
      events.image(tag + "/a", done, side, side, pair.firstPng());
      events.image(tag + "/b", done, side, side, pair.secondPng());
    }
  }

  /// The weights after an epoch, from 0, where they are to be kept as artifacts.
  public void model(int epoch, Path file) {
    artifact("_E" + epoch, file);
  }

  /// The last weights.
  public void finalModel(Path file) {
    artifact("_Final", file);
  }

  private void artifact(String end, Path file) {
    if (wandb != null && !artifacts.isEmpty()) {
      flush();
      wandb.artifact(artifacts + end, file);
    }
  }

  private void at(long done) {
    if (done != step) {
      flush();
    }
    step = done;
  }

  /// Writes what waits. Called before a checkpoint, so that a run resumed from it misses nothing.
  public void flush() {
    if (wandb == null || row.isEmpty()) {
      return;
    }
    wandb.history(step, row);
    written = step;
    results.putAll(row);
    row.clear();
  }

  /// Writes the results as they stand now, and what waits.
  public void summarise() {
    flush();
    if (wandb != null && !results.isEmpty()) {
      wandb.summary(results);
    }
  }

  /// The run has come to its end.
  public void finish() {
    summarise();
    if (events != null) {
      events.ended(step, true);
    }
    if (wandb != null) {
      wandb.exit(0);
    }
    finished = true;
  }

  /// The folder that `wandb sync` takes, where W&B is used.
  public Optional<Path> wandbFolder() {
    return Optional.ofNullable(wandb).map(WandbRun::folder);
  }

  /// Closes the files; a run that is not [#finish]ed counts as failed.
  @Override
  public void close() {
    if (!finished) {
      fail();
    }
    if (events != null) {
      events.close();
    }
    if (wandb != null) {
      wandb.close();
    }
  }

  private void fail() {
    summarise();
    if (events != null) {
      events.ended(step, false);
    }
    if (wandb != null) {
      wandb.exit(1);
    }
    finished = true;
  }
}
