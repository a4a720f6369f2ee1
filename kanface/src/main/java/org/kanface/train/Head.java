package org.kanface.train;

import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Var;
import org.kanface.config.LossConfig;
import org.kanface.config.TrainConfig;
import org.kanface.kernels.DType;
import org.kanface.kernels.Margin;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.World;
import org.kanface.nn.loss.AdaFaceHead;
import org.kanface.nn.loss.ArcFaceHead;
import org.kanface.nn.loss.ClassSample;
import org.kanface.nn.loss.ClassShard;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// The class centres of a run and its loss, by the configured family.
///
/// @param module holds the centres, and gives cosines to all of them
/// @param full the loss over all centres, with what it is the loss of
/// @param sample which of them a step uses; null where it is all of them
record Head(Module module, Loss loss, Full full, @Nullable Sample sample) {
  private static final long SAMPLE_STREAM = 1L << 62; // of the class sample, apart from dropout's

  /// The loss of a batch, a scalar.
  interface Loss {
    /// @param epochs done so far, for margins that grow
    /// @param sample of the centres; null for all
    Var of(Var embeddings, long[] labels, double epochs, @Nullable ClassSample sample);
  }

  /// Logits `[n, classes]` with the margin in force, and their loss, a scalar.
  record Scored(Var logits, Var loss) {}

  /// The loss of a batch over all centres.
  interface Full {
    Scored of(Var embeddings, long[] labels, double epochs);
  }

  /// The centres that a step uses; they live as long as its graph.
  interface Sample {
    ClassSample of(long[] labels, long seed);
  }

  /// Those of a step; null where it uses all.
  @Nullable ClassSample sampled(long[] labels, long seed) {
    return sample == null ? null : sample.of(labels, seed);
  }

  static Head of(TrainConfig config, Init init, long classes) {
    LossConfig loss = config.loss();
    long embedding = config.model().embeddingSize();
    return switch (loss.loss()) {
      case MARGIN -> partialFc(loss, init, classes, embedding);
      case ARCFACE -> {
        var head = new ArcFaceHead(init, classes, embedding);
        yield new Head(
            head,
            (x, labels, epochs, _) -> head.loss(x, labels, loss.scale(), loss.marginAfter(epochs)),
            (x, labels, epochs) -> {
              Var logits = head.logits(x, labels, loss.scale(), loss.marginAfter(epochs));
              return new Scored(logits, head.crossEntropy(logits, labels));
            },
            null);
      }
      case ADAFACE -> adaFace(loss, init, classes, embedding);
    };
  }

  private static Head adaFace(LossConfig loss, Init init, long classes, long embedding) {
    var sizes =
        new AdaFaceHead.Config(
            classes,
            embedding,
            loss.scale(),
            loss.adafaceM(),
            loss.adafaceH(),
            loss.adafaceTAlpha(),
            loss.sampleRate());
    var head = new AdaFaceHead(init, sizes);
    Full full =
        (x, labels, epochs) -> {
          Var logits = head.logits(x, labels);
          return new Scored(logits, head.crossEntropy(logits, labels));
        };
    return new Head(
        head,
        (x, labels, epochs, sample) ->
            sample == null ? head.loss(x, labels) : head.loss(x, labels, sample),
        full,
        sample(loss, init.device(), head.shard()));
  }

  private static Head partialFc(LossConfig loss, Init init, long classes, long embedding) {
    var sizes = new PartialFc.Config(classes, embedding, loss.sampleRate());
    var head = new PartialFc(init, World.SINGLE, sizes);
    Full full =
        (x, labels, epochs) -> {
          Var logits = head.logits(x, labels, margin(loss, epochs));
          return new Scored(logits, head.crossEntropy(logits, labels));
        };
    return new Head(
        head,
        (x, labels, epochs, sample) ->
            sample == null
                ? head.loss(x, labels, margin(loss, epochs))
                : head.loss(x, labels, margin(loss, epochs), sample),
        full,
        sample(loss, init.device(), head.shard()));
  }

  private static Margin margin(LossConfig loss, double epochs) {
    double m = loss.marginAfter(epochs);
    double threshold = loss.interclassFilteringThreshold();
    return loss.cosFace()
        ? new Margin(Margin.Kind.ADDITIVE, loss.scale(), m, threshold, loss.gradExact())
        : MarginLoss.combined(loss.scale(), 1, m, 0, threshold, loss.gradExact());
  }

  private static @Nullable Sample sample(LossConfig loss, Device device, ClassShard shard) {
    if (loss.sampleRate() == 1) {
      return null;
    }
    return (labels, seed) -> {
      try (Tensor u = Tensor.empty(device, DType.F32, Shape.of(shard.rows()))) {
        u.kernels().random().uniform(u.numel(), seed, SAMPLE_STREAM, 0, 1, u.memory());
        return shard.sample(labels, u);
      }
    };
  }
}
