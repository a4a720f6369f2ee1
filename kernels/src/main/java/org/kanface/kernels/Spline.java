package org.kanface.kernels;

/// B-splines of order (degree) `order` on `gridSize` intervals for each of `inputs` inputs.
///
/// The stored knots are `[inputs, gridSize + 2 order + 1]`, increasing along each row; there are
/// `gridSize + order` basis functions. Orders 0 to 5.
public record Spline(long inputs, int gridSize, int order) {
  public static final int MAX_ORDER = 5;

  /// Basis functions an input: `gridSize + order`.
  public int basis() {
    return gridSize + order;
  }

  /// Knots an input: `gridSize + 2 order + 1`.
  public int knots() {
    return gridSize + 2 * order + 1;
  }
}
