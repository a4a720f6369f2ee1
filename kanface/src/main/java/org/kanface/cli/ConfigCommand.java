package org.kanface.cli;

import java.io.PrintWriter;
import org.kanface.config.ConfigLoader;
import org.kanface.config.Presets;
import org.kanface.config.TrainConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `kanface config`: names the presets, or prints one in full as a YAML file to start from.
@Command(
    name = "config",
    description = "Names the presets; with a source, prints all its keys and values as YAML.",
    mixinStandardHelpOptions = true)
final class ConfigCommand implements Runnable {
  @Mixin private ConfigArguments arguments = new ConfigArguments();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (arguments.source.isEmpty() && arguments.words.isEmpty()) {
      for (String name : Presets.names()) {
        TrainConfig preset = Presets.get(name);
        out.printf(
            "%-40s %s, rank ratio %s, grid %d, %s %s, %d epochs on %s%n",
            name,
            preset.model().network(),
            preset.model().rankRatio(),
            preset.model().gridSize(),
            preset.loss().cosFace() ? "CosFace" : "ArcFace",
            preset.loss().margin(),
            preset.optim().numEpoch(),
            preset.data().rec());
      }
    } else {
      out.print(ConfigLoader.toYaml(arguments.load()));
    }
    out.flush();
  }
}
