package org.kanface.train;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kanface.config.ConfigLoader;
import org.kanface.config.DataConfig;
import org.kanface.config.Steps;
import org.kanface.config.TrainConfig;
import org.kanface.data.DatasetCheck;
import org.kanface.data.FaceDataset;
import org.kanface.data.load.Batch;
import org.kanface.data.load.BatchLoader;
import org.kanface.data.load.LoaderOptions;
import org.kanface.eval.VerificationResult;
import org.kanface.kernels.DType;
import org.kanface.kernels.Workers;
import org.kanface.report.MetricsLog;
import org.kanface.report.PairImages;
import org.kanface.report.ProgressBar;
import org.kanface.report.RunLog;
import org.kanface.report.RunResult;
import org.kanface.report.RunStats;
import org.kanface.report.Terminal;
import org.kanface.report.Trackers;
import org.kanface.report.TrainMeter;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;

/// Trains a network as a configuration says, from scratch, resumed or continued, and verifies it.
///
/// A run's folder holds `config.yaml`, `training.log`, `metrics.jsonl`,
/// `manifest.json`, `checkpoints/`, `model.safetensors` (the last weights), `best.safetensors`,
/// `result.json`, `report.html`, and where they are wanted `tensorboard/` and `wandb/`.
public final class Trainer implements AutoCloseable {
  /// How a run begins.
  public enum Start {
    /// From scratch, or with `resume` from its own last checkpoint.
    TRAIN,
    /// From the weights of an older run, with a new schedule.
    CONTINUE
  }

  /// @param from the folder of the run to continue; the run's own for `TRAIN`
  /// @param freshOptimizer leave the older run's moments behind
  public record Options(Start start, Path from, boolean freshOptimizer) {}

  private static final String MODEL = "model.safetensors"; // the last weights

  private final TrainConfig config;
  private final Path folder;
  private final Device device;
  private final FaceDataset data;
  private final DataSources.Validation validation;
  private final Session session;
  private final Steps steps;
  private final Checkpoints checkpoints;
  private final RunLog log;
  private final MetricsLog metrics;
  private final Trackers trackers;
  private final SetEvaluator evaluator;
  private History history = new History();
  private RateControl rates;
  private long scheduleStart;
  private long step; // done so far
  private double epochLoss; // sum over the present epoch
  private final Map<String, VerificationResult> latest = new LinkedHashMap<>();

  /// Opens data, network and checkpoint. Throws [TrainingException] and the exceptions of data,
  /// configuration and
  /// state with a sentence for the user.
  public Trainer(TrainConfig given, Options options, Terminal terminal) throws IOException {
    config = given;
    folder = Path.of(config.outputFolder());
    if (config.run().threads() > 0) {
      Workers.resize(config.run().threads());
    }
    device = Device.of(config.run().device());
    data = DataSources.training(config);
    List<String> warnings = DatasetCheck.forTraining(data, false);
    validation = DataSources.validation(config);
    long images = config.data().numImages() > 0 ? config.data().numImages() : data.size();
    steps = config.steps(images, 1);
    checkClasses();
    checkpoints = new Checkpoints(folder.resolve("checkpoints"), config.run().keepLast());
    Optional<Checkpoints.Loaded> found = checkpointToLoad(options);
    session = new Session(config, device, data.classes());
    rates = new RateControl(config.optim(), steps, 0, judge());
    found.ifPresent(checkpoint -> restore(checkpoint, options));
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.yaml"), ConfigLoader.toYaml(config));
    log = RunLog.training(folder, terminal);
    Path lines = folder.resolve("metrics.jsonl");
    metrics = step > 0 ? MetricsLog.resume(lines, step) : MetricsLog.create(lines);
    Map<String, Object> start = RunManifest.start(step, device);
    RunManifest.write(folder, config, data, steps, start);
    trackers = Trackers.open(config, folder, step, start);
    evaluator =
        new SetEvaluator(
            new FaceEmbedder(
                session.network(),
                device,
                config.model().imageSize(),
                config.model().embeddingSize(),
                Networks.normalization(config.model()),
                true),
            config.model().imageSize(),
            config.data().batchSize(),
            config.data().numWorkers());
    announce(warnings);
  }

  private RateControl.Judge judge() {
    return config.run().verifyAtEpochEnd() && !validation.sets().isEmpty()
        ? RateControl.Judge.ACCURACY
        : RateControl.Judge.LOSS;
  }

