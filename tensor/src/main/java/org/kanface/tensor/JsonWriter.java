package org.kanface.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Writes one value; `indent` is empty for a single line.
final class JsonWriter {
  private final String indent;
  private final StringBuilder out = new StringBuilder();

  JsonWriter(String indent) {
    this.indent = indent;
  }

  String write(Object value) {
    value(value, 0);
    return out.toString();
  }

  private void value(Object value, int depth) {
    switch (value) {
      case Map<?, ?> map -> object(map, depth);
      case Iterable<?> items -> array(items, depth);
      case String s -> string(s);
      case Double d -> out.append(Double.isFinite(d) ? d.toString() : "null");
      case Float f -> out.append(Float.isFinite(f) ? f.toString() : "null");
      case Long _, Integer _, Short _, Byte _, Boolean _ -> out.append(value);
      case double[] a -> array(Arrays.stream(a).boxed().toList(), depth);
      case long[] a -> array(Arrays.stream(a).boxed().toList(), depth);
      case int[] a -> array(Arrays.stream(a).boxed().toList(), depth);
      case float[] a -> array(boxed(a), depth);
      default -> {
        if (!value.equals(Json.NULL)) {
          throw new IllegalArgumentException(
              "[json] cannot write a value of " + value.getClass().getName());
        }
        out.append("null");
      }
    }
  }

  private void object(Map<?, ?> map, int depth) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      line(depth + 1);
      string(String.valueOf(entry.getKey()));
      out.append(indent.isEmpty() ? ":" : ": ");
      value(entry.getValue(), depth + 1);
      separator = ",";
    }
    line(depth);
    out.append('}');
  }

  private void array(Iterable<?> items, int depth) {
    boolean nested = false;
    for (Object item : items) {
      nested |= item instanceof Map || item instanceof Iterable;
    }
    out.append('[');
    for (Iterator<?> i = items.iterator(); i.hasNext(); ) {
      if (nested) {
        line(depth + 1);
      }
      value(i.next(), depth + 1);
      if (i.hasNext()) {
        out.append(nested || indent.isEmpty() ? "," : ", ");
      }
    }
    if (nested) {
      line(depth);
    }
    out.append(']');
  }

  private void line(int depth) {
    if (!indent.isEmpty()) {
      out.append('\n').repeat(indent, depth);
    }
  }

  private void string(String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || c == 127) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static List<Float> boxed(float[] values) {
    List<Float> list = new ArrayList<>(values.length);
    for (float v : values) {
      list.add(v);
    }
    return list;
  }
}
