package org.kanface.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kanface.config.ConfigLoader;
import org.kanface.config.TrainConfig;
import org.kanface.report.Terminal;
import org.kanface.train.ModelFile;
import org.kanface.train.Tester;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `kanface test`: verifies a trained network.
@Command(
    name = "test",
    description = {
      "Verifies a trained network on every set of val_targets, in ten folds; sets that are absent"
          + " are named.",
      "kanface test SOURCE takes model.safetensors from the folder of that configuration's run;"
          + " with --model FILE and no source the configuration is the file's own. Results go to"
          + " testing/ in the model's folder."
    },
    mixinStandardHelpOptions = true)
final class TestCommand implements Runnable {
  @Mixin private ConfigArguments arguments = new ConfigArguments();
  @Mixin private ModelOption model = new ModelOption();

  @Override
  public void run() {
    boolean own = model.given() && !arguments.named();
    if (!own) {
      TrainConfig config = arguments.load();
      model.fallback(Path.of(config.outputFolder(), "model.safetensors"));
      verify(config);
    } else {
      verify(null);
    }
  }

  /// With the given configuration, or else with the model's own and the words as overrides.
  private void verify(@Nullable TrainConfig given) {
    try (ModelFile.Loaded loaded = model.load()) {
      TrainConfig config =
          given == null ? ConfigLoader.override(loaded.config(), arguments.words) : given;
      Tester.run(loaded, config, model.folder(), model.mirror(), Terminal.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
