package org.kanface.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateException;

/// Weights for others: network and class centres of a checkpoint, or of a model file, as
/// safetensors under the names that AdaFace's published trainer has in a checkpoint's `state_dict`,
/// `model.…` and `head.…`. Shapes are PyTorch's. AdaFace's head is complete ([AdaFaceState]).
public final class StateExport {
  private static final String BACKBONE = "backbone."; // of a checkpoint's names

  private StateExport() {}

  /// Tensors that were written.
  public record Written(int network, int head) {}

  /// Writes `target`; throws [TrainingException] where `source` is neither a checkpoint nor a model
  /// file.
  public static Written write(Path source, Path target) {
    try (SafeTensors file = SafeTensors.open(source)) {
      SequencedMap<String, SafeTensors.Entry> entries = published(file.entries());
      if (entries.isEmpty()) {
        throw new TrainingException(source + " holds no network");
      }
      AtomicFile.write(target, path -> SafeTensors.write(path, entries, Map.of("format", "pt")));
      int head =
          (int) entries.keySet().stream().filter(k -> k.startsWith(AdaFaceState.HEAD)).count();
      return new Written(entries.size() - head, head);
    } catch (StateException e) {
      throw new TrainingException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new TrainingException("cannot read " + source + ": " + AtomicFile.reason(e), e);
    }
  }

  private static SequencedMap<String, SafeTensors.Entry> published(
      SequencedMap<String, SafeTensors.Entry> found) {
    boolean checkpoint = found.keySet().stream().anyMatch(k -> k.startsWith(BACKBONE));
    var network = new LinkedHashMap<String, SafeTensors.Entry>();
    var head = new LinkedHashMap<String, SafeTensors.Entry>();
    found.forEach(
        (key, entry) -> {
          if (checkpoint && key.startsWith(BACKBONE)) {
            network.put(AdaFaceState.NETWORK + key.substring(BACKBONE.length()), entry);
          } else if (checkpoint ? key.startsWith(AdaFaceState.HEAD) : AdaFaceState.has(key)) {
            head.put(key, entry);
          } else if (!checkpoint) {
            network.put(AdaFaceState.NETWORK + key, entry);
          }
        });
    var adaFace = AdaFaceState.of(head, "head");
    network.putAll(adaFace.isEmpty() ? head : adaFace);
    return network;
  }
}
