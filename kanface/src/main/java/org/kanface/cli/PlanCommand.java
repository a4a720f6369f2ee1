package org.kanface.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.kanface.config.ConfigException;
import org.kanface.config.DataConfig;
import org.kanface.config.TrainConfig;
import org.kanface.data.FaceDataset;
import org.kanface.data.FaceDatasets;
import org.kanface.eval.cost.MemoryPlan;
import org.kanface.report.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `kanface plan`: what a training run will need, before it starts.
@Command(
    name = "plan",
    description = "Steps and memory of a training run, before it starts.",
    mixinStandardHelpOptions = true)
final class PlanCommand implements Runnable {
  @Mixin private ConfigArguments arguments = new ConfigArguments();

  @Option(
      names = "--ranks",
      description = "Processes that train together. Default: ${DEFAULT-VALUE}.")
  private int ranks = 1;

  @Spec private CommandSpec spec = CommandSpec.create();

  private record Size(long classes, long images) {}

  @Override
  public void run() {
    TrainConfig config = arguments.load();
    if (ranks < 1) {
      throw new ConfigException("--ranks: expected 1 or more, got " + ranks);
    }
    Size size = size(config.data(), config);
    PrintWriter out = spec.commandLine().getOut();
    var steps = config.steps(size.images(), ranks);
    out.printf(
        "%d identities, %d images; %d images a step, %d steps an epoch, %d in all%n",
        size.classes(), size.images(), steps.totalBatch(), steps.perEpoch(), steps.total());
    long shard = Math.ceilDiv(size.classes(), ranks); // the largest
    MemoryPlan plan = MemoryPlan.of(config, shard);
    plan.lines().forEach(out::println);
    long memory = Machine.physicalMemory();
    out.printf(
        "this machine has %.1f GiB: %s%n",
        memory / 0x1p30,
        plan.total() < 0.8 * memory ? "it fits" : "too little, lower batch_size or sample_rate");
  }

  /// What the configuration says, or else what is in the data.
  private static Size size(DataConfig data, TrainConfig config) {
    long classes = data.numClasses();
    long images = data.numImages();
    if (data.isSynthetic()) {
      classes = classes == 0 ? config.synthetic().identities() : classes;
      images = images == 0 ? config.synthetic().images() : images;
    } else if (classes == 0 || images == 0) {
      try (FaceDataset set = FaceDatasets.open(Path.of(data.rec()))) {
        classes = classes == 0 ? set.classes() : classes;
        images = images == 0 ? set.size() : images;
      }
    }
    return new Size(classes, images);
  }
}
