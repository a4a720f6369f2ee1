package org.kanface.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Recursive descent over one text (RFC 8259); used once.
final class JsonParser {
  private final String text;
  private int at;

  JsonParser(String text) {
    this.text = text;
  }

  Object parse() {
    Object value = value(0);
    skipBlanks();
    if (at < text.length()) {
      throw error("the end");
    }
    return value;
  }

  private Object value(int depth) {
    if (depth > Json.MAX_DEPTH) {
      throw new JsonException(
          "[json] offset %d: nested deeper than %d levels".formatted(at, Json.MAX_DEPTH));
    }
    skipBlanks();
    if (at == text.length()) {
      throw error("a value");
    }
    char c = text.charAt(at);
    return switch (c) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      case 'n' -> literal("null", Json.NULL);
      default -> {
        if (c != '-' && !digit(c)) {
          throw error("a value");
        }
        yield number();
      }
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    at++;
    skipBlanks();
    if (take('}')) {
      return map;
    }
    do {
      skipBlanks();
      if (at == text.length() || text.charAt(at) != '"') {
        throw error("a key in quotes");
      }
      int start = at;
      String key = string();
      skipBlanks();
      if (!take(':')) {
        throw error("':'");
      }
      if (map.put(key, value(depth + 1)) != null) {
        throw new JsonException("[json] offset %d: key \"%s\" appears twice".formatted(start, key));
      }
      skipBlanks();
    } while (take(','));
    if (!take('}')) {
      throw error("',' or '}'");
    }
    return map;
  }

  private List<Object> array(int depth) {
    List<Object> list = new ArrayList<>();
    at++;
    skipBlanks();
    if (take(']')) {
      return list;
    }
    do {
      list.add(value(depth + 1));
      skipBlanks();
    } while (take(','));
    if (!take(']')) {
      throw error("',' or ']'");
    }
    return list;
  }

  private String string() {
    int start = ++at;
    while (at < text.length() && plain(text.charAt(at))) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '"') { // the usual case: nothing escaped
      return text.substring(start, at++);
    }
    StringBuilder out = new StringBuilder(text.substring(start, at));
    while (true) {
      if (at == text.length()) {
        throw error("'\"'");
      }
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return out.toString();
      }
      if (c < ' ') {
        throw error("no control character in a string");
      }
      if (c == '\\') {
        at++;
        out.append(escape());
      } else {
        out.append(c);
        at++;
      }
    }
  }

  private static boolean plain(char c) {
    return c >= ' ' && c != '"' && c != '\\';
  }

  private char escape() {
    if (at == text.length()) {
      throw error("an escape");
    }
    char c = text.charAt(at);
    char out =
        switch (c) {
          case '"', '\\', '/' -> c;
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'u' -> hex();
          default -> throw error("one of \" \\ / b f n r t u after '\\'");
        };
    at++;
    return out;
  }

  /// The four digits after `\`+`u`; leaves [#at] on the last one.
  private char hex() {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      at++;
      int digit =
          at < text.length() && text.charAt(at) < 128 ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0) {
        throw error("four hexadecimal digits");
      }
      code = code * 16 + digit;
    }
    return (char) code;
  }

  private Object literal(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw error("a value");
    }
    at += word.length();
    return value;
  }

  private Object number() {
    int start = at;
    take('-');
    if (!take('0')) {
      digits();
    }
    boolean whole = true;
    if (take('.')) {
      whole = false;
      digits();
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('+')) {
        take('-');
      }
      digits();
    }
    String word = text.substring(start, at);
    if (whole && word.length() <= 20) {
      try {
        return Long.valueOf(word);
      } catch (NumberFormatException _) { // beyond 64 bits: a double, like every other large number
      }
    }
    double value = Double.parseDouble(word);
    if (Double.isInfinite(value)) {
      throw new JsonException("[json] offset %d: number too large for a double".formatted(start));
    }
    return value;
  }

  private void digits() {
    if (at == text.length() || !digit(text.charAt(at))) {
      throw error("a digit");
    }
    while (at < text.length() && digit(text.charAt(at))) {
      at++;
    }
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  private boolean take(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private JsonException error(String expected) {
    String found = at == text.length() ? "the end" : "'" + printable(text.charAt(at)) + "'";
    return new JsonException(
        "[json] offset %d: expected %s, found %s".formatted(at, expected, found));
  }

  private static String printable(char c) {
    return c < ' ' || c == 127 ? "\\u%04x".formatted((int) c) : String.valueOf(c);
  }
}
