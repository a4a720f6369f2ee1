package org.kanface.train;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.kanface.config.ModelConfig;
import org.kanface.data.image.Fit;
import org.kanface.data.load.Normalization;
import org.kanface.data.load.Scaling;
import org.kanface.eval.cost.CostTable;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.backbone.EdgeFace;
import org.kanface.nn.backbone.EdgeNext;
import org.kanface.nn.backbone.EfficientFr;
import org.kanface.nn.backbone.IResNet;
import org.kanface.nn.backbone.KanFace;
import org.kanface.nn.backbone.MobileFaceNet;

/// Builds a network from its configuration, and says what pixels it reads.
public final class Networks {
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_DEVIATION = List.of(0.229, 0.224, 0.225);

  private static final long SPARE_ELEMENTS = 1L << 20;

  private Networks() {}

  /// A freshly initialised network; throws [TrainingException] for a name without one.
  public static Module create(ModelConfig model, Init init) {
    return switch (model.network()) {
      case "KANFace" -> new KanFace(init, kanFace(model));
      case "EdgeFace" ->
          new EdgeFace(init, EdgeFace.Config.of(0.6, model.embeddingSize(), model.dropout()));
      case "edgeface_xxs", "edgeface_xs_gamma_06", "edgeface_s_gamma_05", "edgeface_base" ->
          new EdgeNext(init, EdgeNext.Config.of(model.network(), model.embeddingSize()));
      case "EfficientFR" -> new EfficientFr(init, model.embeddingSize());
      case "MobileFaceNet" -> new MobileFaceNet(init, model.embeddingSize());
      default -> {
        if (model.iResNetLayers() == 0) {
          throw new TrainingException("network: " + model.network() + " cannot be built");
        }
        yield new IResNet(init, iResNet(model));
      }
    };
  }

  /// Refuses a configuration whose network would be far larger than the `elements` that `file`
  /// holds, before memory is taken for it.
  static void checkSize(ModelConfig model, long elements, String file) {
    CostTable table = CostTable.of(model);
    long needed = table.actualTotalParams() + table.buffers();
    if (needed < 0 || needed / 2 > elements + SPARE_ELEMENTS) {
      throw new TrainingException(
          "%s holds %d values, a %s of its sizes needs %d"
              .formatted(file, elements, model.network(), needed));
    }
  }

  /// How the network's input follows from bytes: by the configuration's [#mean] and [#deviation].
  public static Normalization normalization(ModelConfig model) {
    return Normalization.of(floats(mean(model)), floats(deviation(model)));
  }

  /// How an image of a face comes to the network's size: EfficientFR takes images of any
  /// proportions, all others squares.
  public static Fit fit(ModelConfig model) {
    return isEfficientFr(model) ? Fit.STRETCH : Fit.SQUARE;
  }

  /// The same in training, where `resize` allows it.
  static Scaling scaling(ModelConfig model) {
    return isEfficientFr(model) ? Scaling.LANCZOS4 : Scaling.BILINEAR;
  }

  /// Whether the network has dense convolutions whose windows overlap, which on a GPU need cuDNN.
  public static boolean convolves(ModelConfig model) {
    return !model.network().equals("KANFace")
        && !model.network().toLowerCase(Locale.ROOT).startsWith("edgeface");
  }

  /// Whether the network is EfficientFR, which has conventions of its own.
  public static boolean isEfficientFr(ModelConfig model) {
    return model.network().equals("EfficientFR");
  }

  /// What is subtracted from red, green and blue, in units of 255: the configuration's or the
  /// network's own, so that inputs are in [-1, 1] for most and in [0, 1] for EfficientFR;
  /// MobileFaceNet takes ImageNet's.
  public static List<Double> mean(ModelConfig model) {
    if (!model.mean().isEmpty()) {
      return model.mean();
    }
    return switch (model.network()) {
      case "EfficientFR" -> Collections.nCopies(3, 0.0);
      case "MobileFaceNet" -> IMAGENET_MEAN;
      default -> Collections.nCopies(3, 0.5);
    };
  }

  /// What red, green and blue are divided by after that, likewise.
  public static List<Double> deviation(ModelConfig model) {
    if (!model.std().isEmpty()) {
      return model.std();
    }
    return switch (model.network()) {
      case "EfficientFR" -> Collections.nCopies(3, 1.0);
      case "MobileFaceNet" -> IMAGENET_DEVIATION;
      default -> Collections.nCopies(3, 0.5);
    };
  }

  private static float[] floats(List<Double> three) {
    return new float[] {
      three.get(0).floatValue(), three.get(1).floatValue(), three.get(2).floatValue()
    };
  }

  private static KanFace.Config kanFace(ModelConfig model) {
    List<Long> dims = model.stageDims().stream().map(Integer::longValue).toList();
    return new KanFace.Config(
        dims,
        Collections.nCopies(dims.size(), (long) model.heads()),
        model.rankRatio(),
        model.gridSize(),
        model.splineOrder(),
        switch (model.neuronFun()) {
          case MEAN -> Reduction.MEAN;
          case SUM -> Reduction.SUM;
        },
        model.embeddingSize(),
        model.dropPath());
  }

  private static IResNet.Config iResNet(ModelConfig model) {
    IResNet.Config config =
        model.isAdaFace()
            ? IResNet.Config.adaFace(model.iResNetLayers())
            : IResNet.Config.of(
                    model.iResNetLayers(),
                    switch (model.pooling()) {
                      case GWP -> IResNet.Pooling.WEIGHTED;
                      case GAP -> IResNet.Pooling.AVERAGE;
                      case FLATTEN -> IResNet.Pooling.FLATTEN;
                    })
                .with(model.stemKernel());
    return config
        .withEmbedding(model.embeddingSize())
        .withDropout(model.dropout())
        .recomputing(model.activationCheckpointing());
  }
}
