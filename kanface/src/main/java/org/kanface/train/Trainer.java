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
import org.jspecify.annotations.Nullable;
import org.kanface.config.ConfigLoader;
import org.kanface.config.DataConfig;
import org.kanface.config.Steps;
import org.kanface.config.TrainConfig;
import org.kanface.data.DatasetCheck;
import org.kanface.data.OutputFolder;
import org.kanface.data.load.Batch;
import org.kanface.data.load.BatchLoader;
import org.kanface.data.load.ImagePreparation;
import org.kanface.data.load.LoaderOptions;
import org.kanface.data.load.SampleOrder;
import org.kanface.data.load.Scaling;
import org.kanface.data.split.SplitFiles;
import org.kanface.data.verify.VerificationSet;
import org.kanface.eval.ClosedSetResult;
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
  private static final String BEST = "best.safetensors";

  private final TrainConfig config;
  private final Path folder;
  private final Device device;
  private final TrainingData data;
  private final DataSources.Validation validation; // of every epoch
  private final List<VerificationSet> last; // of the end alone
  private final Session session;
  private final Steps steps;
  private final Checkpoints checkpoints;
  private final RunLog log;
  private final MetricsLog metrics;
  private final Trackers trackers;
  private final SetEvaluator evaluator;
  private final @Nullable EpochJudge judge; // where known people are held back
  private History history = new History();
  private RateControl rates;
  private long scheduleStart;
  private long step; // done so far
  private double epochLoss; // sum over the present epoch
  private long epochCorrect; // images, likewise; negative where they are not counted
  private double epochRate; // of its first step
  private final Map<String, VerificationResult> latest = new LinkedHashMap<>();

  /// Opens data, network and checkpoint. Throws [TrainingException] and the exceptions of data,
  /// configuration and state with a sentence for the user.
  public Trainer(TrainConfig given, Options options, Terminal terminal) throws IOException {
    config = given;
    folder = Path.of(config.outputFolder());
    if (config.run().threads() > 0) {
      Workers.resize(config.run().threads());
    }
    device =
        Device.of(
            config.run().device(), config.run().precision(), Networks.convolves(config.model()));
    data = TrainingData.open(config);
    List<String> warnings = DatasetCheck.forTraining(data.train(), false);
    DataSources.Validation named = DataSources.validation(config);
    List<VerificationSet> strangers = data.strangers();
    var sets = new ArrayList<>(named.sets());
    strangers.stream().limit(1).forEach(sets::add);
    validation = new DataSources.Validation(sets, named.absent());
    last = strangers.stream().skip(1).toList();
    long images = config.data().numImages() > 0 ? config.data().numImages() : data.train().size();
    steps = config.steps(images, 1);
    checkClasses();
    checkLastBatch(images);
    checkpoints = new Checkpoints(folder.resolve("checkpoints"), config.run().keepLast());
    Optional<Checkpoints.Loaded> found = checkpointToLoad(options);
    session = new Session(config, device, data.train().classes());
    rates = new RateControl(config.optim(), steps, 0, measure());
    found.ifPresent(checkpoint -> restore(checkpoint, options));
    OutputFolder.create(folder);
    if (data.split() != null) {
      SplitFiles.keep(folder.resolve("split"), data.whole(), data.split());
    }
    Files.writeString(folder.resolve("config.yaml"), ConfigLoader.toYaml(config));
    log = RunLog.training(folder, terminal);
    Path lines = folder.resolve("metrics.jsonl");
    metrics = step > 0 ? MetricsLog.resume(lines, step) : MetricsLog.create(lines);
    Map<String, Object> start = RunManifest.start(step, device);
    RunManifest.write(folder, config, data.whole(), data.sizes(), steps, start);
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
            Networks.fit(config.model()),
            config.data().batchSize(),
            config.data().numWorkers());
    judge =
        data.knownPeople()
            .map(people -> new EpochJudge(config, people, session, log, metrics, trackers))
            .orElse(null);
    announce(warnings);
  }

  private RateControl.Judge measure() {
    boolean known = data.knownPeople().isPresent();
    return known || (config.run().verifyAtEpochEnd() && !validation.sets().isEmpty())
        ? RateControl.Judge.ACCURACY
        : RateControl.Judge.LOSS;
  }

  private void checkClasses() {
    int wanted = config.data().numClasses();
    if (wanted != 0 && wanted != data.train().classes()) {
      throw new TrainingException(
          "num_classes is "
              + wanted
              + ", but the data has "
              + data.train().classes()
              + " identities; leave it out to count them");
    }
  }

  /// Batch norms over rows cannot train on one: it has no deviation.
  private void checkLastBatch(long images) {
    int batch = config.data().batchSize();
    if (!config.data().dropLast() && batch > 1 && images % batch == 1) {
      throw new TrainingException(
          "drop_last: the last of %d images would be a batch of its own, which batch norms cannot train on; use drop_last=true or a batch_size other than %d"
              .formatted(images, batch));
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
      epochCorrect = Json.integer(state.getOrDefault("epoch_correct", 0L), "epoch_correct");
      epochRate = Json.number(state.getOrDefault("epoch_rate", 0.0), "epoch_rate");
      scheduleStart =
          continued ? step : Json.integer(Json.member(state, "schedule_start", where), where);
      rates = new RateControl(config.optim(), steps, scheduleStart, measure());
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
            .formatted(data.train().size(), data.train().classes(), steps.perEpoch()));
    if (data.split() != null) {
      log.info("split by %s: %s".formatted(config.data().split(), data.sizes()));
    }
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
    try (var loader = new BatchLoader(data.train(), loaderOptions());
        var bar =
            new ProgressBar(
                log.terminal(), "train", step * batch, steps.total() * batch, "images")) {
      loader.start((int) (step / steps.perEpoch()), (int) (step % steps.perEpoch()));
      while (step < steps.total()) {
        double rate = rates.rate(step);
        if (step % steps.perEpoch() == 0) {
          epochRate = rate;
        }
        Session.Outcome outcome;
        try (Batch images = loader.next()) {
          double epochs = (double) step / steps.perEpoch();
          outcome = session.step(images, step, epochs, rate, judge != null);
        }
        double loss = outcome.loss();
        step++;
        epochLoss += loss;
        epochCorrect += outcome.correct();
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
    var images =
        new ImagePreparation(
            config.model().imageSize(),
            scaling(config),
            config.augment().toAugmentation(),
            data.augmentFrom(),
            config.data().damaged() == DataConfig.Damaged.SKIP,
            device.isHost() ? Networks.normalization(config.model()) : null);
    return new LoaderOptions(
        config.data().batchSize(),
        config.data().numWorkers(),
        SampleOrder.shuffled(config.run().seed(), config.data().dropLast()),
        images);
  }

  /// How images of other sizes come to the network's, if at all.
  static Scaling scaling(TrainConfig config) {
    return config.data().resize() ? Networks.scaling(config.model()) : Scaling.NONE;
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
      double loss = epochLoss / steps.perEpoch();
      rates.epochEnded(loss, judge == null ? meanAccuracy() : judged(judge, loss));
      epochLoss = 0;
      epochCorrect = 0;
    }
    int every = config.run().checkpointSteps();
    if ((epochEnd && checkpointDue()) || (every > 0 && step % every == 0)) {
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

  private boolean checkpointDue() {
    boolean due = step / steps.perEpoch() % config.run().checkpointEpochs() == 0;
    return config.run().saveAllStates() && (due || step == steps.total());
  }

  /// The accuracy on known people after an epoch; keeps the best weights.
  private double judged(EpochJudge judging, double loss) {
    double before = history.epochs().best();
    long images =
        config.data().dropLast()
            ? steps.perEpoch() * config.data().batchSize()
            : data.train().size();
    double accuracy = epochCorrect < 0 ? Double.NaN : (double) epochCorrect / images;
    int epoch = (int) (step / steps.perEpoch());
    double achieved =
        judging.ended(
            new EpochJudge.Trained(epoch, step, loss, accuracy, epochRate), history.epochs());
    if (achieved > before) {
      saveModel(BEST);
    }
    return achieved;
  }

  private Map<String, Object> state() {
    return Json.of(
        "step",
        step,
        "epoch_loss",
        epochLoss,
        "epoch_correct",
        epochCorrect,
        "epoch_rate",
        epochRate,
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
      log.verification(result, step, history.best(set.name()), true);
      metrics.write(step, "verification", RunResult.entry(result));
      trackers.verification(result, step);
    }
    session.swapAverage();
    if (judge == null && meanAccuracy() > before) {
      saveModel(BEST);
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
    for (VerificationSet set : last) {
      session.swapAverage();
      VerificationResult result = evaluator.evaluate(set);
      session.swapAverage();
      metrics.write(step, "verification", RunResult.entry(result));
      log.verification(result, step, result.accuracy(), true);
      results.add(result.withPixelBaseline(evaluator.pixelBaseline(set)));
    }
    List<ClosedSetResult> known = judge == null ? List.of() : judge.results(step);
    RunStats stats =
        RunStats.now(
            meter.imagesPerSecond(step),
            meter.seconds(),
            step,
            Workers.threads(),
            device.kernels(DType.F32).describe(),
            config.run().seed());
    var result =
        new RunResult(
            config.name(),
            results,
            validation.absent(),
            history.lastLoss(),
            known,
            known.isEmpty() ? Map.of() : history.epochs().toMap(),
            stats);
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
