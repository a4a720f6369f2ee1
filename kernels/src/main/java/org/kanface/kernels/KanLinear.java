package org.kanface.kernels;

/// The shape of a KAN layer: `n` samples, `spline.inputs()` inputs, `outputs` outputs.
public record KanLinear(Spline spline, long n, long outputs, Reduction reduction) {
  /// How the edges' values become an output: their sum over inputs, their mean, or all of them.
  public enum Reduction {
    SUM,
    MEAN,
    NONE
  }

  public long inputs() {
    return spline.inputs();
  }

  /// Elements of the output: `[n, outputs]`, or `[n, inputs, outputs]` without reduction.
  public long outputNumel() {
    return n * outputs * (reduction == Reduction.NONE ? inputs() : 1);
  }
}
