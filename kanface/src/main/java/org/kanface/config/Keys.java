package org.kanface.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The flat keys of [TrainConfig]: every component of its nested records, in snake case.
///
/// The records are the only list of keys; types, defaults and order follow from them.
final class Keys {
  private static final Map<String, RecordComponent> COMPONENTS = components();

  private Keys() {}

  static List<String> all() {
    return List.copyOf(COMPONENTS.keySet());
  }

  /// The component behind a key. Throws [ConfigException] naming the nearest known key.
  static RecordComponent component(String key) {
    RecordComponent component = COMPONENTS.get(key);
    if (component == null) {
      throw new ConfigException(Retired.explain(key, all()));
    }
    return component;
  }

  static Map<String, Object> toMap(TrainConfig config) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", config.name());
    for (RecordComponent group : groups()) {
      Object record = read(group, config);
      for (RecordComponent component : group.getType().getRecordComponents()) {
        map.put(key(component), plain(read(component, record)));
      }
    }
    return map;
  }

  static TrainConfig apply(TrainConfig base, Map<String, ?> values) {
    Map<String, Object> converted = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          if (!key.equals("name")) {
            converted.put(key, Values.convert(key, component(key).getGenericType(), value));
          }
        });
    String name =
        values.containsKey("name")
            ? (String) Values.convert("name", String.class, values.get("name"))
            : base.name();
    List<Object> groups = new ArrayList<>(List.of(name));
    for (RecordComponent group : groups()) {
      Object record = read(group, base);
      List<Object> arguments = new ArrayList<>();
      for (RecordComponent component : group.getType().getRecordComponents()) {
        Object override = converted.get(key(component));
        arguments.add(override == null ? read(component, record) : override);
      }
      groups.add(construct(group.getType(), arguments));
    }
    return (TrainConfig) construct(TrainConfig.class, groups);
  }

  private static Map<String, RecordComponent> components() {
    Map<String, RecordComponent> map = new LinkedHashMap<>();
    for (RecordComponent group : groups()) {
      for (RecordComponent component : group.getType().getRecordComponents()) {
        if (map.put(key(component), component) != null) {
          throw new IllegalStateException("two records have a key " + key(component));
        }
      }
    }
    return map;
  }

  private static List<RecordComponent> groups() {
    return Arrays.stream(TrainConfig.class.getRecordComponents())
        .filter(c -> c.getType().isRecord())
        .toList();
  }

  /// `gridSize` to `grid_size`; a lone capital, as in `adafaceTAlpha`, is a word too.
  private static String key(RecordComponent component) {
    return component.getName().replaceAll("(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  private static Object plain(Object value) {
    return value instanceof Enum<?> e ? e.name().toLowerCase(Locale.ROOT) : value;
  }

  private static Object read(RecordComponent component, Object record) {
    return invoke(() -> component.getAccessor().invoke(record));
  }

  private static Object construct(Class<?> type, List<Object> arguments) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    return invoke(() -> type.getDeclaredConstructor(types).newInstance(arguments.toArray()));
  }

  private interface Reflective {
    @Nullable Object call() throws ReflectiveOperationException;
  }

  private static Object invoke(Reflective call) {
    try {
      Object result = call.call();
      if (result == null) {
        throw new IllegalStateException("a configuration holds null");
      }
      return result;
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause; // a compact constructor refused the value
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
