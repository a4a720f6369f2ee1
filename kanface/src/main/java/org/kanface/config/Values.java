package org.kanface.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Values of a YAML document as the types of the records.
final class Values {
  private Values() {}

  /// Throws [ConfigException] with key, expected type and what came.
  static Object convert(String key, Type type, @Nullable Object value) {
    if (type instanceof ParameterizedType list) {
      return list(key, list.getActualTypeArguments()[0], value);
    }
    Object converted = scalar((Class<?>) type, value);
    if (converted == null) {
      throw new ConfigException(
          "%s: expected %s, got %s".formatted(key, expected((Class<?>) type), describe(value)));
    }
    return converted;
  }

  private static List<Object> list(String key, Type element, @Nullable Object value) {
    if (!(value instanceof List<?> items)) {
      throw new ConfigException(
          "%s: expected a list, each entry %s, got %s"
              .formatted(key, expected((Class<?>) element), describe(value)));
    }
    List<Object> converted = new ArrayList<>();
    for (Object item : items) {
      converted.add(convert(key, element, item));
    }
    return converted;
  }

  private static @Nullable Object scalar(Class<?> type, @Nullable Object value) {
    if (value == null) {
      return type == String.class ? "" : null;
    }
    if (type == String.class) {
      return value instanceof String ? value : null;
    }
    if (type == boolean.class) {
      return value instanceof Boolean ? value : null;
    }
    if (type == double.class || type == Double.class) {
      return value instanceof Number n ? (Object) n.doubleValue() : null;
    }
    if (type.isEnum()) {
      return constant(type, value);
    }
    if (!(value instanceof Integer || value instanceof Long)) {
      return null;
    }
    long whole = ((Number) value).longValue();
    if (type == long.class) {
      return whole;
    }
    return whole == (int) whole ? (Object) (int) whole : null;
  }

  private static @Nullable Object constant(Class<?> type, Object value) {
    for (Object constant : type.getEnumConstants()) {
      if (name(constant).equals(value)) {
        return constant;
      }
    }
    return null;
  }

  private static String expected(Class<?> type) {
    if (type == String.class) {
      return "text";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == double.class || type == Double.class) {
      return "a number";
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(Values::name)
          .collect(Collectors.joining(" or "));
    }
    return type == long.class ? "a whole number" : "a whole number below 2^31";
  }

  private static String name(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
  }

  private static String describe(@Nullable Object value) {
    return switch (value) {
      case null -> "nothing";
      case String s -> "\"" + s + "\"";
      case BigInteger i -> i.toString();
      default -> value.toString();
    };
  }
}
