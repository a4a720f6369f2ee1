package org.kanface.autograd.op;

import org.kanface.autograd.Frame;
import org.kanface.kernels.Binary;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Strided;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// The classes of a [MarginSoftmax] block by block: centres at unit length, cosines, logits. What
/// is computed for a block lies where the next one's will.
final class ClassBlocks implements AutoCloseable {
  private final MarginSoftmax op;
  private final MarginSoftmax.Rule rule;
  private final Frame frame;
  private final Kernels kernels;
  private final long n;
  private final long d;
  private final Tensor unit; // [block, d]
  private final Tensor norms; // [block]
  private final Tensor products; // [n, block], e·ŵᵀ
  private final Tensor cosines; // [n, block], the same clamped
  private final Tensor logits; // [n, block]
  private final BlockTargets targets;

  ClassBlocks(Frame f, MarginSoftmax op) {
    this.op = op;
    rule = op.rule();
    frame = f;
    kernels = f.kernels();
    n = op.embeddings().dim(0);
    d = op.embeddings().dim(1);
    unit = f.empty(Shape.of(width(0), d));
    norms = f.empty(Shape.of(width(0)));
    products = f.empty(Shape.of(n, width(0)));
    cosines = f.empty(Shape.of(n, width(0)));
    logits = f.empty(Shape.of(n, width(0)));
    Device device = op.embeddings().value().device();
    targets = BlockTargets.of(device, op.labels(), op.block(), op.centres().dim(0));
  }

  BlockTargets targets() {
    return targets;
  }

  int count() {
    return Math.toIntExact(Math.ceilDiv(op.centres().dim(0), op.block()));
  }

  /// How many classes block `k` has.
  long width(int k) {
    return Math.min(op.block(), op.centres().dim(0) - k * op.block());
  }

  /// The first `numel` elements of a block of memory.
  static Memory first(Tensor t, long numel) {
    return t.memory().slice(0, numel * t.dtype().bytes());
  }

  /// Row `k` of a matrix.
  static Memory row(Tensor t, int k) {
    long bytes = t.shape().dim(1) * t.dtype().bytes();
    return t.memory().slice(k * bytes, bytes);
  }

  /// Block `k` of `[classes, d]`.
  private Memory classes(Tensor t, int k) {
    long bytes = d * t.dtype().bytes();
    return t.memory().slice(k * op.block() * bytes, width(k) * bytes);
  }

  /// The unit centres of block `k`, which must be the last one computed.
  Memory unit(int k) {
    return first(unit, width(k) * d);
  }

  /// Computes the logits `[n, width]` of block `k`.
  Memory logits(int k) {
    long c = width(k);
    kernels
        .norm()
        .l2NormalizeForward(
            c, d, 1, rule.normFloor(), classes(op.centres().value(), k), unit(k), first(norms, c));
    Memory z = first(products, n * c);
    Memory clamped = first(cosines, n * c);
    Memory y = first(logits, n * c);
    Memory e = op.embeddings().value().memory();
    kernels.gemm().gemm(Gemm.of(false, true, n, c, d), e, unit(k), z);
    kernels.elementwise().clamp(n * c, -rule.limit(), rule.limit(), z, clamped);
    kernels.loss().marginForward(rule.margin(), n, c, clamped, targets.labels(k), y);
    if (rule.rows() != null && !targets.rows(k).isEmpty()) {
      move(k, y, targets.values(frame, k, clamped), rule.rows());
    }
    return y;
  }

  /// Moves the targets' logits from `scale · cosine` to what their margins make of it.
  private void move(int k, Memory logits, double[] cosines, RowMargin rows) {
    double[] changes = targets.values(frame, k, logits);
    for (int i = 0; i < changes.length; i++) {
      changes[i] = rows.logit(targets.rows(k).get(i), cosines[i]) - changes[i];
    }
    targets.add(frame, k, changes, logits);
  }

  /// The gradient `[n, width]` of the products of block `k`.
  ///
  /// @param shares of each block in the softmax, `[blocks, n]`
  Memory gradient(int k, Tensor shares, Tensor dlosses) {
    long c = width(k);
    Memory y = logits(k);
    kernels.reduce().softmax(n, c, y, y);
    var byRow = Strided.of(new long[] {n, c}, new long[] {c, 1}, new long[] {1, 0});
    kernels.elementwise().binary(Binary.MULTIPLY, byRow, y, row(shares, k), y);
    Memory labels = targets.labels(k);
    kernels.loss().crossEntropyBackward(n, c, false, y, labels, dlosses.memory(), y);
    Memory clamped = first(cosines, n * c);
    kernels.loss().marginBackward(rule.margin(), n, c, clamped, labels, y, y);
    if (rule.rows() != null && !targets.rows(k).isEmpty()) {
      moveGradient(k, y, targets.values(frame, k, clamped), rule.rows());
    }
    kernels
        .elementwise()
        .clampBackward(n * c, -rule.limit(), rule.limit(), first(products, n * c), y, clamped);
    return clamped;
  }

  /// Moves the gradients of the targets' cosines from `scale` times those of the logits to the
  /// margins' derivatives times those.
  private void moveGradient(int k, Memory gradient, double[] cosines, RowMargin rows) {
    double[] changes = targets.values(frame, k, gradient);
    for (int i = 0; i < changes.length; i++) {
      double derivative = rows.derivative(targets.rows(k).get(i), cosines[i]);
      changes[i] *= derivative / rule.margin().scale() - 1;
    }
    targets.add(frame, k, changes, gradient);
  }

  /// The gradient of block `k`'s centres from that of its unit centres.
  void normBackward(int k, Memory dunit, Tensor dcentres) {
    long c = width(k);
    kernels
        .norm()
        .l2NormalizeBackward(
            c, d, 1, rule.normFloor(), unit(k), first(norms, c), dunit, classes(dcentres, k));
  }

  @Override
  public void close() {
    unit.close();
    norms.close();
    products.close();
    cosines.close();
    logits.close();
    targets.close();
  }
}
