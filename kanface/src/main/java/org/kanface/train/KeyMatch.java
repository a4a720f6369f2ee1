package org.kanface.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.kanface.nn.Parameter;
import org.kanface.nn.SafeTensors;
import org.kanface.tensor.Shape;

/// Puts the tensors of a file under the keys of a network.
///
/// EdgeFace's two naming schemes are taken for each other ([EdgeKeys]). A batch norm's
/// `num_batches_tracked`, which PyTorch before 0.4.1 did not have, is 0 where it is missing and
/// left out where the network has none.
final class KeyMatch {
  private static final String BATCHES = "num_batches_tracked";
  private static final int SHOWN = 3; // names of each kind in a message

  private final List<String> missing = new ArrayList<>();
  private final List<String> misshaped = new ArrayList<>();
  private final LinkedHashSet<String> unexpected = new LinkedHashSet<>();

  private KeyMatch() {}

  /// The tensors for every key of `state`, in its order. Throws [TrainingException] naming what is
  /// missing, unexpected or of another shape.
  static SequencedMap<String, SafeTensors.Entry> fit(
      Map<String, SafeTensors.Entry> found,
      Map<String, Parameter> state,
      String file,
      String name) {
    var match = new KeyMatch();
    var byPlainKey = new LinkedHashMap<String, SafeTensors.Entry>();
    found.forEach(
        (key, entry) -> {
          byPlainKey.put(EdgeKeys.plain(key), entry);
          match.unexpected.add(EdgeKeys.plain(key));
        });
    var out = new LinkedHashMap<String, SafeTensors.Entry>();
    state.forEach(
        (key, parameter) -> {
          String plain = EdgeKeys.plain(key);
          match.unexpected.remove(plain);
          SafeTensors.Entry entry =
              match.entry(key, byPlainKey.get(plain), parameter.externalShape());
          if (entry != null) {
            out.put(key, entry);
          }
        });
    match.unexpected.removeIf(key -> key.endsWith(BATCHES));
    match.complain(file, name);
    return out;
  }

  private SafeTensors.@Nullable Entry entry(
      String key, SafeTensors.@Nullable Entry found, Shape wanted) {
    if (found == null) {
      if (key.endsWith(BATCHES)) {
        return SafeTensors.Entry.of(Shape.SCALAR, new long[1]);
      }
      missing.add(key + " " + wanted);
      return null;
    }
    if (found.shape().equals(wanted)) {
      return found;
    }
    if (key.endsWith(BATCHES) && found.shape().numel() == 1) {
      return SafeTensors.Entry.of(Shape.SCALAR, found.toLongs());
    }
    misshaped.add("%s %s, expected %s".formatted(key, found.shape(), wanted));
    return null;
  }

  private void complain(String file, String name) {
    var parts = new ArrayList<String>();
    add(parts, missing, "missing");
    add(parts, List.copyOf(unexpected), "unexpected");
    add(parts, misshaped, "of another shape");
    if (!parts.isEmpty()) {
      throw new TrainingException(
          "%s does not fit %s: %s".formatted(file, name, String.join("; ", parts)));
    }
  }

  private static void add(List<String> parts, List<String> names, String what) {
    if (!names.isEmpty()) {
      String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
      parts.add(
          "%d %s %s (%s%s)"
              .formatted(
                  names.size(),
                  names.size() == 1 ? "tensor is" : "tensors are",
                  what,
                  shown,
                  names.size() > SHOWN ? ", …" : ""));
    }
  }
}
