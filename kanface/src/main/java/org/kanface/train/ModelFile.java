package org.kanface.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.kanface.config.ConfigException;
import org.kanface.config.ConfigLoader;
import org.kanface.config.ModelConfig;
import org.kanface.config.TrainConfig;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateDict;
import org.kanface.nn.StateException;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.JsonException;

/// A trained network as one file: its state dict as safetensors, and in the metadata the
/// configuration that rebuilds it.
public final class ModelFile {
  private static final String CONFIG = "kanface.config";
  private static final String PREPROCESSING = "kanface.preprocessing";

  private ModelFile() {}

  /// A loaded network and what it was trained with; close it to free the weights.
  public record Loaded(TrainConfig config, Module network, Device device) implements AutoCloseable {
    /// What turns aligned faces, each with its mirror image, into embeddings.
    public FaceEmbedder embedder() {
      return embedder(true);
    }

    /// What turns aligned faces into embeddings, with or without their mirror images.
    public FaceEmbedder embedder(boolean mirror) {
      return new FaceEmbedder(
          network,
          device,
          config.model().imageSize(),
          config.model().embeddingSize(),
          Networks.normalization(config.model()),
          mirror);
    }

    @Override
    public void close() {
      network.close();
    }
  }

  /// Writes a network; replaces `path` in one step.
  public static void save(Path path, Module network, TrainConfig config) {
    save(path, network, Map.of(), config);
  }

  /// The same with AdaFace's head beside the network, see [AdaFaceState].
  static void save(
      Path path, Module network, Map<String, SafeTensors.Entry> head, TrainConfig config) {
    SequencedMap<String, SafeTensors.Entry> entries = StateDict.of(network);
    entries.putAll(head);
    AtomicFile.write(path, file -> SafeTensors.write(file, entries, metadata(config)));
  }

  /// What a file says beside its tensors: the whole configuration, and for others how its input is
  /// made.
  static Map<String, String> metadata(TrainConfig config) {
    ModelConfig model = config.model();
    var out =
        new LinkedHashMap<String, String>(); // in one order, for files that are equal to the byte
    out.put(CONFIG, Json.write(config.toMap()));
    out.put(
        PREPROCESSING,
        Json.write(
            Json.of(
                "size",
                model.imageSize(),
                "channels",
                "RGB",
                "mean",
                Networks.mean(model),
                "std",
                Networks.deviation(model))));
    return out;
  }

  private static TrainConfig config(Path path, String text) {
    try {
      return ConfigLoader.fromMap(path.toString(), Json.object(Json.parse(text), CONFIG));
    } catch (JsonException | ConfigException e) {
      throw new TrainingException(
          "%s: its %s is damaged: %s".formatted(path, CONFIG, e.getMessage()), e);
    }
  }

  /// The number of values in all tensors.
  static long elements(Map<String, SafeTensors.Entry> entries) {
    return entries.values().stream().mapToLong(e -> e.shape().numel()).sum();
  }

  /// Loads a model file; throws [TrainingException] or [StateException] with a sentence for
  /// anything else.
  public static Loaded load(Path path, Device device) {
    return load(path, _ -> device);
  }

  /// The same onto the device that suits the network.
  public static Loaded load(Path path, Function<ModelConfig, Device> choice) {
    try (SafeTensors file = SafeTensors.open(path)) {
      String text = file.metadata().get(CONFIG);
      if (text == null) {
        throw new TrainingException(
            path
                + " is no model file: its metadata has no "
                + CONFIG
                + "; kanface import makes one of weights from elsewhere");
      }
      TrainConfig config = config(path, text);
      var entries = AdaFaceState.without(file.entries());
      Networks.checkSize(config.model(), elements(entries), path.toString());
      Device device = choice.apply(config.model());
      Module network = Networks.create(config.model(), Init.of(device, 0));
      try {
        StateDict.load(network, entries, path.toString());
      } catch (StateException e) {
        network.close();
        throw e;
      }
      network.train(false);
      return new Loaded(config, network, device);
    } catch (IOException e) {
      throw new TrainingException("cannot read " + path + ": " + AtomicFile.reason(e), e);
    }
  }
}
