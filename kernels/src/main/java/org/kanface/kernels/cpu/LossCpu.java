package org.kanface.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.LossKernels;
import org.kanface.kernels.Margin;
import org.kanface.kernels.Memory;

/// Margins and softmax cross-entropy: rows on vectors, the one target of a row in double.
///
/// For the classes that are not a row's target, ANGULAR's `cos(acos(z))` is `z`.
final class LossCpu implements LossKernels {
  private static final double LEAST_SINE = 1e-6;

  @Override
  public void marginForward(
      Margin margin, long rows, long cols, Memory cosines, Memory labels, Memory logits) {
    try (var memory = new Address("margin")) {
      long in = memory.input("cosines", cosines, rows * cols);
      long targets = memory.input("labels", labels, 2 * rows); // I64: two floats each
      long out = memory.output("logits", logits, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      float filter = filter(margin);
      Chunks.rows(
          rows,
          cols,
          (from, to) -> {
            for (long i = from; i < to; i++) {
              long label = label(targets, i);
              double z = label < 0 ? 0 : target(in + i * row, label);
              LossMargin.forward(in + i * row, row, (float) margin.scale(), filter, out + i * row);
              if (label >= 0) {
                double moved =
                    switch (margin.kind()) {
                      case ANGULAR -> Math.cos(Math.acos(z) + margin.margin());
                      case ADDITIVE -> z - margin.margin();
                    };
                setTarget(out + i * row, label, margin.scale() * moved);
              }
            }
          });
    }
  }

  private static float filter(Margin margin) {
    return margin.filterThreshold() > 0
        ? (float) margin.filterThreshold()
        : Float.POSITIVE_INFINITY;
  }

  private static long label(long labels, long i) {
    return Address.SPACE.get(Lanes.LONG, labels + i * Long.BYTES);
  }

  private static float target(long row, long label) {
    return Lanes.get(row + label * Float.BYTES);
  }

  private static void setTarget(long row, long label, double value) {
    Lanes.set(row + label * Float.BYTES, (float) value);
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
    try (var memory = new Address("margin backward")) {
      long in = memory.input("cosines", cosines, rows * cols);
      long targets = memory.input("labels", labels, 2 * rows);
      long grad = memory.input("dlogits", dlogits, rows * cols);
      long out = memory.output("dcosines", dcosines, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      float filter = filter(margin);
      Chunks.rows(
          rows,
          cols,
          (from, to) -> {
            for (long i = from; i < to; i++) {
              long at = i * row;
              long label = label(targets, i);
              double g = label < 0 ? 0 : target(grad + at, label);
              LossMargin.backward(
                  in + at, grad + at, row, (float) margin.scale(), filter, out + at);
              if (label >= 0) {
                double slope = targetSlope(margin, target(in + at, label));
                setTarget(out + at, label, g * margin.scale() * slope);
              }
            }
          });
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
    try (var memory = new Address("cross-entropy")) {
      long in = memory.input("logits", logits, rows * cols);
      long targets = memory.input("labels", labels, 2 * rows);
      long out = memory.output("losses", losses, rows);
      long ps =
          probabilities == null ? 0 : memory.output("probabilities", probabilities, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      Chunks.rows(
          rows,
          cols,
          (from, to) -> {
            for (long i = from; i < to; i++) {
              long label = label(targets, i);
              double x = label < 0 ? Double.NEGATIVE_INFINITY : target(in + i * row, label);
              float highest = ReduceRows.max(in + i * row, row);
              long p = ps == 0 ? 0 : ps + i * row;
              double sum = ReduceSoftmax.sumExp(in + i * row, row, highest, p);
              if (p != 0) {
                ReduceRows.scale(p, row, (float) (1 / sum), p);
              }
              double loss = loss(label >= 0, x - highest, sum, floor);
              Lanes.set(out + i * Float.BYTES, (float) loss);
            }
          });
    }
  }

  /// The loss of a row whose target lies `below` (at most 0) its highest logit.
  private static double loss(boolean labelled, double below, double sum, double floor) {
    if (floor > 0) {
      return -Math.log(Math.max(labelled ? Math.exp(below) / sum : 0, floor));
    }
    return labelled ? Math.log(sum) - below : 0;
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
    try (var memory = new Address("cross-entropy backward")) {
      long ps = memory.input("probabilities", probabilities, rows * cols);
      long targets = memory.input("labels", labels, 2 * rows);
      long grads = memory.input("dlosses", dlosses, rows);
      long out = memory.output("dlogits", dlogits, rows * cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      Chunks.rows(
          rows,
          cols,
          (from, to) -> {
            for (long i = from; i < to; i++) {
              long label = label(targets, i);
              float grad = Lanes.get(grads + i * Float.BYTES);
              if (label < 0 && ignoreUnlabelled) {
                Address.SPACE.asSlice(out + i * row, row).fill((byte) 0);
                continue;
              }
              double p = label < 0 ? 0 : target(ps + i * row, label);
              ReduceRows.scale(ps + i * row, row, grad, out + i * row);
              if (label >= 0) {
                setTarget(out + i * row, label, grad * (p - 1));
              }
            }
          });
    }
  }
}
