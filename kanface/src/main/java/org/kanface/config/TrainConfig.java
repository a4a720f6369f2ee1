package org.kanface.config;

import java.util.List;
import java.util.Map;
import org.kanface.config.AugmentConfig.Edge;
import org.kanface.config.LossConfig.Family;
import org.kanface.config.ModelConfig.NeuronFun;
import org.kanface.config.ModelConfig.Pooling;
import org.kanface.config.OptimConfig.Accumulation;
import org.kanface.config.OptimConfig.HeadUpdate;
import org.kanface.config.OptimConfig.Optimizer;
import org.kanface.config.OptimConfig.Schedule;
import org.kanface.kernels.Precision;

/// Everything a run is told, immutable and checked.
///
/// In files and overrides the keys are flat: `rankRatio` of [ModelConfig] is `rank_ratio`, and so
/// on.
///
/// @param name of the run: the preset or the file it came from
public record TrainConfig(
    String name,
    ModelConfig model,
    LossConfig loss,
    OptimConfig optim,
    DataConfig data,
    AugmentConfig augment,
    SyntheticConfig synthetic,
    RunConfig run,
    LogConfig log) {

  /// The value of every key that a configuration leaves out. Keys of the reference have the
  /// reference's values where it has any that work.
  public static final TrainConfig DEFAULTS =
      new TrainConfig(
          "defaults",
          new ModelConfig(
              "KANFace",
              0.6,
              25,
              3,
              NeuronFun.MEAN,
              List.of(),
              4,
              512,
              112,
              0,
              Pooling.GWP,
              7,
              0,
              false,
              List.of(),
              List.of()),
          new LossConfig(
              Family.MARGIN, List.of(1.0, 0.5, 0.0), 64, 0, 0, false, 1, 0, 0.4, 0.333, 0.01),
          new OptimConfig(
              Optimizer.SGD,
              0.1,
              0.9,
              5e-4,
              true,
              HeadUpdate.ALL,
              5,
              1,
              Accumulation.SUM,
              false,
              0,
              Schedule.POLY_WARMUP,
              List.of(),
              50,
              5),
          new DataConfig(
              DataConfig.SYNTHETIC,
              "",
              List.of("lfw", "cfp_fp", "agedb_30", "calfw", "cplfw", "cfp_ff"),
              0,
              0,
              128,
              2,
              DataConfig.Damaged.FATAL,
              false,
              true,
              DataConfig.Split.NONE,
              42,
              0,
              6000),
          new AugmentConfig(0.5, 0, 0, Edge.REPEAT, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
          new SyntheticConfig(1000, 40, 3000, 1, 1),
          new RunConfig(
              "", false, false, 1, 0, 3, 2000, true, 10, 2048, "auto", Precision.F32, true, 0),
          new LogConfig(true, false, "", "kanface", true, true, false, "", ""));

  public TrainConfig {
    ConfigException.require(!name.isBlank(), "name: expected a name for the run, got nothing");
  }

  /// The folder of everything the run writes.
  public String outputFolder() {
    return run.output().isEmpty() ? "work_dirs/" + name : run.output();
  }

  /// Step counts for `images` images an epoch (see `num_images`) and `ranks` processes.
  public Steps steps(long images, int ranks) {
    return Steps.of(
        images, data.batchSize(), data.dropLast(), ranks, optim.warmupEpoch(), optim.numEpoch());
  }

  /// All keys with their values, in the order of the records; [ConfigLoader#fromMap] reads it back.
  public Map<String, Object> toMap() {
    return Keys.toMap(this);
  }

  /// This configuration with some keys changed: `with(Map.of("lr", 1e-3))`. Throws
  /// [ConfigException].
  public TrainConfig with(Map<String, ?> values) {
    return Keys.apply(this, values);
  }

  /// The same under another name.
  public TrainConfig named(String other) {
    return new TrainConfig(other, model, loss, optim, data, augment, synthetic, run, log);
  }
}
