package org.kanface.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.kanface.config.ConfigLoader;
import org.kanface.report.Terminal;
import org.kanface.train.ModelFile;
import org.kanface.train.Tester;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `kanface test`: verifies a trained network.
@Command(
    name = "test",
    description = {
      "Verifies a trained network on every set of val_targets, in ten folds; sets that are absent"
          + " are named.",
      "The configuration is that of the model file; KEY=VALUE changes it, as in val_rec=FOLDER"
          + " val_targets=lfw,agedb_30. Results go to testing/ in the model's folder."
    },
    mixinStandardHelpOptions = true)
final class TestCommand implements Runnable {
  @Mixin private ModelOption model = new ModelOption();

  @Parameters(paramLabel = "KEY=VALUE")
  private List<String> overrides = new ArrayList<>();

  @Override
  public void run() {
    try (ModelFile.Loaded loaded = model.load()) {
      Tester.run(
          loaded,
          ConfigLoader.override(loaded.config(), overrides),
          model.folder(),
          Terminal.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
