package org.kanface.cli;

import java.util.ArrayList;
import java.util.List;
import org.kanface.config.ConfigLoader;
import org.kanface.config.TrainConfig;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// How every command that works on a configuration takes it: `--config SOURCE key=value …`, where
/// the source may also come first without its option.
final class ConfigArguments {
  @Option(
      names = "--config",
      paramLabel = "SOURCE",
      description = "Preset (see kanface config) or YAML file. Default: demo.")
  String source = "";

  @Parameters(
      paramLabel = "[SOURCE] [KEY=VALUE]",
      description =
          "The source again, if it comes without --config; then values that replace those of the"
              + " source.")
  List<String> words = new ArrayList<>();

  /// Whether the user named a source.
  boolean named() {
    return !source.isEmpty() || (!words.isEmpty() && !words.getFirst().contains("="));
  }

  /// Throws [org.kanface.config.ConfigException] where source or values are wrong.
  TrainConfig load() {
    List<String> overrides = new ArrayList<>(words);
    String from = source;
    if (from.isEmpty() && named()) {
      from = overrides.removeFirst();
    }
    return ConfigLoader.load(from.isEmpty() ? "demo" : from, overrides);
  }
}
