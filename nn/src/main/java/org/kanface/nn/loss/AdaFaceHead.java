package org.kanface.nn.loss;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Affine;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.CrossEntropy;
import org.kanface.autograd.op.Divide;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.GatherRows;
import org.kanface.autograd.op.L2Normalize;
import org.kanface.autograd.op.Linear;
import org.kanface.autograd.op.MarginSoftmax;
import org.kanface.autograd.op.Multiply;
import org.kanface.autograd.op.Reshape;
import org.kanface.autograd.op.ScatterAddRows;
import org.kanface.autograd.op.Sum;
import org.kanface.kernels.DType;
import org.kanface.kernels.Unary;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.tensor.Check;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// AdaFace (Kim et al. 2022, arXiv:2204.00964): a margin that follows the quality of an image, for
/// which the length of its feature vector stands.
///
/// With `n̂ = clip(‖x‖, 0.001, 100)`, cosines `c` of `x / n̂` to the centres clipped to `±(1 - ε)`,
/// and `k = clip(h (n̂ - μ)/(σ + ε), -1, 1)`: the target's logit is `s (cos(clip(θ - m k, ε, π -
/// ε)) - m - m k)`, all others `s c`; then mean cross-entropy. `μ` and `σ` are running statistics
/// of `n̂` (deviation with `n - 1`) that move before they are used: `μ ← a μ_batch + (1 - a) μ`. No
/// gradient flows through them or `k`.
public final class AdaFaceHead extends Module {
  private static final double EPS = AdaptiveMargins.EPS;
  private static final double SHORTEST = 1e-3; // of the norms
  private static final double LONGEST = 100;
  private static final float FIRST_MEAN = 20;
  private static final float FIRST_DEVIATION = 100;

  /// @param margin `m`
  /// @param concentration `h`
  /// @param share `a`, of the newest batch in the running statistics; published as 1 in the head
  ///     and as 0.01 in the trainer
  /// @param sampleRate share of the centres that a step uses, in (0, 1], chosen as in [PartialFc];
  ///     published as 1
  public record Config(
      long classes,
      long embedding,
      double scale,
      double margin,
      double concentration,
      double share,
      double sampleRate) {
    public Config {
      Check.positive("AdaFaceHead", "classes", classes);
      Check.positive("AdaFaceHead", "embedding_size", embedding);
      Check.positive("AdaFaceHead", "scale", scale);
      Check.that(
          share >= 0 && share <= 1,
          "AdaFaceHead",
          "t_alpha: expected a number in [0, 1], got %s",
          share);
      Check.that(
          sampleRate > 0 && sampleRate <= 1,
          "AdaFaceHead",
          "sample_rate: expected a number in (0, 1], got %s",
          sampleRate);
    }

    /// With all centres in every step.
    public Config(
        long classes,
        long embedding,
        double scale,
        double margin,
        double concentration,
        double share) {
      this(classes, embedding, scale, margin, concentration, share, 1);
    }

    /// The published training: s 64, m 0.4, h 0.333, statistics that move slowly.
    public static Config of(long classes, long embedding) {
      return new Config(classes, embedding, 64, 0.4, 0.333, 0.01);
    }
  }

  private final Config config;
  private final ClassShard shard;
  private final Var kernel; // [classes, embedding], the other way round in state dicts
  private final Var mean; // [1]
  private final Var deviation; // [1]

  /// Centres begin as U(-1, 1), each divided by its length.
  public AdaFaceHead(Init init, Config config) {
    this.config = config;
    shard = ClassShard.of(config.classes, config.sampleRate, 0, 1);
    var packing = new Packing(Shape.of(config.embedding, config.classes), List.of(1, 0));
    kernel =
        register(init.of("kernel", packing, unitColumns(init, config.embedding, config.classes)));
    var one = Packing.plain(Shape.of(1));
    mean = register(init.buffer("batch_mean", one, new float[] {FIRST_MEAN}));
    deviation = register(init.buffer("batch_std", one, new float[] {FIRST_DEVIATION}));
  }

