package org.kanface.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kanface.kernels.Precision;
import org.kanface.tensor.Device;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;
import org.kanface.train.TrainingException;
import picocli.CommandLine.Option;

/// Which trained network a command uses.
final class ModelOption {
  private static final Path DEMO = Path.of("work_dirs", "demo", "model.safetensors");

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "model.safetensors or best.safetensors of a run. Default: that of the demo, in"
              + " work_dirs.")
  private Path model = Path.of("");

  @Option(
      names = "--device",
      description = "auto, cpu, reference, cuda, cuda-sim. Default: ${DEFAULT-VALUE}.")
  String device = "auto";

  @Option(
      names = "--no-mirror",
      description = "Embed images alone, not the sum over an image and its mirror image.")
  private boolean plain;

  /// Whether mirror images are embedded too.
  boolean mirror() {
    return !plain;
  }

  /// Whether the user named a file.
  boolean given() {
    return !model.toString().isEmpty();
  }

  /// Takes `path` where the user named none.
  void fallback(Path path) {
    if (!given()) {
      model = path;
    }
  }

  /// Throws [TrainingException] where there is no such file.
  ModelFile.Loaded load() {
    return load(false);
  }

  /// The same.
  ///
  /// @param detects whether a detector shall run on its device
  ModelFile.Loaded load(boolean detects) {
    fallback(DEMO);
    if (!Files.isRegularFile(model)) {
      throw new TrainingException(
          "%s: no such file; train a network first (kanface train), or name another with --model"
              .formatted(model));
    }
    return ModelFile.load(
        model, m -> Device.of(device, Precision.F32, detects || Networks.convolves(m)));
  }

  /// The file itself.
  Path file() {
    return model;
  }

  /// The run's folder.
  Path folder() {
    Path folder = model.toAbsolutePath().getParent();
    return folder == null ? Path.of("") : folder;
  }
}
