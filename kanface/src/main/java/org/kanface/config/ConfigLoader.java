package org.kanface.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// Reads configurations: a preset's name or a YAML file, then `key=value` overrides.
///
/// Every error is a [ConfigException] of one sentence.
public final class ConfigLoader {
  private static final int LARGEST_FILE = 1 << 20;
  private static final int DEEPEST = 16;

  private ConfigLoader() {}

  /// The configuration `source`, a preset or the path of a `.yaml`, `.yml` or `.json` file, with
  /// the overrides applied in their order.
  public static TrainConfig load(String source, List<String> overrides) {
    TrainConfig base = isFile(source) ? file(Path.of(source)) : Presets.get(source);
    return override(base, overrides);
  }

  /// `base` with overrides such as `lr=1e-3`, `val_targets=lfw,agedb_30`, `margin_list=[1, 0,
  /// 0.4]`.
  public static TrainConfig override(TrainConfig base, List<String> overrides) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String override : overrides) {
      int split = override.indexOf('=');
      ConfigException.require(split > 0, "expected key=value, got \"%s\"", override);
      String key = override.substring(0, split).strip();
      values.put(key, value(key, override.substring(split + 1).strip()));
    }
    return base.with(values);
  }

  /// The configuration in one YAML file; keys it leaves out keep [TrainConfig#DEFAULTS].
  public static TrainConfig file(Path path) {
    String text;
    try {
      ConfigException.require(
          Files.size(path) <= LARGEST_FILE, "%s: larger than 1 MiB, not a configuration", path);
      text = Files.readString(path);
    } catch (NoSuchFileException e) {
      throw new ConfigException("%s: no such file".formatted(path));
    } catch (IOException e) {
      throw new ConfigException("%s: cannot be read as text".formatted(path));
    }
    String file = path.getFileName().toString();
    return fromYaml(file.substring(0, file.lastIndexOf('.')), text, path.toString());
  }

  /// The configuration in a YAML text. `name` serves where the text has none, `where` names the
  /// text in messages.
  public static TrainConfig fromYaml(String name, String text, String where) {
    try {
      return fromMap(name, mapping(text));
    } catch (ConfigException e) {
      throw new ConfigException(where + ": " + e.getMessage());
    }
  }

  /// The configuration with these flat keys, as [TrainConfig#toMap] gives them.
  public static TrainConfig fromMap(String name, Map<String, ?> values) {
    return TrainConfig.DEFAULTS.named(name).with(values);
  }

  /// All keys as YAML, one a line, lists in brackets; [#fromYaml] reads it back.
  public static String toYaml(TrainConfig config) {
    Dump lists =
        new Dump(
            DumpSettings.builder()
                .setSchema(new CoreSchema())
                .setDefaultFlowStyle(FlowStyle.FLOW)
                .setWidth(1000)
                .build());
    return config.toMap().entrySet().stream()
        .map(e -> e.getKey() + ": " + lists.dumpToString(e.getValue()).strip() + "\n")
        .collect(Collectors.joining());
  }

  private static boolean isFile(String source) {
    String lower = source.toLowerCase(Locale.ROOT);
    return lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json");
  }

  /// The value of an override: text stays as it is, a list may come without its brackets.
  private static @Nullable Object value(String key, String text) {
    if (key.equals("name") || Keys.component(key).getType() == String.class) {
      return text;
    }
    boolean list = Keys.component(key).getType() == List.class;
    return yaml(list && !text.startsWith("[") ? "[" + text + "]" : text);
  }

  private static Map<String, Object> mapping(String text) {
    Object document = yaml(text);
    if (document == null) {
      return Map.of(); // an empty file: all defaults
    }
    ConfigException.require(
        document instanceof Map, "expected lines of the form key: value, got %s", kind(document));
    Map<String, Object> values = new LinkedHashMap<>();
    ((Map<?, ?>) document).forEach((key, value) -> values.put(String.valueOf(key), value));
    return values;
  }

  private static String kind(@Nullable Object document) {
    return document instanceof List ? "a list" : "\"" + document + "\"";
  }

  /// Reading is recursive, so that some thousands of brackets would use up the stack.
  private static void checkDepth(LoadSettings settings, String text) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      depth += event instanceof CollectionStartEvent ? 1 : 0;
      depth -= event instanceof CollectionEndEvent ? 1 : 0;
      ConfigException.require(
          depth <= DEEPEST, "not a configuration, nested deeper than %d levels", DEEPEST);
    }
  }

  private static @Nullable Object yaml(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setAllowDuplicateKeys(false)
            .setMaxAliasesForCollections(10)
            .build();
    try {
      checkDepth(settings, text);
      return new Load(settings).loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      String where =
          e.getProblemMark().map(Mark::getLine).map(line -> "line " + (line + 1) + ": ").orElse("");
      throw new ConfigException(where + "not YAML, " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new ConfigException(
          "not YAML, " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }
}
