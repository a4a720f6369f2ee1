package org.kanface.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.kanface.config.ConfigLoader;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.data.weights.WeightFile;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateDict;
import org.kanface.tensor.Device;

/// Makes a [ModelFile] of weights that were trained elsewhere.
public final class ModelImport {
  private ModelImport() {}

  /// Where the weights are in their file.
  ///
  /// @param part the dictionary in a checkpoint, a path of keys such as `model.ema`; empty: found
  /// @param prefix what the network's keys begin with, such as `module.`; empty: found
  /// @param bgr whether it was trained on images with blue first, as OpenCV reads them
  public record Source(Path file, String part, String prefix, boolean bgr) {}

  /// What was imported.
  ///
  /// @param tensors of the network, how many were taken
  /// @param parameters trained values among them
  /// @param classes of AdaFace's head, which is taken along; 0 where there is none
  /// @param leftOut keys outside of the network's prefix
  public record Outcome(
      TrainConfig config,
      String prefix,
      int tensors,
      long parameters,
      long classes,
      List<String> leftOut) {
    public Outcome {
      leftOut = List.copyOf(leftOut);
    }
  }

  /// Reads weights, compares them with the network and writes it to `target` with its configuration
  /// and preprocessing.
  ///
  /// The network and its sizes follow from the tensors; `overrides` such as `network=r50` or
  /// `mean=0.5,0.5,0.5` replace them. AdaFace's head goes along under its published names. Throws
  /// [TrainingException] and the exceptions of data and configuration with a sentence for the user;
  /// `target` is then as it was.
  public static Outcome run(Source source, List<String> overrides, Path target) {
    String file = source.file.toString();
    SequencedMap<String, SafeTensors.Entry> found = WeightFile.read(source.file, source.part);
    var leftOut = new ArrayList<String>();
    if (!source.prefix.isEmpty()) {
      found = below(source.prefix, found, leftOut);
      if (found.isEmpty()) {
        throw new TrainingException(
            "%s: no tensor's name begins with \"%s\"; there are %s"
                .formatted(
                    file,
                    source.prefix,
                    String.join(", ", leftOut.subList(0, Math.min(3, leftOut.size())))));
      }
    }
    SequencedMap<String, SafeTensors.Entry> head = AdaFaceState.of(found, file);
    if (!head.isEmpty()) {
      found = AdaFaceState.without(found);
    }
    NetworkGuess.@Nullable Guess guess = NetworkGuess.of(found, file);
    if (guess != null && !head.isEmpty()) {
      AdaFaceState.complete(guess.values());
    }
    TrainConfig config = config(source.file, guess, overrides, found);
    AdaFaceState.check(head, config.model().embeddingSize(), file);
    Networks.checkSize(config.model(), ModelFile.elements(found), file);
    try (Module network = Networks.create(config.model(), Init.of(Device.cpu(), 0))) {
      SequencedMap<String, Parameter> state = network.state();
      String prefix = guess == null ? prefix(found, state) : guess.prefix();
      if (!prefix.isEmpty()) {
        found = below(prefix, found, leftOut);
      }
      var entries = KeyMatch.fit(found, state, file, config.model().network());
      if (source.bgr) {
        ChannelOrder.turn(entries, file);
      }
      checkFinite(entries, file);
      checkFinite(head, file);
      StateDict.load(network, entries, file);
      ModelFile.save(target, network, head, config);
      return new Outcome(
          config,
          source.prefix + prefix,
          entries.size(),
          network.trainedCount(),
          AdaFaceState.classes(head),
          leftOut);
    }
  }

  private static TrainConfig config(
      Path file,
      NetworkGuess.@Nullable Guess guess,
      List<String> overrides,
      Map<String, SafeTensors.Entry> found) {
    if (guess == null && overrides.stream().noneMatch(word -> word.startsWith("network="))) {
      throw new TrainingException(
          "%s: no network is known by such tensors (%s); name it with network=… of %s"
              .formatted(file, first(found), String.join(", ", ModelConfig.NETWORKS)));
    }
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    TrainConfig base = TrainConfig.DEFAULTS.named(name.isBlank() ? "imported" : name);
    if (guess != null) {
      base = base.with(guess.values());
    }
    TrainConfig config = ConfigLoader.override(base, overrides);
    return config.with(
        Map.of("mean", Networks.mean(config.model()), "std", Networks.deviation(config.model())));
  }

  private static String first(Map<String, SafeTensors.Entry> found) {
    List<String> shown =
        found.entrySet().stream()
            .limit(3)
            .map(e -> e.getKey() + " " + e.getValue().shape())
            .toList();
    return String.join(", ", shown) + (found.size() > shown.size() ? ", …" : "");
  }

  /// What stands before the network's first key in the file; nothing where that is not certain.
  private static String prefix(
      Map<String, SafeTensors.Entry> found, SequencedMap<String, Parameter> state) {
    SortedSet<String> prefixes = NetworkGuess.prefixes(found, state.firstEntry().getKey());
    return prefixes.size() == 1 ? prefixes.first() : "";
  }

  /// The tensors under a prefix, without it.
  private static SequencedMap<String, SafeTensors.Entry> below(
      String prefix, Map<String, SafeTensors.Entry> found, List<String> leftOut) {
    var out = new LinkedHashMap<String, SafeTensors.Entry>();
    found.forEach(
        (key, entry) -> {
          if (key.startsWith(prefix)) {
            out.put(key.substring(prefix.length()), entry);
          } else {
            leftOut.add(key);
          }
        });
    return out;
  }

  private static void checkFinite(Map<String, SafeTensors.Entry> entries, String file) {
    entries.forEach(
        (key, entry) -> {
          for (long i = 0; i < entry.shape().numel(); i++) {
            if (!Double.isFinite(entry.get(i))) {
              throw new TrainingException(
                  "%s: \"%s\" holds %s at %d, expected finite numbers"
                      .formatted(file, key, entry.get(i), i));
            }
          }
        });
  }
}
