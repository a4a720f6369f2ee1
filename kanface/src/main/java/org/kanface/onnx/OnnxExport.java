package org.kanface.onnx;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.data.load.Normalization;
import org.kanface.data.proto.ProtoWriter;
import org.kanface.kernels.DType;
import org.kanface.nn.Module;
import org.kanface.onnx.Trace.Named;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;
import org.kanface.train.AtomicFile;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;

/// Writes networks as ONNX files: a network runs once on blank images, and every op that it applies
/// becomes nodes.
///
/// The input `images [batch, 3, side, side]` is float32, red, green and blue from 0 to 255; the
/// network's own normalisation, `(v - mean) * scale`, are the first two nodes. The output
/// `embeddings [batch, dim]` is not normalised. The batch is of any size. The metadata hold the
/// configuration, as in a model file.
public final class OnnxExport {
  static final String INPUT = "images";
  static final String OUTPUT = "embeddings";
  static final String CONFIG = "kanface.config";
  static final String PIXELS = "kanface.input";

  private static final long TRACED = 2; // images; more than one, so that a mixed batch shows

  private OnnxExport() {}

  /// What was written.
  ///
  /// @param nodes of the graph
  /// @param bytes of the file
  public record Written(int nodes, long bytes) {}

  /// Writes a trained network; replaces `path` in one step. Throws [OnnxException] where the
  /// network does something that has no counterpart, [org.kanface.train.TrainingException] where
  /// the disk refuses.
  public static Written write(Path path, ModelFile.Loaded model) {
    var settings = model.config().model();
    Map<String, String> metadata =
        Map.of(
            CONFIG,
            Json.write(model.config().toMap()),
            PIXELS,
            "RGB, 0 to 255, NCHW; normalised by the first two nodes");
    Shape image = Shape.of(TRACED, settings.imageSize(), settings.imageSize(), 3);
    Device device = model.device();
    return write(
        path,
        model.network(),
        Tensor.zeros(device, DType.F32, image),
        Networks.normalization(settings),
        metadata);
  }

  /// The same for any network; takes over `images`, the NHWC batch of two or more to trace with.
  static Written write(
      Path path,
      Module network,
      Tensor images,
      Normalization normalization,
      Map<String, String> metadata) {
    try (Arena copies = Arena.ofShared()) {
      var graph = new OnnxGraph();
      trace(graph, network, images, normalization, copies);
      ProtoWriter model = graph.model("kanface", metadata);
      if (model.size() > Integer.MAX_VALUE) {
        throw new OnnxException(
            "the network is %d MB large; an ONNX file holds 2147 MB at most"
                .formatted(model.size() / 1_000_000));
      }
      AtomicFile.write(path, file -> write(file, model));
      return new Written(graph.nodes(), model.size());
    }
  }

  private static void write(Path path, ProtoWriter model) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      model.writeTo(channel);
      channel.force(true);
    }
  }

  private static void trace(
      OnnxGraph graph, Module network, Tensor images, Normalization normalization, Arena copies) {
    Shape s = images.shape();
    var trace = new Trace(graph, network, s.dim(0), copies);
    boolean training = network.isTraining();
    network.train(false);
    try (Graph tracing = Graph.tracing(trace::record)) {
      Var x = tracing.constant(images);
      graph.input(INPUT, s.dim(3), s.dim(1), s.dim(2));
      trace.input(x, Named.outside(normalized(graph, normalization)));
      Var y = network.forward(x);
      graph.scope("");
      graph.named(OUTPUT, "Identity", Map.of(), trace.inside(y));
      long[] dims = y.shape().toArray();
      graph.output(OUTPUT, Arrays.copyOfRange(dims, 1, dims.length));
    } finally {
      network.train(training);
    }
  }

  /// Bytes as floats to what the network reads: `(v - 255 mean) * 1/(255 std)`. InsightFace's
  /// loader sees from the names of these nodes, `Sub` and `Mul`, that it must not normalise itself.
  private static String normalized(OnnxGraph g, Normalization normalization) {
    float[] mean = normalization.mean();
    float[] scale = normalization.std();
    for (int c = 0; c < 3; c++) {
      mean[c] *= 255;
      scale[c] = 1 / (255 * scale[c]);
    }
    Shape channels = Shape.of(1, 3, 1, 1);
    String centred = g.node("Sub", INPUT, g.floats("mean", channels, mean));
    return g.node("Mul", centred, g.floats("scale", channels, scale));
  }
}
