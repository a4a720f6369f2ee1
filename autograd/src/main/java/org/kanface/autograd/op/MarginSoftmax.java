package org.kanface.autograd.op;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.kernels.Binary;
import org.kanface.kernels.DType;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.Margin;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Strided;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Margin softmax over many classes, its mean over rows, without ever holding all logits:
/// `y = -1/n Σ_i log max(p[i, label_i], floor)`, `p` the softmax of `margin(clamp(e·ŵᵀ, -limit,
/// limit))` with `ŵ = w / max(‖w‖, normFloor)`.
///
/// Shapes: `embeddings [n, d]` (of unit length), `centres [classes, d]`, `n` labels from
/// `0 … classes - 1` → a scalar, 0 where there are no rows. Value and gradients are those of
/// [L2Normalize], [Linear], [Clamp], [MarginLogits] and [CrossEntropy] in turn, up to rounding.
///
/// Classes go by in blocks. The forward pass keeps of each block its softmax's denominator alone;
/// the backward pass computes the block's logits again: a third more products than otherwise, and
/// memory for one block where each of those ops would keep `n × classes` numbers and two of them
/// `classes × d`.
///
/// @param block classes at a time
public record MarginSoftmax(Var embeddings, Var centres, List<Long> labels, Rule rule, long block)
    implements Op {

  /// What becomes of the products of embeddings and centres.
  ///
  /// @param margin of all rows
  /// @param rows instead of it, the margin of each row; null: `margin`'s
  /// @param limit of the cosines, 1 or a little less
  public record Rule(
      Margin margin, @Nullable RowMargin rows, double limit, double normFloor, double floor) {
    /// One margin for all rows.
    public static Rule of(Margin margin, double normFloor, double floor) {
      return new Rule(margin, null, 1, normFloor, floor);
    }

    /// A margin for each row, and `scale` for all other cosines; lengths and probabilities have no
    /// floor.
    public static Rule of(RowMargin rows, double scale, double limit) {
      var plain = new Margin(Margin.Kind.ADDITIVE, scale, 0, 0, false);
      return new Rule(plain, rows, limit, 0, 0);
    }
  }

  public MarginSoftmax {
    Check.that(
        embeddings.shape().rank() == 2
            && centres.shape().rank() == 2
            && embeddings.dim(1) == centres.dim(1),
        "marginSoftmax",
        "embeddings %s, centres %s: expected [n, d] and [classes, d]",
        embeddings.shape(),
        centres.shape());
    Check.that(
        labels.size() == embeddings.dim(0),
        "marginSoftmax",
        "embeddings %s: expected a label for each row, got %d",
        embeddings.shape(),
        labels.size());
    Check.positive("marginSoftmax", "classes", centres.dim(0));
    Check.positive("marginSoftmax", "block", block);
    for (int i = 0; i < labels.size(); i++) {
      Check.that(
          labels.get(i) >= 0 && labels.get(i) < centres.dim(0),
          "marginSoftmax",
          "label %d: expected 0 … %d, got %d",
          i,
          centres.dim(0) - 1,
          labels.get(i));
    }
    labels = List.copyOf(labels);
  }

  public static Var of(Var embeddings, Var centres, List<Long> labels, Rule rule, long block) {
    return Graph.apply(new MarginSoftmax(embeddings, centres, labels, rule, block));
  }

  @Override
  public List<Var> inputs() {
    return List.of(embeddings, centres);
  }

  @Override
  public Tensor forward(Frame f) {
    long n = labels.size();
    try (var blocks = new ClassBlocks(f, this);
        Tensor highest = f.empty(Shape.of(blocks.count(), n)); // logit of each block
        Tensor sums = f.empty(Shape.of(blocks.count(), n)); // log Σ exp(logit - highest)
        Tensor gathered = f.empty(Shape.of(n));
        Tensor targets = f.empty(Shape.of(n));
        Tensor index = f.empty(DType.I64, Shape.of(n))) {
      for (int k = 0; k < blocks.count(); k++) {
        long c = blocks.width(k);
        Memory logits = blocks.logits(k);
        f.kernels().reduce().max(n, c, 1, logits, ClassBlocks.row(highest, k), index.memory());
        f.kernels()
            .loss()
            .crossEntropyForward(n, c, 0, logits, index.memory(), null, ClassBlocks.row(sums, k));
        blocks.targets().gather(f, k, logits, gathered);
      }
      blocks.targets().inRows(f, gathered, targets);
      try (Tensor losses = losses(f, highest, sums, targets, index)) {
        return Sum.over(f, losses, 0, 1.0 / Math.max(1, n));
      }
    }
  }

  /// Each row's loss from its blocks; saves the blocks' shares of the softmax, `[blocks, n]`.
  private Tensor losses(Frame f, Tensor highest, Tensor sums, Tensor targets, Tensor index) {
    long count = highest.shape().dim(0);
    long n = labels.size();
    var elementwise = f.kernels().elementwise();
    Tensor losses = f.empty(Shape.of(n));
    try (Tensor top = f.empty(Shape.of(n));
        Tensor turned = f.empty(Shape.of(n, count));
        Tensor high = f.empty(Shape.of(n));
        Tensor rest = f.empty(Shape.of(n))) {
      f.kernels().reduce().max(1, count, n, highest.memory(), top.memory(), index.memory());
      var byRow = Strided.of(new long[] {count, n}, new long[] {n, 1}, new long[] {0, 1});
      elementwise.binary(Binary.SUBTRACT, byRow, highest.memory(), top.memory(), highest.memory());
      elementwise.axpy(count * n, 1, sums.memory(), highest.memory()); // log share · e^-top
      turn(f, highest, turned);
      f.kernels().reduce().max(n, count, 1, turned.memory(), high.memory(), index.memory());
      f.kernels()
          .loss()
          .crossEntropyForward(
              n, count, 0, turned.memory(), index.memory(), turned.memory(), rest.memory());
      if (f.isRecorded()) {
        turn(f, turned, f.save(f.empty(Shape.of(count, n))));
      }
      var each = Strided.of(new long[] {n}, new long[] {1}, new long[] {1});
      elementwise.binary(Binary.SUBTRACT, each, top.memory(), targets.memory(), losses.memory());
      elementwise.axpy(n, 1, high.memory(), losses.memory());
      elementwise.axpy(n, 1, rest.memory(), losses.memory());
      elementwise.clamp(n, 0, -Math.log(rule.floor), losses.memory(), losses.memory());
    }
    return losses;
  }

  /// `[a, b]` to `[b, a]`.
  private static void turn(Frame f, Tensor from, Tensor to) {
    long a = from.shape().dim(0);
    long b = from.shape().dim(1);
    var walk = Strided.of(new long[] {b, a}, new long[] {1, b}, new long[] {a, 1});
    f.kernels().elementwise().copy(walk, from.memory(), to.memory());
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    long n = labels.size();
    long d = embeddings.dim(1);
    Tensor de = f.needs(0) ? f.empty(embeddings.shape()) : null;
    Tensor dw = f.needs(1) ? f.empty(centres.shape()) : null;
    if (de != null) {
      de.fill(0);
    }
    try (var blocks = new ClassBlocks(f, this);
        Tensor mean = f.empty(Shape.SCALAR);
        Tensor dunit = f.empty(Shape.of(blocks.width(0), d))) {
      f.kernels().elementwise().affine(1, 1.0 / Math.max(1, n), 0, dy.memory(), mean.memory());
      try (Tensor dlosses = Sum.spread(mean, Shape.of(n), 0)) {
        for (int k = 0; k < blocks.count(); k++) {
          Memory dz = blocks.gradient(k, f.saved(0), dlosses);
          long c = blocks.width(k);
          if (de != null) { // de += dz·ŵ
            f.kernels()
                .gemm()
                .gemm(
                    Gemm.of(false, false, n, d, c).accumulating(), dz, blocks.unit(k), de.memory());
          }
          if (dw != null) { // dŵ = dzᵀ·e
            Memory du = ClassBlocks.first(dunit, c * d);
            f.kernels()
                .gemm()
                .gemm(Gemm.of(true, false, c, d, n), dz, embeddings.value().memory(), du);
            blocks.normBackward(k, du, dw);
          }
        }
      }
    }
    return Arrays.asList(de, dw);
  }
}
