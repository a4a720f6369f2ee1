package org.kanface.eval.cost;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.kanface.config.ModelConfig;
import org.kanface.config.ModelConfig.Pooling;
import org.kanface.nn.backbone.IResNet;

/// Cost of the networks of convolutions and batch norm, their layer to the embedding included:
/// iResNets, EfficientFR, MobileFaceNet.
///
/// @param runningValues of the batch norms: a mean and a variance a channel
record ConvNet(Cost cost, long runningValues) {
  /// MobileFaceNet's inverted residuals: expansion, channels, repeats, stride of the first.
  private static final int[][] RUNS = {
    {2, 64, 5, 2}, {4, 128, 1, 2}, {2, 128, 6, 1}, {4, 128, 1, 2}, {2, 128, 2, 1}
  };

  private static final ConvNet NONE = new ConvNet(Cost.NONE, 0);

  /// Whether the network is one of these.
  static boolean covers(ModelConfig model) {
    return model.iResNetLayers() > 0
        || List.of("EfficientFR", "MobileFaceNet").contains(model.network());
  }

  static ConvNet of(ModelConfig model) {
    return switch (model.network()) {
      case "EfficientFR" -> efficientFr(model.imageSize(), model.embeddingSize());
      case "MobileFaceNet" -> mobileFaceNet(model.embeddingSize());
      default -> iResNet(model);
    };
  }

  private static ConvNet iResNet(ModelConfig model) {
    boolean ada = model.isAdaFace();
    long side = model.imageSize();
    int in = 64;
    ConvNet net =
        NONE.conv(ada ? 3 : model.stemKernel(), 3, in, side * side)
            .norm(in, side * side)
            .prelu(in, side * side);
    int stage = 0;
    for (int blocks : IResNet.Config.blocksOf(model.iResNetLayers())) {
      int out = 64 << stage++;
      for (int b = 0; b < blocks; b++) {
        long before = side * side;
        side = b == 0 ? Math.ceilDiv(side, 2L) : side;
        long after = side * side;
        net =
            net.norm(in, before)
                .conv(3, in, out, before)
                .norm(out, before)
                .prelu(out, before)
                .conv(3, out, out, after)
                .norm(out, after);
        net = b == 0 ? net.conv(1, in, out, after).norm(out, after) : net;
        in = out;
      }
    }
    long map = side * side;
    boolean flattened = !ada && model.pooling() == Pooling.FLATTEN;
    net = net.norm(in, map);
    return (flattened ? net : net.plus(Cost.pool(in * map)))
        .plus(Cost.linear(flattened ? in * map : in, model.embeddingSize(), 1))
        .norm(model.embeddingSize(), 1);
  }

  private static ConvNet efficientFr(int imageSize, int embedding) {
    return efficientFrParts(imageSize, embedding).values().stream()
        .reduce(
            NONE, (a, b) -> new ConvNet(a.cost.plus(b.cost), a.runningValues + b.runningValues));
  }

  /// EfficientFR's stem, four stages and embedding layer, by their names in the state dict.
  static SequencedMap<String, ConvNet> efficientFrParts(int imageSize, int embedding) {
    var parts = new LinkedHashMap<String, ConvNet>();
    long side = Math.ceilDiv(imageSize, 2);
    long width = 32;
    parts.put("stem", NONE.conv(3, 3, width, side * side).norm(width, side * side));
    for (int stage = 1; stage <= 4; stage++) {
      long n = side * side;
      long out = 2 * width;
      ConvNet net = NONE;
      for (int conv = 0; conv < 3; conv++) {
        long in = conv == 0 ? width : out;
        net = net.conv(3, 1, in, n).conv(1, in, out, n).norm(out, n);
      }
      width = out;
      parts.put("stage" + stage, net.plus(Cost.pool(width * n)));
      side /= 2;
    }
    parts.put("embedding", NONE.plus(Cost.linear(width, embedding, 1)).norm(embedding, 1));
    return parts;
  }

  private static ConvNet mobileFaceNet(int embedding) {
    long side = 56;
    ConvNet net =
        NONE.rectified(3, 3, 64, side * side)
            .rectified(3, 1, 64, side * side)
            .rectified(1, 64, 64, side * side);
    int in = 64;
    for (int[] run : RUNS) {
      for (int i = 0; i < run[2]; i++) {
        int wide = run[0] * in;
        long before = side * side;
        side = i == 0 ? side / run[3] : side;
        net =
            net.rectified(1, in, wide, before)
                .rectified(3, 1, wide, side * side)
                .conv(1, wide, run[1], side * side)
                .norm(run[1], side * side);
        in = run[1];
      }
    }
    return net.rectified(1, in, 512, side * side)
        .conv(7, 1, 512, 1)
        .norm(512, 1)
        .plus(Cost.conv(1, 512, embedding, 1))
        .norm(embedding, 1);
  }

  private ConvNet conv(long k, long in, long out, long positions) {
    return plus(Cost.bareConv(k, in, out, positions));
  }

  private ConvNet norm(long channels, long positions) {
    ConvNet next = plus(Cost.batchNorm(channels, positions));
    return new ConvNet(next.cost, runningValues + 2 * channels);
  }

  private ConvNet prelu(long channels, long positions) {
    return plus(Cost.prelu(channels, positions));
  }

  private ConvNet rectified(long k, long in, long out, long positions) {
    return conv(k, in, out, positions).norm(out, positions).plus(Cost.clamp(out * positions));
  }

  private ConvNet plus(Cost more) {
    return new ConvNet(cost.plus(more), runningValues);
  }
}
