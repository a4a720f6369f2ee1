package org.kanface.cli;

import java.nio.file.Path;
import org.kanface.config.TrainConfig;
import org.kanface.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `kanface continue`: trains on from the weights of an older run, with a new schedule.
@Command(
    name = "continue",
    description = {
      "Trains on from the last checkpoint of an older run, with the learning rate and a new warm-up"
          + " of the given configuration.",
      "num_epoch counts from the older run's beginning."
    },
    mixinStandardHelpOptions = true)
final class ContinueCommand implements Runnable {
  @Mixin private ConfigArguments arguments = new ConfigArguments();

  @Option(
      names = "--from",
      paramLabel = "FOLDER",
      description =
          "Folder of the older run. Default: the output folder itself, which then goes on.")
  private String from = "";

  @Option(
      names = "--fresh-optimizer",
      description = "Start the optimiser's moments afresh instead of keeping the older run's.")
  private boolean freshOptimizer;

  @Override
  public void run() {
    TrainConfig config = arguments.load();
    Path folder = Path.of(from.isEmpty() ? config.outputFolder() : from);
    TrainCommand.start(config, new Trainer.Options(Trainer.Start.CONTINUE, folder, freshOptimizer));
  }
}
