package org.kanface.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.kanface.config.TrainConfig;
import org.kanface.report.Terminal;
import org.kanface.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `kanface train`: trains a network.
@Command(
    name = "train",
    description = {
      "Trains a network and verifies it. Without arguments: the demo, a small network on generated"
          + " faces.",
      "The run's folder (output, by default work_dirs/NAME) gets config.yaml, training.log,"
          + " metrics.jsonl, manifest.json, checkpoints, model.safetensors, best.safetensors,"
          + " result.json and report.html; tensorboard/ for TensorBoard, and with using_wandb=true"
          + " wandb/ for wandb sync.",
      "With resume=true a run goes on from its last checkpoint as if it had never stopped."
    },
    mixinStandardHelpOptions = true)
final class TrainCommand implements Runnable {
  @Mixin private ConfigArguments arguments = new ConfigArguments();

  @Override
  public void run() {
    TrainConfig config = arguments.load();
    start(config, new Trainer.Options(Trainer.Start.TRAIN, Path.of(config.outputFolder()), false));
  }

  static void start(TrainConfig config, Trainer.Options options) {
    try (Trainer trainer = new Trainer(config, options, Terminal.system())) {
      trainer.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted; resume=true goes on from the last checkpoint", e);
    }
  }
}