  private void checkClasses() {
    int wanted = config.data().numClasses();
    if (wanted != 0 && wanted != data.classes()) {
      throw new TrainingException(
          "num_classes is "
              + wanted
              + ", but the data has "
              + data.classes()
              + " identities; leave it out to count them");
    }
  }

  private Optional<Checkpoints.Loaded> checkpointToLoad(Options options) {
    if (options.start == Start.CONTINUE) {
      Path source = options.from.resolve("checkpoints");
      return Optional.of(
          new Checkpoints(source, 1)
              .latest()
              .orElseThrow(
                  () -> new TrainingException("nothing to continue: no checkpoint in " + source)));
    }
    Optional<Checkpoints.Loaded> own = checkpoints.latest();
    if (own.isPresent() && !config.run().resume()) {
      own.get().close();
      throw new TrainingException(
          folder
              + " already holds a run; add resume=true to go on with it, or output=FOLDER to begin"
              + " another");
    }
    return own;
  }

  private void restore(Checkpoints.Loaded checkpoint, Options options) {
    try (checkpoint) {
      boolean continued = options.start == Start.CONTINUE;
      session.load(checkpoint, !(continued && options.freshOptimizer));
      Map<String, Object> state = checkpoint.state();
      String where = checkpoint.path().toString();
      step = Json.integer(Json.member(state, "step", where), "step");
      history = History.of(Json.member(state, "history", where));
      epochLoss = Json.number(Json.member(state, "epoch_loss", where), "epoch_loss");
      scheduleStart =
          continued ? step : Json.integer(Json.member(state, "schedule_start", where), where);
      rates = new RateControl(config.optim(), steps, scheduleStart, judge());
      if (!continued) {
        rates.restore(Json.member(state, "plateau", where));
      }
    }
    if (step >= steps.total()) {
      throw new TrainingException(
          "nothing left to train: "
              + checkpoint.path()
              + " is at step "
              + step
              + " of "
              + steps.total()
              + "; raise num_epoch");
    }
  }

  private void announce(List<String> warnings) {
    log.config(config, steps);
    log.info("device: " + device.kernels(DType.F32).describe() + " (" + device.reason() + ")");
    log.info(
        "data: %d images of %d identities, %d steps an epoch"
            .formatted(data.size(), data.classes(), steps.perEpoch()));
    warnings.forEach(log::info);
    if (!validation.absent().isEmpty()) {
      log.absent(validation.absent(), config.data().valFolder());
    }
    if (step > 0) {
      log.info("goes on after step " + step);
    }
  }

  /// Trains to the end and returns the outcome, which is also written to the run's folder.
  public RunResult run() throws IOException, InterruptedException {
    int batch = config.data().batchSize();
    var meter = new TrainMeter(config.run().frequent(), batch, step, steps.total());
    try (var loader = new BatchLoader(data, loaderOptions());
        var bar =
            new ProgressBar(
                log.terminal(), "train", step * batch, steps.total() * batch, "images")) {
      loader.start((int) (step / steps.perEpoch()), (int) (step % steps.perEpoch()));
      while (step < steps.total()) {
        double rate = rates.rate(step);
        double loss;
        try (Batch images = loader.next()) {
          loss = session.step(images, step, (double) step / steps.perEpoch(), rate);
        }
        step++;
        epochLoss += loss;
        int epoch = (int) ((step - 1) / steps.perEpoch());
        var window = meter.step(step, epoch, loss, rates.rate(step), session.gradScale());
        trackers.step(step, epoch, loss, meter.meanLoss());
        window.ifPresent(this::progress);
        if (log.terminal().interactive()) { // elsewhere the log's lines say the same
          bar.update(step * batch);
        }
        boolean epochEnd = step % steps.perEpoch() == 0;
        meter.exclude(() -> housekeeping(epochEnd));
      }
      loader.damaged().forEach(line -> log.info("damaged: " + line));
    }
    return finish(meter);
  }

  private LoaderOptions loaderOptions() {
    return LoaderOptions.training(
            config.data().batchSize(), config.data().numWorkers(), config.run().seed())
        .withImageSize(config.model().imageSize(), config.data().resize())
        .withNormalization(Networks.normalization(config.model()))
        .withAugment(config.augment().toAugment())
        .withSkipDamaged(config.data().damaged() == DataConfig.Damaged.SKIP);
  }

