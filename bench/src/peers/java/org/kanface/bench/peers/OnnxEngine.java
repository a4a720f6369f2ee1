package org.kanface.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.kanface.bench.Engine;
import org.kanface.bench.Workload;
import org.kanface.config.TrainConfig;
import org.kanface.kernels.Workers;
import org.kanface.nn.Init;
import org.kanface.onnx.OnnxExport;
import org.kanface.tensor.Device;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;

/// ONNX Runtime at the inference of our own exported networks: NCHW images, which the file's first
/// two nodes normalise.
public final class OnnxEngine implements Engine {
  private static final Map<String, Map<String, Object>> NETWORKS =
      Map.of(
          "kanface_06_25",
          Map.of("network", "KANFace", "rank_ratio", 0.6, "grid_size", 25),
          "iresnet18_gwp",
          Map.of("network", "r18", "pooling", "gwp"),
          "iresnet50_gwp",
          Map.of("network", "r50", "pooling", "gwp"),
          "efficientfr_112",
          Map.of("network", "EfficientFR"),
          "efficientfr_224",
          Map.of("network", "EfficientFR", "image_size", 224));

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public boolean has(String what) {
    return what.contains("/infer_b") && NETWORKS.containsKey(network(what));
  }

  @Override
  public Workload open(String what) {
    int batch = Integer.parseInt(what.substring(what.indexOf("/infer_b") + "/infer_b".length()));
    var settings = new HashMap<String, Object>();
    settings.put("image_size", 112);
    settings.putAll(NETWORKS.getOrDefault(network(what), Map.of()));
    TrainConfig config = TrainConfig.DEFAULTS.with(settings);
    try {
      Path file = Files.createTempFile("kanface-bench", ".onnx");
      try {
        export(config, file);
        return session(file, batch, config.model().imageSize());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime refused " + what, e);
    }
  }

  private static String network(String what) {
    return what.substring(0, Math.max(0, what.indexOf('/')));
  }

  private static void export(TrainConfig config, Path file) {
    Device device = Device.cpu();
    var network = Networks.create(config.model(), Init.of(device, 1));
    network.train(false);
    try (var loaded = new ModelFile.Loaded(config, network, device)) {
      OnnxExport.write(file, loaded);
    }
  }

  private static Workload session(Path file, int batch, int side) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    var options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(Workers.threads());
    OrtSession session = environment.createSession(file.toString(), options);
    var pixels = new float[batch * 3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i * 7 % 256;
    }
    OnnxTensor images =
        OnnxTensor.createTensor(
            environment, FloatBuffer.wrap(pixels), new long[] {batch, 3, side, side});
    return new Workload() {
      @Override
      public void run() {
        try {
          session.run(Map.of("images", images)).close();
        } catch (OrtException e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public void close() {
        images.close();
        try {
          session.close();
        } catch (OrtException e) {
          throw new IllegalStateException(e);
        }
        options.close();
      }
    };
  }
}
