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
///     and 32, 64, 100, 192 for any other
/// @param heads attention heads of every stage
/// @param embeddingSize length of an embedding
/// @param imageSize side of the square input in pixels
/// @param dropPath largest probability of dropping a block, growing linearly over the blocks
/// @param pooling how an iResNet reduces its last map; AdaFace's (`r50_ada`) take Gaussian weights
/// @param stemKernel side of an iResNet's first kernel; AdaFace's have 3
/// @param dropout share of the vector before the embedding layer that training drops, in iResNets
///     and in EdgeFace (published there: 0.2)
/// @param activationCheckpointing iResNet blocks keep only their input for the backward pass and
///     are computed again there: less memory, more time
/// @param mean of red, green and blue in units of 255, which the input is less; empty: the
///     network's own
/// @param std what the input is divided by, likewise
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
    int stemKernel,
    double dropout,
    boolean activationCheckpointing,
    List<Double> mean,
    List<Double> std) {
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
          "r200",
          "r18_ada",
          "r34_ada",
          "r50_ada",
          "r100_ada",
          "r200_ada",
          "EfficientFR",
          "MobileFaceNet");

  private static final List<Integer> WIDE = List.of(48, 96, 160, 304);
  private static final List<Integer> NARROW = List.of(32, 64, 100, 192);
  private static final int[] SCALES = {2, 2, 3, 4}; // chunks of the split attention of each stage

  /// How the edges that meet in an output are combined.
  public enum NeuronFun {
    MEAN,
    SUM
  }

  /// How a feature map becomes a vector: Gaussian-weighted mean, plain mean, or all its values.
  public enum Pooling {
    GWP,
    GAP,
    FLATTEN
  }

  public ModelConfig {
    dims = List.copyOf(dims);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    checkPixels(mean, std);
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
    Bounds.within("spline_order", splineOrder, 0, 5);
    Bounds.atLeast("heads", heads, 1);
    Bounds.atLeast("embedding_size", embeddingSize, 1);
    Bounds.within("drop_path", dropPath, 0, 0.99);
    ConfigException.require(
        stemKernel == 3 || stemKernel == 7, "stem_kernel: expected 3 or 7, got %d", stemKernel);
    ConfigException.require(
        dims.isEmpty() || dims.size() == SCALES.length,
        "dims: expected four numbers or none, got %s",
        dims);
    Bounds.within("dropout", dropout, 0, 0.99);
    checkImageSize(network, pooling, imageSize);
    if (network.equals("KANFace")) {
      checkStages(dims.isEmpty() ? defaultDims(rankRatio) : dims, heads, rankRatio);
    }
  }

  private static void checkPixels(List<Double> mean, List<Double> std) {
    ConfigException.require(
        (mean.isEmpty() || mean.size() == 3) && mean.stream().allMatch(Double::isFinite),
        "mean: expected three numbers or none, got %s",
        mean);
    ConfigException.require(
        (std.isEmpty() || std.size() == 3) && std.stream().allMatch(s -> s > 0 && s < 1e6),
        "std: expected three positive numbers or none, got %s",
        std);
  }

  /// Layers of an iResNet, 0 for all other networks.
  public int iResNetLayers() {
    return layers(network);
  }

  /// Whether the network is AdaFace's iResNet.
  public boolean isAdaFace() {
    return network.endsWith("_ada");
  }

  private static int layers(String network) {
    return network.matches("r[0-9]+(_ada)?")
        ? Integer.parseInt(network.substring(1).replace("_ada", ""))
        : 0;
  }

  private static void checkImageSize(String network, Pooling pooling, int imageSize) {
    int smallest = 32; // stride 4, then 2 three times
    int largest = 1024;
    if (network.equals("MobileFaceNet")) {
      smallest = 112;
      largest = 112;
    } else if (network.equals("EfficientFR")) {
      smallest = 15;
    } else if (layers(network) > 0) {
      boolean fixed =
          pooling == Pooling.FLATTEN && !network.endsWith("_ada"); // a last map of 7 × 7
      smallest = fixed ? 97 : 16;
      largest = fixed ? 112 : largest;
    }
    ConfigException.require(
        imageSize >= smallest && imageSize <= largest,
        "image_size: %s needs %s pixels, got %d",
        network,
        smallest == largest ? String.valueOf(smallest) : smallest + " to " + largest,
        imageSize);
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
