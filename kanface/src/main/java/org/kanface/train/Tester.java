package org.kanface.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.data.verify.VerificationSet;
import org.kanface.eval.VerificationResult;
import org.kanface.kernels.DType;
import org.kanface.kernels.Workers;
import org.kanface.report.RunLog;
import org.kanface.report.RunResult;
import org.kanface.report.RunStats;
import org.kanface.report.Terminal;
import org.kanface.report.Trackers;
import org.kanface.report.VerificationTable;

/// Verifies a trained network on all sets that a configuration names.
public final class Tester {
  private Tester() {}

  /// Writes `testing/testing.log` and `testing/result.json` below `folder` and returns the outcome.
  ///
  /// `config` says which sets, where they are, and the batch size; sizes of images come from the
  /// model. An embedding is that of the image, and with `mirror` of its mirror image too. Throws
  /// [TrainingException] where none of the sets is there.
  public static RunResult run(
      ModelFile.Loaded model, TrainConfig config, Path folder, boolean mirror, Terminal terminal)
      throws IOException {
    var subject =
        new Subject(
            model.config().model(),
            model.embedder(mirror),
            model.device().kernels(DType.F32).describe());
    return run(subject, config, folder, terminal);
  }

  /// What is verified.
  ///
  /// @param engine what computes the embeddings, for the result
  public record Subject(ModelConfig model, FaceEmbedder embedder, String engine) {}

  /// The same for a network in whatever engine.
  public static RunResult run(Subject subject, TrainConfig config, Path folder, Terminal terminal)
      throws IOException {
    long start = System.nanoTime();
    List<VerificationResult> results = new ArrayList<>();
    long images = 0;
    try (DataSources.Validation validation = DataSources.everything(config);
        RunLog log = RunLog.testing(folder, terminal);
        Trackers trackers =
            Trackers.open(
                config,
                folder.resolve("testing"),
                0,
                RunManifest.start(0, subject.engine(), "it holds the network"))) {
      log.info("Starting verification with %s ...".formatted(subject.model().network()));
      if (!subject.embedder().mirrors()) {
        log.info("Embeddings of the images alone, without their mirror images");
      }
      log.absent(validation.absent(), config.data().valFolder());
      if (validation.sets().isEmpty()) {
        throw new TrainingException(
            "nothing to verify: none of %s is in %s"
                .formatted(
                    String.join(", ", config.data().valTargets()), config.data().valFolder()));
      }
      SetEvaluator evaluator =
          new SetEvaluator(
              subject.embedder(),
              subject.model().imageSize(),
              Networks.fit(subject.model()),
              config.data().batchSize(),
              config.data().numWorkers());
      for (VerificationSet set : validation.sets()) {
        VerificationResult result =
            evaluator.evaluate(set).withPixelBaseline(evaluator.pixelBaseline(set));
        images += set.images().size();
        results.add(result);
        log.verification(result, 0, result.accuracy(), subject.embedder().mirrors());
        log.info(rates(result));
        trackers.verification(result, 0);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      RunStats stats =
          RunStats.now(
              images / seconds,
              seconds,
              0,
              Workers.threads(),
              subject.engine(),
              config.run().seed());
      RunResult result =
          new RunResult(config.name(), results, validation.absent(), Double.NaN, stats);
      Path path = folder.resolve("testing").resolve("result.json");
      result.write(path);
      trackers.finish();
      VerificationTable.of(results).lines().forEach(terminal::println);
      log.info("results: " + path);
      return result;
    }
  }

  private static String rates(VerificationResult r) {
    StringBuilder line = new StringBuilder("[%s]".formatted(r.name()));
    line.append(
        String.format(
            Locale.ROOT,
            "AUC: %.5f   VAL@FAR 1e-3: %.5f+-%.5f",
            r.auc(),
            r.validation().val(),
            r.validation().std()));
    r.tar()
        .forEach(
            (far, tar) -> line.append(String.format(Locale.ROOT, "   TAR@FAR %s: %.5f", far, tar)));
    return line.append(
            String.format(
                Locale.ROOT, "   Pixels alone: %.5f", r.pixelBaselineAccuracy().orElse(Double.NaN)))
        .toString();
  }
}
