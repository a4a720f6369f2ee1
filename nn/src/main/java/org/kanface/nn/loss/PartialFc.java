package org.kanface.nn.loss;

import java.util.Arrays;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.CrossEntropy;
import org.kanface.autograd.op.GatherRows;
import org.kanface.autograd.op.L2Normalize;
import org.kanface.autograd.op.Linear;
import org.kanface.autograd.op.MarginLogits;
import org.kanface.autograd.op.MarginSoftmax;
import org.kanface.kernels.Margin;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.World;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Partial FC: a margin softmax over class centres, of which a step may use only a sample (An et
/// al. 2022, arXiv:2203.15565).
///
/// `loss = mean_i -log max(p_i[label_i], 1e-30)` with `p` the softmax of `margin(ê·ŵᵀ)` over the
/// centres in use; embeddings and centres are L2-normalised, cosines clamped to [-1, 1].
public final class PartialFc extends Module {
  private static final double NORM_FLOOR = 1e-12;
  private static final double PROBABILITY_FLOOR = 1e-30;
  private static final double INITIAL_STD = 0.01;

  private static final long MOST_LOGITS = 1L << 22; // 16 MiB of float32
  private static final long BLOCK = 4096;

  /// @param classes identities in all
  /// @param sampleRate share of a process's centres that a step uses, in (0, 1]
  public record Config(long classes, long embedding, double sampleRate) {
    public Config {
      Check.positive("PartialFC", "classes", classes);
      Check.positive("PartialFC", "embedding_size", embedding);
      Check.that(
          sampleRate > 0 && sampleRate <= 1,
          "PartialFC",
          "sample_rate: expected a number in (0, 1], got %s",
          sampleRate);
    }
  }

  private final Config config;
  private final ClassShard shard;
  private final Var weight; // [rows, embedding]

  public PartialFc(Init init, World world, Config config) {
    Check.that(
        world.size() == 1, "PartialFC", "expected one process, got a world of %d", world.size());
    this.config = config;
    shard = ClassShard.of(config.classes, config.sampleRate, world.rank(), world.size());
    weight = register(init.normal("weight", Shape.of(shard.rows(), config.embedding), INITIAL_STD));
  }

  /// How many of a step's `centres` a batch of `n` is compared with at a time: all of them where
  /// that makes few logits, else a block ([MarginSoftmax]).
  public static long centresAtOnce(long n, long centres) {
    return n * centres > MOST_LOGITS ? Math.min(BLOCK, centres) : centres;
  }

  public Config config() {
    return config;
  }

  /// The centres that this process holds.
  public ClassShard shard() {
    return shard;
  }

  /// Cosines of embeddings `[n, embedding]` to all centres: `[n, rows]`.
  @Override
  protected Var compute(Var embeddings) {
    return cosines(embeddings, weight);
  }

  /// What the margin makes of the cosines to all centres of this process: `[n, rows]`. Throws
  /// [org.kanface.tensor.ShapeException] where a label is no class.
  public Var logits(Var embeddings, long[] labels, Margin margin) {
    ClassLabels.check("PartialFC", embeddings, labels, config.classes);
    Tensor targets = ClassLabels.tensor(weight, shard.local(labels));
    return MarginLogits.of(cosines(embeddings, weight), targets, margin);
  }

  /// The loss of [#logits], a scalar.
  public Var crossEntropy(Var logits, long[] labels) {
    return CrossEntropy.of(
        logits, ClassLabels.tensor(logits, shard.local(labels)), PROBABILITY_FLOOR);
  }

  /// The loss of a batch over all centres, a scalar; by blocks of classes ([MarginSoftmax]) where
  /// they are many.
  ///
  /// @param embeddings `[n, embedding]`, not normalised
  /// @param labels class numbers, `n` of them; throws [org.kanface.tensor.ShapeException] where one
  ///     is no class
  public Var loss(Var embeddings, long[] labels, Margin margin) {
    ClassLabels.check("PartialFC", embeddings, labels, config.classes);
    long[] local = shard.local(labels);
    return isByBlocks(labels, weight)
        ? byBlocks(embeddings, weight, local, margin)
        : atOnce(embeddings, weight, ClassLabels.tensor(weight, local), margin);
  }

  /// The same over those centres that the [#shard] chose for these labels.
  public Var loss(Var embeddings, long[] labels, Margin margin, ClassSample sample) {
    ClassLabels.check("PartialFC", embeddings, labels, config.classes);
    Var centres = GatherRows.of(weight, sample.rows());
    return isByBlocks(labels, centres)
        ? byBlocks(embeddings, centres, sample.targets().toLongs(), margin)
        : atOnce(embeddings, centres, sample.targets(), margin);
  }

  private static boolean isByBlocks(long[] labels, Var centres) {
    return centresAtOnce(labels.length, centres.dim(0)) < centres.dim(0);
  }

  private static Var byBlocks(Var embeddings, Var centres, long[] targets, Margin margin) {
    return MarginSoftmax.of(
        L2Normalize.of(embeddings, 1, NORM_FLOOR),
        centres,
        Arrays.stream(targets).boxed().toList(),
        MarginSoftmax.Rule.of(margin, NORM_FLOOR, PROBABILITY_FLOOR),
        BLOCK);
  }

  private static Var atOnce(Var embeddings, Var centres, Tensor targets, Margin margin) {
    Var logits = MarginLogits.of(cosines(embeddings, centres), targets, margin);
    return CrossEntropy.of(logits, targets, PROBABILITY_FLOOR);
  }

  /// `ê·ŵᵀ`, clamped to [-1, 1].
  static Var cosines(Var embeddings, Var centres) {
    Var e = L2Normalize.of(embeddings, 1, NORM_FLOOR);
    Var w = L2Normalize.of(centres, 1, NORM_FLOOR);
    return Clamp.of(Linear.of(e, w, null), -1, 1);
  }
}