  private void progress(TrainMeter.Window w) {
    log.info(w.line());
    history.loss(w.step(), w.loss(), w.learningRate());
    trackers.window(w);
    metrics.write(
        w.step(),
        "train",
        Json.of(
            "epoch",
            (long) w.epoch(),
            "loss",
            w.loss(),
            "lr",
            w.learningRate(),
            "images_per_second",
            w.imagesPerSecond()));
  }

  private void housekeeping(boolean epochEnd) {
    boolean verify =
        (epochEnd && config.run().verifyAtEpochEnd())
            || (config.run().verbose() > 0 && step % config.run().verbose() == 0);
    if (verify) {
      verify();
    }
    if (epochEnd) {
      rates.epochEnded(epochLoss / steps.perEpoch(), meanAccuracy());
      epochLoss = 0;
    }
    int every = config.run().checkpointSteps();
    if ((epochEnd && config.run().saveAllStates()) || (every > 0 && step % every == 0)) {
      trackers.summarise();
      try (Arena copies = Arena.ofConfined()) {
        checkpoints.save(step, session.tensors(copies), state());
      }
    }
    if (epochEnd) {
      saveModel(MODEL);
      trackers.model((int) (step / steps.perEpoch()) - 1, folder.resolve(MODEL));
    }
  }

  private Map<String, Object> state() {
    return Json.of(
        "step",
        step,
        "epoch_loss",
        epochLoss,
        "schedule_start",
        scheduleStart,
        "plateau",
        rates.state(),
        "history",
        history.toMap(),
        "optimizer_steps",
        session.steps(),
        "scaler",
        session.scaler(),
        "config",
        config.toMap());
  }

  private void saveModel(String name) {
    session.swapAverage();
    ModelFile.save(folder.resolve(name), session.network(), config);
    session.swapAverage();
  }

  private void verify() {
    double before = history.bestMean();
    session.swapAverage();
    for (var set : validation.sets()) {
      VerificationResult result = evaluator.evaluate(set);
      latest.put(set.name(), result);
      history.accuracy(set.name(), step, result.accuracy());
      log.verification(result, step, history.best(set.name()));
      metrics.write(step, "verification", RunResult.entry(result));
      trackers.verification(result, step);
    }
    session.swapAverage();
    if (meanAccuracy() > before) {
      saveModel("best.safetensors");
    }
  }

  /// Over the sets as last verified, 0 where there was none.
  private double meanAccuracy() {
    return latest.values().stream().mapToDouble(VerificationResult::accuracy).average().orElse(0);
  }

  private RunResult finish(TrainMeter meter) throws IOException {
    boolean stale =
        validation.sets().stream().anyMatch(s -> !latest.containsKey(s.name()))
            || !config.run().verifyAtEpochEnd();
    if (stale) {
      verify();
    }
    var results = new ArrayList<VerificationResult>();
    for (var set : validation.sets()) {
      VerificationResult result = latest.get(set.name());
      if (result != null) {
        results.add(result.withPixelBaseline(evaluator.pixelBaseline(set)));
      }
    }
    RunStats stats =
        RunStats.now(
            meter.imagesPerSecond(step),
            meter.seconds(),
            step,
            Workers.threads(),
            device.kernels(DType.F32).describe(),
            config.run().seed());
    var result =
        new RunResult(config.name(), results, validation.absent(), history.lastLoss(), stats);
    result.write(folder.resolve("result.json"));
    Path page = folder.resolve("report.html");
    List<PairImages> hardest = ReportPage.hardest(config, result, validation.sets());
    ReportPage.write(page, config, history, result, hardest, session.network());
    trackers.hardest(hardest, step, config.model().imageSize());
    trackers.finalModel(folder.resolve(MODEL));
    trackers.finish();
    for (VerificationResult r : results) {
      log.info(
          "%s: accuracy %.2f %% ± %.2f on %d pairs of people never seen; plain pixels %.2f %%"
              .formatted(
                  r.name(),
                  100 * r.accuracy(),
                  100 * r.std(),
                  r.pairs(),
                  100 * r.pixelBaselineAccuracy().orElse(Double.NaN)));
    }
    log.info("report: " + page);
    trackers.wandbFolder().ifPresent(run -> log.info("to upload: wandb sync " + run));
    return result;
  }

  @Override
  public void close() throws IOException {
    session.close();
    validation.close();
    data.close();
    trackers.close();
    metrics.close();
    log.close();
  }
}
