package org.kanface.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kanface.tensor.Device;
import org.kanface.train.ModelFile;
import org.kanface.train.TrainingException;
import picocli.CommandLine.Option;

/// Which trained network a command uses.
final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "model.safetensors or best.safetensors of a run. Default: ${DEFAULT-VALUE}.")
  Path model = Path.of("work_dirs", "demo", "model.safetensors");

  @Option(
      names = "--device",
      description = "auto, cpu, reference, cuda. Default: ${DEFAULT-VALUE}.")
  String device = "auto";

  /// Throws [TrainingException] where there is no such file.
  ModelFile.Loaded load() {
    if (!Files.isRegularFile(model)) {
      throw new TrainingException(
          "%s: no such file; train a network first (kanface train), or name another with --model"
              .formatted(model));
    }
    return ModelFile.load(model, Device.of(device));
  }

  /// The run's folder.
  Path folder() {
    Path folder = model.toAbsolutePath().getParent();
    return folder == null ? Path.of("") : folder;
  }
}