  private static float[] unitColumns(Init init, long rows, long columns) {
    int width = Math.toIntExact(columns);
    float[] values = init.draw(Math.toIntExact(rows * columns), 1);
    var squares = new double[width];
    for (int i = 0; i < values.length; i++) {
      squares[i % width] += (double) values[i] * values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] / Math.sqrt(squares[i % width]));
    }
    return values;
  }

  /// Feature vectors `x [n, d]` divided by their clipped lengths: the backbone's embeddings in the
  /// reference. Gradients flow through the lengths.
  public static Var embeddings(Var features) {
    return Divide.of(features, lengths(features));
  }

  /// `‖x‖` clipped, `[n, 1]`; the square is clipped first so that its root has a gradient anywhere.
  private static Var lengths(Var features) {
    Var squares = Sum.of(Elementwise.of(Unary.SQUARE, features), 1);
    Var clipped = Clamp.of(squares, SHORTEST * SHORTEST, LONGEST * LONGEST);
    return Reshape.of(Elementwise.of(Unary.SQRT, clipped), Shape.of(features.dim(0), 1));
  }

  /// Clipped cosines of feature vectors `[n, embedding]` to all centres: `[n, classes]`.
  @Override
  protected Var compute(Var features) {
    return cosines(embeddings(features));
  }

  private Var cosines(Var embeddings) {
    return cosines(embeddings, kernel);
  }

  private static Var cosines(Var embeddings, Var kernel) {
    Var centres = L2Normalize.of(kernel, 1, 0);
    return Clamp.of(Linear.of(embeddings, centres, null), EPS - 1, 1 - EPS);
  }

  /// The centres: which of them a step uses.
  public ClassShard shard() {
    return shard;
  }

  /// Logits of a batch, `[n, classes]`; in training the running statistics move. Throws
  /// [org.kanface.tensor.ShapeException] where a label is no class, or in training for a single
  /// sample, which has no deviation.
  public Var logits(Var features, long[] labels) {
    ClassLabels.check("AdaFaceHead", features, labels, config.classes);
    return logits(features, labels, kernel);
  }

  /// Logits over the given centres, `[n, centres]`; `labels` are their rows.
  private Var logits(Var features, long[] labels, Var centres) {
    long count = centres.dim(0);
    Var lengths = lengths(features);
    AdaptiveMargins margins = margins(lengths);
    int n = labels.length;
    var at = new long[n]; // of the target in a row of cosines
    Arrays.setAll(at, i -> i * count + labels[i]);
    Tensor index = ClassLabels.tensor(features, at);
    Var cosines = cosines(Divide.of(features, lengths), centres);
    Var all = Reshape.of(cosines, Shape.of(n * count, 1));
    Var target = GatherRows.of(all, index); // [n, 1]
    Var change = Add.of(adapted(target, margins), Affine.of(target, -1, 0));
    Var logits =
        ScatterAddRows.of(
            Affine.of(all, config.scale, 0), index, Affine.of(change, config.scale, 0));
    return Reshape.of(logits, cosines.shape());
  }

  /// The loss of a batch, a scalar; by blocks of classes ([MarginSoftmax]) where they are many.
  public Var loss(Var features, long[] labels) {
    ClassLabels.check("AdaFaceHead", features, labels, config.classes);
    return loss(features, labels, kernel);
  }

  /// The loss over the given centres; `labels` are their rows.
  private Var loss(Var features, long[] labels, Var centres) {
    long block = PartialFc.centresAtOnce(labels.length, centres.dim(0));
    if (block == centres.dim(0)) {
      return crossEntropy(logits(features, labels, centres), labels);
    }
    Var lengths = lengths(features);
    return MarginSoftmax.of(
        Divide.of(features, lengths),
        centres,
        Arrays.stream(labels).boxed().toList(),
        MarginSoftmax.Rule.of(margins(lengths), config.scale, 1 - EPS),
        block);
  }

  /// The loss of [#logits], a scalar.
  public Var crossEntropy(Var logits, long[] labels) {
    return CrossEntropy.of(logits, ClassLabels.tensor(logits, labels), 0);
  }

  /// The same over those centres that the [#shard] chose for these labels.
  public Var loss(Var features, long[] labels, ClassSample sample) {
    ClassLabels.check("AdaFaceHead", features, labels, config.classes);
    return loss(features, sample.targets().toLongs(), GatherRows.of(kernel, sample.rows()));
  }

  private void move(double[] norms) {
    Check.that(norms.length > 1, "AdaFaceHead", "a batch of one sample has no deviation of norms");
    double batchMean = Arrays.stream(norms).average().orElseThrow();
    double squares = Arrays.stream(norms).map(v -> (v - batchMean) * (v - batchMean)).sum();
    move(mean, batchMean);
    move(deviation, Math.sqrt(squares / (norms.length - 1)));
  }

  private void move(Var statistic, double batch) {
    double moved = config.share * batch + (1 - config.share) * statistic.value().item();
    write(statistic.value(), new double[] {moved});
  }

  /// The margins of rows of these lengths, by the running statistics; in training those move first.
  private AdaptiveMargins margins(Var lengths) {
    double[] norms = lengths.value().toDoubles();
    if (isTraining()) {
      move(norms);
    }
    double mu = mean.value().item();
    double sigma = deviation.value().item();
    double[] quality =
        Arrays.stream(norms)
            .map(v -> Math.clamp((v - mu) / (sigma + EPS) * config.concentration, -1.0, 1.0))
            .toArray();
    return new AdaptiveMargins(config.scale, config.margin, quality);
  }

  /// What margins make of the targets' cosines `[n, 1]`; no gradient flows to their coefficients.
  private static Var adapted(Var target, AdaptiveMargins margins) {
    double[] c = target.value().toDoubles();
    var along = new double[c.length];
    var across = new double[c.length];
    var shift = new double[c.length];
    for (int i = 0; i < c.length; i++) {
      AdaptiveMargins.Turn turn = margins.turn(i, c[i]);
      along[i] = turn.along();
      across[i] = turn.across();
      shift[i] = turn.shift();
    }
    Var squares = Affine.of(Elementwise.of(Unary.SQUARE, target), -1, 1);
    Var sine = Elementwise.of(Unary.SQRT, squares); // of θ, away from 0 by the clipped cosine
    Var turned =
        Add.of(
            Multiply.of(target, column(target, along)), Multiply.of(sine, column(target, across)));
    return Add.of(turned, column(target, shift));
  }

  private static Var column(Var like, double[] values) {
    Device device = like.value().device();
    Tensor t = Tensor.empty(device, like.dtype(), Shape.of(values.length, 1));
    write(t, values);
    return Graph.current().constant(t);
  }

  private static void write(Tensor target, double[] values) {
    if (target.dtype() == DType.F64) {
      target.write(MemorySegment.ofArray(values));
      return;
    }
    var floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    target.write(MemorySegment.ofArray(floats));
  }
}
