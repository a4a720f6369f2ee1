package org.kanface.eval.cost;

/// Cost of the spline layer from `in` values to an embedding of `out`.
///
/// @param gridSize intervals of the splines
/// @param splineOrder their degree
public record KanHead(int in, int out, int gridSize, int splineOrder) {
  private static final int SILU = 5; // operations charged for one SiLU

  /// Operations by the published formula, which charges the recursion for the basis functions once
  /// an edge: `I·O·(9k(G + 1.5k) + 2G − 2.5k + 1) + 5I + 2IO`.
  public long referenceFlops() {
    double edge =
        9.0 * splineOrder * (gridSize + 1.5 * splineOrder) + 2.0 * gridSize - 2.5 * splineOrder + 1;
    return Math.round(edges() * edge) + (long) SILU * in + 2 * edges();
  }

  /// Operations needed: `k + 1` basis functions differ from zero at a point, they are computed once
  /// an input (local de Boor recursion, `2k + 5k(k+1)/2`), and each edge takes as many
  /// multiply-adds and one more for the SiLU path.
  public long actualFlops() {
    long basis = 2L * splineOrder + 5L * splineOrder * (splineOrder + 1) / 2;
    return 2 * edges() * (splineOrder + 2) + in * (basis + SILU);
  }

  /// Parameters by the published formula, which counts one weight an edge and a bias that do not
  /// exist: `I·O·(G + k + 3) + O`.
  public long referenceParams() {
    return edges() * (gridSize + splineOrder + 3) + out;
  }

  /// Trainable parameters: `G + k` coefficients and two scales an edge.
  public long actualParams() {
    return edges() * (gridSize + splineOrder + 2);
  }

  /// Knots, stored with the weights but not trained.
  public long gridEntries() {
    return (long) in * (gridSize + 2 * splineOrder + 1);
  }

  private long edges() {
    return (long) in * out;
  }
}
