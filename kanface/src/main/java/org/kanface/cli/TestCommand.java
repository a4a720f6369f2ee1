package org.kanface.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kanface.config.ConfigException;
import org.kanface.config.ConfigLoader;
import org.kanface.config.TrainConfig;
import org.kanface.onnx.OnnxModel;
import org.kanface.report.Terminal;
import org.kanface.train.ModelFile;
import org.kanface.train.Tester;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `kanface test`: verifies a trained network.
@Command(
    name = "test",
    description = {
      "Verifies a trained network on every set of val_targets, in ten folds; sets that are absent"
          + " are named.",
      "kanface test SOURCE takes model.safetensors from the folder of that configuration's run;"
          + " with --model FILE and no source the configuration is the file's own. Results go to"
          + " testing/ in the model's folder.",
      "--runtime onnx --model FILE.onnx verifies what kanface export wrote, through ONNX Runtime."
    },
    mixinStandardHelpOptions = true)
final class TestCommand implements Runnable {
  @Mixin private ConfigArguments arguments = new ConfigArguments();
  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--runtime",
      description = "What runs the network: kanface or onnx. Default: ${DEFAULT-VALUE}.")
  private String runtime = "kanface";

  @Override
  public void run() {
    boolean onnx = runtime.equals("onnx");
    if (!onnx && !runtime.equals("kanface")) {
      throw new ConfigException("--runtime: expected kanface or onnx, got " + runtime);
    }
    if (model.file().toString().endsWith(".onnx") != onnx) {
      throw new ConfigException(
          onnx
              ? "--runtime onnx needs a file that kanface export wrote: --model FILE.onnx"
              : model.file() + " is an ONNX file: it needs --runtime onnx");
    }
    if (onnx) {
      verifyOnnx();
      return;
    }
    boolean own = model.given() && !arguments.named();
    if (!own) {
      TrainConfig config = arguments.load();
      model.fallback(Path.of(config.outputFolder(), "model.safetensors"));
      verify(config);
    } else {
      verify(null);
    }
  }

  private void verifyOnnx() {
    try (OnnxModel loaded = OnnxModel.open(model.file())) {
      TrainConfig config =
          arguments.named()
              ? arguments.load()
              : ConfigLoader.override(loaded.config(), arguments.words);
      Tester.run(loaded.subject(model.mirror()), config, model.folder(), Terminal.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
