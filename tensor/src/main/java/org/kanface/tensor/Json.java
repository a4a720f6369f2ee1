package org.kanface.tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// JSON values as plain Java objects (RFC 8259).
///
/// | JSON | Java |
/// |---|---|
/// | object | `Map<String, Object>` in the order of the text |
/// | array | `List<Object>` |
/// | string | `String` |
/// | number without fraction and exponent that fits 64 bits | `Long` |
/// | any other number | `Double` |
/// | true, false | `Boolean` |
/// | null | [#NULL] |
///
/// Strict: no comments, no trailing commas, no duplicate keys, nothing after the value. Texts come
/// from files that strangers wrote, so nesting is limited to [#MAX_DEPTH] and every refusal is a
/// [JsonException] with the offset.
///
/// The accessors ([#object], [#array], [#string], [#integer], [#number], [#bool]) check a value's
/// type and name the place (`where`, say `header.weight.shape`) in the message.
public final class Json {

  /// Deepest nesting of objects and arrays that [#parse] accepts.
  public static final int MAX_DEPTH = 64;

  /// The JSON value `null`.
  public static final Object NULL = Null.NULL;

  private enum Null {
    NULL;

    @Override
    public String toString() {
      return "null";
    }
  }

  private Json() {}

  /// Parses one JSON text. Throws [JsonException] with the offset (in UTF-16 units, from 0) of the
  /// first error.
  public static Object parse(String text) {
    return new JsonParser(text).parse();
  }

  /// The value on one line, without spaces.
  ///
  /// Accepts what [#parse] returns, any `Number` of `java.lang`, any `Iterable`, and arrays of
  /// `int`, `long`, `float`, `double`. JSON has no NaN and no infinities: they are written as
  /// `null`.
  public static String write(Object value) {
    return new JsonWriter("").write(value);
  }

  /// The value over several lines, indented by two blanks; arrays of plain values stay on one line.
  public static String writePretty(Object value) {
    return new JsonWriter("  ").write(value) + "\n";
  }

  /// A map that keeps the order of insertion, for building objects to [#write]:
  /// `of("a", 1, "b", 2)`.
  public static Map<String, Object> of(Object... keysAndValues) {
    if (keysAndValues.length % 2 != 0) {
      throw new IllegalArgumentException(
          "[json] of: expected keys and values in turn, got "
              + keysAndValues.length
              + " arguments");
    }
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  /// The value as an object; `where` names it in the message of the [JsonException] that any other
  /// type throws.
  @SuppressWarnings("unchecked") // parse puts only strings there
  public static Map<String, Object> object(Object value, String where) {
    return (Map<String, Object>) expect(Map.class, "an object", value, where);
  }

  /// The value as an array.
  @SuppressWarnings("unchecked")
  public static List<Object> array(Object value, String where) {
    return (List<Object>) expect(List.class, "an array", value, where);
  }

  /// The value as a string.
  public static String string(Object value, String where) {
    return expect(String.class, "a string", value, where);
  }

  /// The value as a whole number of 64 bits.
  public static long integer(Object value, String where) {
    return expect(Long.class, "a whole number", value, where);
  }

  /// The value as a number.
  public static double number(Object value, String where) {
    return expect(Number.class, "a number", value, where).doubleValue();
  }

  /// The value as a boolean.
  public static boolean bool(Object value, String where) {
    return expect(Boolean.class, "true or false", value, where);
  }

  /// The member `key` of `object`; throws [JsonException] where it is missing.
  public static Object member(Map<String, Object> object, String key, String where) {
    Object value = object.get(key);
    if (value == null) {
      throw new JsonException("[json] %s: missing member \"%s\"".formatted(where, key));
    }
    return value;
  }

  private static <T> T expect(Class<T> type, String expected, Object value, String where) {
    if (!type.isInstance(value)) {
      throw new JsonException(
          "[json] %s: expected %s, found %s".formatted(where, expected, describe(value)));
    }
    return type.cast(value);
  }

  private static String describe(Object value) {
    return switch (value) {
      case Map<?, ?> _ -> "an object";
      case List<?> _ -> "an array";
      case String s -> "the string " + write(s.length() > 40 ? s.substring(0, 40) + "…" : s);
      default -> value.toString();
    };
  }
}
