package org.kanface.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.kanface.config.TrainConfig;
import org.kanface.data.load.ImagePreparation;
import org.kanface.data.load.LoaderOptions;
import org.kanface.eval.ClosedSetResult;
import org.kanface.report.MetricsLog;
import org.kanface.report.RunLog;
import org.kanface.report.RunResult;
import org.kanface.report.Series;
import org.kanface.report.Trackers;
import org.kanface.tensor.Json;

/// Judges every epoch of a training on known people held back from it, and its end on others.
///
/// Curves and measures have EfficientFR's meaning: see [EpochHistory].
final class EpochJudge {
  private final TrainConfig config;
  private final TrainingData.KnownPeople people;
  private final Session session;
  private final ClosedSet closedSet;
  private final RunLog log;
  private final MetricsLog metrics;
  private final Trackers trackers;
  private @Nullable ClosedSetResult latest; // of validation

  EpochJudge(
      TrainConfig config,
      TrainingData.KnownPeople people,
      Session session,
      RunLog log,
      MetricsLog metrics,
      Trackers trackers) {
    this.config = config;
    this.people = people;
    this.session = session;
    this.log = log;
    this.metrics = metrics;
    this.trackers = trackers;
    closedSet = new ClosedSet(session, options(config));
  }

  private static LoaderOptions options(TrainConfig config) {
    var images =
        ImagePreparation.plain(
            config.model().imageSize(),
            Trainer.scaling(config),
            Networks.normalization(config.model()));
    return LoaderOptions.inOrder(config.data().batchSize(), config.data().numWorkers(), images);
  }

  /// An epoch's training in numbers.
  ///
  /// @param epoch from 1
  /// @param accuracy part of the images that were given to their class; NaN where not counted
  record Trained(int epoch, long step, double loss, double accuracy, double rate) {}

  /// Judges the epoch that has just ended, adds it to `history`, and returns the accuracy that the
  /// learning rate and the best model follow: that with the margin, as the original's.
  double ended(Trained t, EpochHistory history) {
    ClosedSetResult r = judge(DataSources.VALIDATION, t.step, t.epoch);
    latest = r;
    double accuracy = r.withMargin().accuracy();
    var epoch =
        new EpochHistory.Epoch(
            t.loss,
            r.loss(),
            t.accuracy,
            accuracy,
            t.rate,
            r.plain().accuracy(),
            r.plain().weighted().f1());
    history.add(epoch);
    line("Epoch %d/%d", t.epoch, config.optim().numEpoch());
    line("Train loss: %.4f   accuracy: %.4f", t.loss, t.accuracy);
    line(
        "Validation loss: %.4f   accuracy: %.4f   without margin: %.4f   weighted F1: %.4f",
        r.loss(), accuracy, r.plain().accuracy(), r.plain().weighted().f1());
    line("Learning rate: %.6f", t.rate);
    metrics.write(
        t.step,
        "epoch",
        Json.of("epoch", (long) t.epoch, "loss", t.loss, "accuracy", t.accuracy, "lr", t.rate));
    return accuracy;
  }

  /// The results on validation and test with the last weights.
  List<ClosedSetResult> results(long step) {
    int epochs = config.optim().numEpoch();
    ClosedSetResult validation =
        latest == null ? judge(DataSources.VALIDATION, step, epochs) : latest;
    List<ClosedSetResult> all = List.of(validation, judge(DataSources.TEST, step, epochs));
    for (ClosedSetResult r : all) {
      line(
          "%s: %d images of known people, accuracy %.4f, weighted F1 %.4f; with the margin %.4f and"
              + " %.4f",
          r.name(),
          r.plain().images(),
          r.plain().accuracy(),
          r.plain().weighted().f1(),
          r.withMargin().accuracy(),
          r.withMargin().weighted().f1());
    }
    return all;
  }

  private ClosedSetResult judge(String part, long step, int epoch) {
    session.swapAverage();
    ClosedSetResult result =
        closedSet.evaluate(
            part, part.equals(DataSources.TEST) ? people.test() : people.validation(), epoch);
    session.swapAverage();
    metrics.write(step, "closed_set", RunResult.entry(result));
    trackers.closedSet(result, step);
    return result;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
  private void line(String format, Object... values) {
    log.info(String.format(Locale.ROOT, format, values));
  }

  /// The curves of a report, by the title of their chart.
  static Map<String, List<Series>> curves(EpochHistory history) {
    var out = new LinkedHashMap<String, List<Series>>();
    if (!history.isEmpty()) {
      out.put(
          "Loss of an epoch",
          history.series(labels("train_loss", "training", "dev_loss", "validation")));
      out.put(
          "Closed-set accuracy",
          history.series(
              labels(
                  "train_acc", "training, with margin",
                  "dev_acc", "validation, with margin",
                  "dev_acc_plain", "validation")));
      out.put("Weighted F1", history.series(labels("dev_f1_plain", "validation")));
    }
    return out;
  }

  private static SequencedMap<String, String> labels(String... namesAndLabels) {
    var out = new LinkedHashMap<String, String>(); // its order is the legend's
    for (int i = 0; i < namesAndLabels.length; i += 2) {
      out.put(namesAndLabels[i], namesAndLabels[i + 1]);
    }
    return out;
  }
}
