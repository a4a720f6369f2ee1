package org.kanface.data.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.kanface.data.DataException;
import org.kanface.data.pickle.NumpyArray;

/// Finds the dictionary of a network's tensors in whatever a checkpoint nests it in.
final class TensorSearch {
  /// Where checkpoints keep a network, most telling first.
  private static final List<String> USUAL =
      List.of(
          "state_dict",
          "model_state_dict",
          "state_dict_backbone",
          "backbone",
          "model",
          "net",
          "network",
          "weights",
          "params");

  private static final int MAX_DEPTH = 8;

  private final String file;

  TensorSearch(String file) {
    this.file = file;
  }

  /// The tensors of the dictionary at `part`, a path such as `model.ema`, or where that is empty of
  /// the only or the most usual one. Other values beside them are left out. Throws [DataException].
  SequencedMap<String, StridedView> tensors(Object root, String part) {
    Object at = root;
    for (String step : part.isEmpty() ? List.<String>of() : List.of(part.split("\\."))) {
      Map<?, ?> map = dictionary(at);
      if (!map.containsKey(step)) {
        throw DataException.of("%s has no part \"%s\", only %s.", file, step, keys(map));
      }
      at = map.get(step);
    }
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      Map<?, ?> map = dictionary(at);
      SequencedMap<String, StridedView> found = direct(map);
      if (!found.isEmpty()) {
        return found;
      }
      at = inner(map);
    }
    throw DataException.of("%s nests its weights more than %d deep.", file, MAX_DEPTH);
  }

  private Map<?, ?> dictionary(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw DataException.of(
        "%s holds %s, expected a dictionary of tensors (a state dict).", file, kind(value));
  }

  private Object inner(Map<?, ?> map) {
    for (String key : USUAL) {
      if (map.get(key) instanceof Map<?, ?> found && !found.isEmpty()) {
        return found;
      }
    }
    var holding =
        map.values().stream()
            .filter(v -> v instanceof Map<?, ?> m && !direct(m).isEmpty())
            .toList();
    if (holding.size() == 1) {
      return holding.getFirst();
    }
    throw DataException.of(
        "%s has %s dictionary of tensors; it holds %s%s.",
        file,
        holding.isEmpty() ? "no" : "more than one",
        keys(map),
        holding.isEmpty() ? "" : ", and the part that is meant has to be named");
  }

  private SequencedMap<String, StridedView> direct(Map<?, ?> map) {
    var found = new LinkedHashMap<String, StridedView>();
    map.forEach(
        (key, value) -> {
          if (value instanceof StridedView view) {
            found.put(String.valueOf(key), view);
          } else if (value instanceof NumpyArray array && !array.type().isEmpty()) {
            try {
              found.put(String.valueOf(key), NumpyFile.view(array));
            } catch (IllegalArgumentException e) {
              throw new DataException(
                  "%s: \"%s\" is %s, which weights are not.".formatted(file, key, e.getMessage()),
                  e);
            }
          }
        });
    return found;
  }

  private static String keys(Map<?, ?> map) {
    var shown = map.keySet().stream().limit(8).map(k -> "\"" + k + "\"").toList();
    if (shown.isEmpty()) {
      return "nothing";
    }
    return String.join(", ", shown) + (map.size() > shown.size() ? ", …" : "");
  }

  private static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "nothing";
      case StridedView _ -> "a single tensor";
      case List<?> _ -> "a list";
      default -> "a value of type " + value.getClass().getSimpleName();
    };
  }
}
