package org.kanface.eval.cost;

import java.util.ArrayList;
import java.util.List;
import org.kanface.config.ModelConfig;

/// Sizes of a KANFace or EdgeFace network without its embedding head: a 4×4 stem and four stages of
/// convolution encoders, the last block of stages 1 to 3 with split channel attention.
///
/// @param depths blocks of each stage
/// @param dims channels of each stage
/// @param rankRatio of the low-rank linears; 0 for plain linears
/// @param heads of the attention
/// @param imageSize side of the input
public record Backbone(
    List<Integer> depths, List<Integer> dims, double rankRatio, int heads, int imageSize) {
  private static final List<Integer> DEPTHS = List.of(3, 3, 9, 3);
  private static final int[] KERNELS = {3, 5, 7, 9};
  private static final int[] SCALES = {2, 2, 3, 4};
  private static final int EXPANSION = 4;
  private static final int POSITION_CHANNELS = 64;

  /// A named part of the network with its cost.
  public record Part(String name, Cost cost) {}

  /// KANFace's backbone, and that of the EdgeFace variant it comes from.
  public static Backbone kanFace(ModelConfig model) {
    return new Backbone(
        DEPTHS, model.stageDims(), model.rankRatio(), model.heads(), model.imageSize());
  }

  /// EdgeFace by name (`EdgeFace`, `edgeface_xs_gamma_06`, …) on 112 × 112 images.
  public static Backbone edgeFace(String name) {
    return edgeFace(name, 112);
  }

  /// The same on square images of any size.
  public static Backbone edgeFace(String name, int side) {
    return switch (name) {
      case "EdgeFace", "edgeface_xs_gamma_06" ->
          new Backbone(DEPTHS, List.of(32, 64, 100, 192), 0.6, 4, side);
      case "edgeface_s_gamma_05" -> new Backbone(DEPTHS, List.of(48, 96, 160, 304), 0.5, 8, side);
      case "edgeface_base" -> new Backbone(DEPTHS, List.of(80, 160, 288, 584), 0, 8, side);
      case "edgeface_xxs" ->
          new Backbone(List.of(2, 2, 6, 2), List.of(24, 48, 88, 168), 0, 4, side);
      default -> throw new IllegalArgumentException("no EdgeFace network named " + name);
    };
  }

  /// Channels of the pooled vector.
  public int width() {
    return dims.getLast();
  }

  /// The cost of everything up to and with the final LayerNorm.
  public Cost cost() {
    return parts().stream().map(Part::cost).reduce(Cost.NONE, Cost::plus);
  }

  /// The linear layer to an embedding of `size` values that EdgeFace ends with.
  public Cost linearHead(int size) {
    return linear(width(), size, 1);
  }

  /// Stem, downsampling layers, blocks and final norm in order, named as in the state dict.
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    int side = imageSize / 4;
    parts.add(
        new Part(
            "stem",
            Cost.conv(4, 3, dims.get(0), (long) side * side)
                .plus(norm(dims.get(0), (long) side * side))));
    for (int s = 0; s < depths.size(); s++) {
      int d = dims.get(s);
      if (s > 0) {
        int from = dims.get(s - 1);
        long before = (long) side * side;
        side /= 2;
        parts.add(
            new Part(
                "downsample_layers." + s,
                norm(from, before).plus(Cost.conv(2, from, d, (long) side * side))));
      }
      for (int b = 0; b < depths.get(s); b++) {
        boolean attention = s > 0 && b == depths.get(s) - 1;
        Cost cost =
            attention
                ? splitAttention(d, SCALES[s], (long) side * side, s == 1)
                : encoder(d, KERNELS[s], (long) side * side);
        parts.add(new Part("stages.%d.%d".formatted(s, b), cost));
      }
    }
    parts.add(new Part("norm", Cost.finalNorm(width())));
    return parts;
  }

  private Cost encoder(int d, int k, long n) {
    return Cost.conv(k, 1, d, n).plus(normMlp(d, n));
  }

  private Cost splitAttention(int d, int scales, long n, boolean position) {
    int width = Math.ceilDiv(d, scales);
    int convs = scales == 1 ? 1 : scales - 1;
    Cost cost = Cost.conv(3, 1, (long) width * convs, n);
    if (position) {
      cost = cost.plus(Cost.conv(1, POSITION_CHANNELS, d, n));
    }
    return cost.plus(norm(d, n))
        .plus(linear(d, 3L * d, n))
        .plus(Cost.channelAttention(d, heads, n))
        .plus(linear(d, d, n))
        .plus(Cost.params(d, d * n)) // layer scale of the attention
        .plus(normMlp(d, n));
  }

  /// Norm, MLP and layer scale. With low-rank linears they are one operation, which keeps its
  /// result, the two narrow products and the norm's mean and deviation.
  private Cost normMlp(int d, long n) {
    long hidden = (long) EXPANSION * d;
    Cost cost =
        norm(d, n)
            .plus(linear(d, hidden, n))
            .plus(Cost.gelu(hidden * n))
            .plus(linear(hidden, d, n))
            .plus(Cost.params(d, d * n)); // layer scale
    return rankRatio == 0 ? cost : cost.keeping((d + 2 * rank(d, hidden) + 2) * n);
  }

  private static Cost norm(long d, long n) {
    return Cost.params(2 * d, d * n);
  }

  private Cost linear(long in, long out, long tokens) {
    if (rankRatio == 0) {
      return Cost.linear(in, out, tokens);
    }
    return Cost.lowRank(in, rank(in, out), out, tokens);
  }

  private long rank(long in, long out) {
    return Math.max(2, (long) (Math.min(in, out) * rankRatio));
  }
}
