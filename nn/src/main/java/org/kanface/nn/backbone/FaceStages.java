package org.kanface.nn.backbone;

import java.util.ArrayList;
import java.util.List;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Mean;
import org.kanface.autograd.op.Reshape;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// What [KanFace] and [EdgeFace] have in common: four stages of [ConvEncoder] blocks, the last
/// block of stages 1-3 an [SdtaEncoder], the mean over positions and a layer norm.
///
/// Images `x [b, h, w, 3]` in [-1, 1], at least 32 pixels a side → vectors `[b, dims[3]]`.
abstract class FaceStages extends Module {
  private static final int[] DEPTHS = {3, 3, 9, 3};
  private static final int[] KERNELS = {3, 5, 7, 9};
  private static final int[] SCALES = {2, 2, 3, 4};
  private static final int STEM = 4; // pixels a side of the first patches
  private static final int SMALLEST_IMAGE = 32;

  /// @param dims channels of the four stages
  /// @param heads attention heads of the four stages (the first has none)
  record Sizes(List<Long> dims, List<Long> heads, double rankRatio, double dropPath) {
    /// Throws [org.kanface.tensor.ShapeException] where they do not fit; `network` is named.
    void check(String network) {
      Check.that(
          dims.size() == 4 && heads.size() == 4,
          network,
          "expected 4 dims and 4 heads, got %d and %d",
          dims.size(),
          heads.size());
      Check.that(
          rankRatio > 0 && rankRatio <= 1,
          network,
          "rank_ratio: expected a number in (0, 1], got %s",
          rankRatio);
      Check.that(
          dropPath >= 0 && dropPath < 1,
          network,
          "drop_path: expected a number in [0, 1), got %s",
          dropPath);
    }

    /// Channels of the published variants: ratio 0.5 is wide, all others are small.
    static List<Long> dimsOf(double rankRatio) {
      return rankRatio == 0.5 ? List.of(48L, 96L, 160L, 304L) : List.of(32L, 64L, 100L, 192L);
    }
  }

  private final String network; // its name in messages
  private final List<Module> trunk = new ArrayList<>(); // down-sampling and blocks in order
  private final LayerNorm norm;

  FaceStages(Init init, Sizes sizes, String network) {
    this.network = network;
    var downs = new ArrayList<Downsample>();
    for (int stage = 0; stage < 4; stage++) {
      downs.add(register("downsample_layers." + stage, downsample(init, sizes, stage)));
    }
    var encoding = new Encoding(sizes.rankRatio, 4);
    int blocks = 0;
    for (int depth : DEPTHS) {
      blocks += depth;
    }
    int index = 0;
    for (int stage = 0; stage < 4; stage++) {
      trunk.add(downs.get(stage));
      for (int j = 0; j < DEPTHS[stage]; j++) {
        double drop = sizes.dropPath * index++ / (blocks - 1);
        long dim = sizes.dims.get(stage);
        boolean attends = stage > 0 && j == DEPTHS[stage] - 1;
        Module block =
            attends
                ? new SdtaEncoder(
                    init,
                    new SdtaEncoder.Config(
                        dim, sizes.heads.get(stage), SCALES[stage], stage == 1, encoding, drop))
                : new ConvEncoder(init, dim, KERNELS[stage], encoding, drop);
        trunk.add(register("stages." + stage + "." + j, block));
      }
    }
    norm = register("norm", new LayerNorm(init, sizes.dims.get(3), Encoding.NORM_EPS));
  }

  private static Downsample downsample(Init init, Sizes sizes, int stage) {
    long out = sizes.dims.get(stage);
    return stage == 0
        ? Downsample.stem(init, out, STEM)
        : Downsample.between(init, sizes.dims.get(stage - 1), out);
  }

  /// Gives every convolution its published weights; the last of a network's random draws.
  final void redrawConvolutions(Init init) {
    for (Module m : modules().values()) {
      if (m instanceof Conv2d conv) {
        conv.kaimingNormal(init);
      }
    }
  }

  /// The vectors that heads read.
  final Var vectors(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(3) == 3 && s.dim(1) >= SMALLEST_IMAGE && s.dim(2) >= SMALLEST_IMAGE,
        network,
        "images %s: expected [n, h, w, 3] of at least %d × %d pixels",
        s,
        SMALLEST_IMAGE,
        SMALLEST_IMAGE);
    Var y = x;
    for (Module m : trunk) {
      y = m.forward(y);
    }
    return norm.forward(meanOfPositions(y));
  }

  /// `[n, h, w, c]` → `[n, c]`.
  static Var meanOfPositions(Var y) {
    Shape map = y.shape();
    return Mean.of(Reshape.of(y, Shape.of(map.dim(0), map.dim(1) * map.dim(2), map.dim(3))), 1);
  }
}
