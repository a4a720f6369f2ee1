package org.kanface.config;

import java.util.List;

/// Which network, and its sizes.
///
/// @param network one of [#NETWORKS]
/// @param rankRatio rank of a low-rank linear over the smaller of its sizes, in (0, 1]
/// @param gridSize intervals of the splines in [-1, 1], at least 1
/// @param splineOrder polynomial degree of the splines
/// @param neuronFun how an output of the KAN layer combines its edges
/// @param dims channels of the four stages; empty: 48, 96, 160, 304 for a rank ratio of exactly 0.5
/// and
///     32, 64, 100, 192 for any other
/// @param heads attention heads of every stage
/// @param embeddingSize length of an embedding
/// @param imageSize side of the square input in pixels
/// @param dropPath largest probability of dropping a block, growing linearly over the blocks
/// @param pooling how an iResNet reduces its last map
/// @param stemKernel side of an iResNet's first kernel
public record ModelConfig(
    String network,
    double rankRatio,
    int gridSize,
    int splineOrder,
    NeuronFun neuronFun,
    List<Integer> dims,
    int heads,
    int embeddingSize,
    int imageSize,
    double dropPath,
    Pooling pooling,
    int stemKernel) {
  /// The networks by name.
  public static final List<String> NETWORKS =
      List.of(
          "KANFace",
          "EdgeFace",
          "edgeface_xxs",
          "edgeface_xs_gamma_06",
          "edgeface_s_gamma_05",
          "edgeface_base",
          "r18",
          "r34",
          "r50",
          "r100",
          "EfficientFR");

  private static final List<Integer> WIDE = List.of(48, 96, 160, 304);
  private static final List<Integer> NARROW = List.of(32, 64, 100, 192);
  private static final int[] SCALES = {2, 2, 3, 4}; // chunks of the split attention of each stage

  /// How the edges that meet in an output are combined.
  public enum NeuronFun {
    MEAN,
    SUM
  }

  /// How a feature map becomes a vector: plain mean or Gaussian-weighted.
  public enum Pooling {
    GWP,
    GAP
  }

  public ModelConfig {
    dims = List.copyOf(dims);
    ConfigException.require(
        NETWORKS.contains(network),
        "network: expected one of %s, got \"%s\"",
        String.join(", ", NETWORKS),
        network);
    ConfigException.require(
        rankRatio > 0 && rankRatio <= 1,
        "rank_ratio: expected a number above 0 and up to 1, got %s",
        rankRatio);
    Bounds.atLeast("grid_size", gridSize, 1);
    Bounds.within("spline_order", splineOrder, 1, 5);
    Bounds.atLeast("heads", heads, 1);
    Bounds.atLeast("embedding_size", embeddingSize, 1);
    Bounds.within("drop_path", dropPath, 0, 0.99);
    ConfigException.require(
        stemKernel == 3 || stemKernel == 7, "stem_kernel: expected 3 or 7, got %d", stemKernel);
    ConfigException.require(
        dims.isEmpty() || dims.size() == SCALES.length,
        "dims: expected four numbers or none, got %s",
        dims);
    int smallest =
        switch (network) {
          case "r18", "r34", "r50", "r100" -> pooling == Pooling.GWP ? 97 : 16;
          case "EfficientFR" -> 15;
          default -> 32; // stride 4, then 2 three times
        };
    ConfigException.require(
        imageSize >= smallest && imageSize <= 1024,
        "image_size: %s needs %d to 1024 pixels, got %d",
        network,
        smallest,
        imageSize);
    if (network.equals("KANFace")) {
      checkStages(dims.isEmpty() ? defaultDims(rankRatio) : dims, heads, rankRatio);
    }
  }

  /// The channels of the four stages as used: [#dims], or the widths that go with the rank ratio.
  public List<Integer> stageDims() {
    return dims.isEmpty() ? defaultDims(rankRatio) : dims;
  }

  private static List<Integer> defaultDims(double rankRatio) {
    return rankRatio == 0.5 ? WIDE : NARROW;
  }

  private static void checkStages(List<Integer> dims, int heads, double ratio) {
    for (int s = 0; s < SCALES.length; s++) {
      int d = dims.get(s);
      Bounds.atLeast("dims", d, 1);
      ConfigException.require(
          (int) (d * ratio) >= 1,
          "rank_ratio: %s leaves stage %d with %d channels no rank at all; expected at least %s",
          ratio,
          s,
          d,
          1.0 / d);
      if (s == 0) {
        continue; // no attention there
      }
      ConfigException.require(
          d % heads == 0,
          "heads: expected a divisor of every attention stage's channels; stage %d has %d, got %d",
          s,
          d,
          heads);
      int chunk = Math.ceilDiv(d, SCALES[s]);
      ConfigException.require(
          chunk * (SCALES[s] - 1) < d,
          "dims: stage %d cannot cut %d channels into %d chunks",
          s,
          d,
          SCALES[s]);
    }
  }
}
