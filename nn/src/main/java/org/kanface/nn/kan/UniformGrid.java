package org.kanface.nn.kan;

/// Evenly spaced knots on an interval, extended by `order` knots at both ends, in the float32
/// arithmetic of the reference: the inner ones as PyTorch's `linspace` (fused multiply-adds from
/// either end), the outer ones one step `(last - first)/gridSize` at a time.
final class UniformGrid {
  private UniformGrid() {}

  /// One row of `gridSize + 2 order + 1` knots.
  static float[] knots(int gridSize, int order, float min, float max) {
    var knots = new float[gridSize + 2 * order + 1];
    float step = (max - min) / gridSize;
    for (int i = 0; i <= gridSize; i++) {
      knots[order + i] =
          i < (gridSize + 1) / 2 ? Math.fma(step, i, min) : Math.fma(-step, gridSize - i, max);
    }
    float h = (knots[order + gridSize] - knots[order]) / gridSize;
    for (int i = 1; i <= order; i++) {
      knots[order - i] = knots[order - i + 1] - h;
      knots[order + gridSize + i] = knots[order + gridSize + i - 1] + h;
    }
    return knots;
  }
}
