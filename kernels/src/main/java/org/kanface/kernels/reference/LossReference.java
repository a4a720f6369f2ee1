package org.kanface.kernels.reference;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.kernels.LossKernels;
import org.kanface.kernels.Margin;
import org.kanface.kernels.Memory;

/// Margins and softmax cross-entropy, one row after the other.
record LossReference(DType type) implements LossKernels {
  private static final double LEAST_SINE = 1e-6;

  @Override
  public void marginForward(
      Margin margin, long rows, long cols, Memory cosines, Memory labels, Memory logits) {
    var zs = Elements.of(cosines, type);
    var out = Elements.of(logits, type);
    for (long i = 0; i < rows; i++) {
      long label = Elements.index(labels, i);
      for (long j = 0; j < cols; j++) {
        long at = i * cols + j;
        double z = isFiltered(margin, zs.get(at), j == label) ? 0 : zs.get(at);
        double m = j == label ? margin.margin() : 0;
        double moved =
            switch (margin.kind()) {
              case ANGULAR -> Math.cos(Math.acos(z) + m);
              case ADDITIVE -> z - m;
            };
        out.set(at, margin.scale() * moved);
      }
    }
  }

  private boolean isFiltered(Margin margin, double z, boolean target) {
    return margin.filterThreshold() > 0
        && !target
        && z > Elements.round(margin.filterThreshold(), type);
  }

  @Override
  public void marginBackward(
      Margin margin,
      long rows,
      long cols,
      Memory cosines,
      Memory labels,
      Memory dlogits,
      Memory dcosines) {
    var zs = Elements.of(cosines, type);
    var grads = Elements.of(dlogits, type);
    var out = Elements.of(dcosines, type);
    for (long i = 0; i < rows; i++) {
      long label = Elements.index(labels, i);
      for (long j = 0; j < cols; j++) {
        long at = i * cols + j;
        double slope = j == label ? targetSlope(margin, zs.get(at)) : 1;
        out.set(
            at,
            isFiltered(margin, zs.get(at), j == label)
                ? 0
                : grads.get(at) * margin.scale() * slope);
      }
    }
  }

  /// `d cos(θ + m) / d cos θ = sin(θ + m) / sin θ`.
  private static double targetSlope(Margin margin, double z) {
    if (margin.kind() == Margin.Kind.ADDITIVE || !margin.exactGradient()) {
      return 1;
    }
    double theta = Math.acos(z);
    return Math.sin(theta + margin.margin()) / Math.max(Math.sin(theta), LEAST_SINE);
  }

  @Override
  public void crossEntropyForward(
      long rows,
      long cols,
      double floor,
      Memory logits,
      Memory labels,
      @Nullable Memory probabilities,
      Memory losses) {
    var xs = Elements.of(logits, type);
    var ps = Elements.ofNullable(probabilities, type);
    var out = Elements.of(losses, type);
    for (long i = 0; i < rows; i++) {
      long label = Elements.index(labels, i);
      double highest = ReduceReference.rowMax(xs, i, cols);
      double sum = ReduceReference.rowSumExp(xs, i, cols, highest);
      out.set(i, loss(label < 0 ? null : xs.get(i * cols + label), highest, sum, floor));
      for (long at = i * cols; ps != null && at < (i + 1) * cols; at++) {
        ps.set(at, Math.exp(xs.get(at) - highest) / sum);
      }
    }
  }

  /// The loss of a row whose target has the logit `x`, or that has none.
  private static double loss(@Nullable Double x, double highest, double sum, double floor) {
    if (floor > 0) {
      double p = x == null ? 0 : Math.exp(x - highest) / sum;
      return -Math.log(Math.max(p, floor));
    }
    return x == null ? 0 : Math.log(sum) + highest - x;
  }

  @Override
  public void crossEntropyBackward(
      long rows,
      long cols,
      boolean ignoreUnlabelled,
      Memory probabilities,
      Memory labels,
      Memory dlosses,
      Memory dlogits) {
    var ps = Elements.of(probabilities, type);
    var out = Elements.of(dlogits, type);
    for (long i = 0; i < rows; i++) {
      long label = Elements.index(labels, i);
      boolean ignored = label < 0 && ignoreUnlabelled;
      double grad = Elements.of(dlosses, type).get(i);
      for (long j = 0; j < cols; j++) {
        long at = i * cols + j;
        out.set(at, ignored ? 0 : grad * (ps.get(at) - (j == label ? 1 : 0)));
      }
    }
  }
}
