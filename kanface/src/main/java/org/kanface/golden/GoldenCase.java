package org.kanface.golden;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kanface.nn.SafeTensors;
import org.kanface.tensor.Json;
import org.kanface.tensor.Shape;

/// One case of a fixture folder: what to compute (`op`, `attrs`), its given tensors and the stored
/// results.
///
/// @param errors how far PyTorch's own float32 result lies from the stored one, by tensor
record GoldenCase(
    String seed,
    String id,
    String op,
    String file,
    Map<String, Object> attrs,
    List<String> outputs,
    Map<String, Double> errors,
    Map<String, Object> fields,
    SafeTensors tensors) {

  static GoldenCase of(String seed, Map<String, Object> fields, SafeTensors tensors) {
    String id = Json.string(Json.member(fields, "id", "case"), "id");
    var errors = new LinkedHashMap<String, Double>();
    Json.object(fields.getOrDefault("err", Map.of()), id)
        .forEach((k, v) -> errors.put(k, Json.number(v, id)));
    return new GoldenCase(
        seed,
        id,
        Json.string(Json.member(fields, "op", id), id),
        Json.string(Json.member(fields, "file", id), id),
        Json.object(fields.getOrDefault("attrs", Map.of()), id),
        strings(fields.getOrDefault("out", List.of()), id),
        errors,
        fields,
        tensors);
  }

  static List<String> strings(Object value, String where) {
    return Json.array(value, where).stream().map(v -> Json.string(v, where)).toList();
  }

  SafeTensors.Entry tensor(String name) {
    return tensors.entry(id + "/" + name);
  }

  boolean has(String name) {
    return tensors.entries().containsKey(id + "/" + name);
  }

  float[] floats(String name) {
    return tensor(name).toFloats();
  }

  Shape shape(String name) {
    return tensor(name).shape();
  }

  /// Given tensors whose names begin with `prefix`, without it.
  Map<String, SafeTensors.Entry> given(String prefix) {
    var out = new LinkedHashMap<String, SafeTensors.Entry>();
    String full = id + "/" + prefix;
    tensors
        .entries()
        .forEach(
            (name, entry) -> {
              if (name.startsWith(full)) {
                out.put(name.substring(full.length()), entry);
              }
            });
    return out;
  }

  long integer(String attr) {
    return Json.integer(Json.member(attrs, attr, id), id + "." + attr);
  }

  double number(String attr) {
    return Json.number(Json.member(attrs, attr, id), id + "." + attr);
  }

  double number(String attr, double otherwise) {
    Object value = attrs.get(attr);
    return value == null || Json.NULL.equals(value) ? otherwise : number(attr);
  }

  boolean bool(String attr, boolean otherwise) {
    return attrs.containsKey(attr) ? bool(attr) : otherwise;
  }

  boolean bool(String attr) {
    return Json.bool(Json.member(attrs, attr, id), id + "." + attr);
  }

  String string(String attr) {
    return Json.string(Json.member(attrs, attr, id), id + "." + attr);
  }

  /// The attribute's text, null where it is null.
  @Nullable String stringOrNull(String attr) {
    Object value = Json.member(attrs, attr, id);
    return Json.NULL.equals(value) ? null : Json.string(value, id + "." + attr);
  }
}
