package org.kanface.nn.kan;

import java.util.Arrays;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.KanLayer;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Spline;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// KAN layer: every edge from input `i` to output `o` is a learned function,
/// `φ(x) = scale_base[i, o] silu(x) + scale_sp[i, o] Σ_j coef[i, o, j] B_j(x)`, with B-splines
/// `B_j` of order `k` on
/// each input's own knots; outputs are the sum or the mean over inputs.
///
/// Shapes: `x [n, in]` → `y [n, out]` (`[n, in, out]` without reduction). Source: Liu et al. 2024,
/// arXiv:2404.19756; state-dict names and initialisation are KANFace's.
public final class KANLinear extends Module {
  private static final double NOISE = 0.5;

  /// Sizes of a layer. Throws [org.kanface.tensor.ShapeException] where one makes no sense.
  ///
  /// @param gridMin lower end of the inner knots, before they are extended
  public record Config(
      long in,
      long out,
      int gridSize,
      int splineOrder,
      Reduction reduction,
      float gridMin,
      float gridMax) {
    public Config {
      Check.positive("KANLinear", "in", in);
      Check.positive("KANLinear", "out", out);
      Check.positive("KANLinear", "grid_size", gridSize);
      Check.that(
          splineOrder >= 0 && splineOrder <= Spline.MAX_ORDER,
          "KANLinear",
          "spline_order: expected 0 to %d, got %d",
          Spline.MAX_ORDER,
          splineOrder);
      Check.that(
          gridMin < gridMax, "KANLinear", "gridMin %s must be below gridMax %s", gridMin, gridMax);
    }

    /// Knots on [-1, 1].
    public static Config of(long in, long out, int gridSize, int splineOrder, Reduction reduction) {
      return new Config(in, out, gridSize, splineOrder, reduction, -1, 1);
    }

    Spline spline() {
      return new Spline(in, gridSize, splineOrder);
    }
  }

  private final Config config;
  private final Parameter grid; // [in, gridSize + 2k + 1]
  private final Parameter coef; // [in, basis, out]
  private final Parameter scaleBase; // [in, out]
  private final Parameter scaleSpline; // [in, out]

  /// Initialised as the reference: coefficients fit noise of ±0.25/gridSize at the inner knots,
  /// `scale_base` from U(-1/√in, 1/√in), `scale_sp` 1/√in.
  public KANLinear(Init init, Config config) {
    this.config = config;
    Spline spline = config.spline();
    int in = Math.toIntExact(config.in);
    int out = Math.toIntExact(config.out);
    float[] row =
        UniformGrid.knots(config.gridSize, config.splineOrder, config.gridMin, config.gridMax);
    grid =
        init.buffer("grid", Packing.plain(Shape.of(in, spline.knots())), EdgeFit.repeat(row, in));
    coef =
        init.of(
            "coef",
            Packing.spline(in, out, spline.basis()),
            EdgeFit.initial(init, config, row, NOISE));
    var scales = Packing.plain(Shape.of(in, out));
    scaleBase = init.uniform("scale_base", scales, 1 / Math.sqrt(in));
    scaleSpline = init.constant("scale_sp", scales, 1 / Math.sqrt(in));
    register(grid);
    register(coef);
    register(scaleBase);
    register(scaleSpline);
  }

  public Config config() {
    return config;
  }

  @Override
  protected Var compute(Var x) {
    return KanLayer.of(
        x,
        grid.var(),
        coef.var(),
        scaleBase.var(),
        scaleSpline.var(),
        config.spline(),
        config.reduction);
  }

  /// One edge's function at some points.
  ///
  /// @param whole `φ(x)`, before any reduction
  /// @param spline its spline part, `scale_sp Σ_j coef_j B_j(x)`
  public record Edge(double[] x, double[] whole, double[] spline) {}

  /// Evaluates one edge for plotting; throws [org.kanface.tensor.ShapeException] for an edge that
  /// does not exist.
  public Edge edge(long input, long output, double[] x) {
    Check.that(
        input >= 0 && input < config.in && output >= 0 && output < config.out,
        "KANLinear",
        "edge (%d, %d) of %d inputs and %d outputs: no such edge",
        input,
        output,
        config.in,
        config.out);
    double[][] basis = BSpline.basis(knots(input), config.splineOrder, x);
    double[] c = row(coef, input); // [basis, out]
    int edge = Math.toIntExact(output);
    int out = Math.toIntExact(config.out);
    double base = row(scaleBase, input)[edge];
    double scale = row(scaleSpline, input)[edge];
    var whole = new double[x.length];
    var spline = new double[x.length];
    for (int p = 0; p < x.length; p++) {
      double sum = 0;
      for (int j = 0; j < basis[p].length; j++) {
        sum += basis[p][j] * c[j * out + edge];
      }
      spline[p] = scale * sum;
      whole[p] = base * x[p] / (1 + Math.exp(-x[p])) + spline[p];
    }
    return new Edge(x, whole, spline);
  }

  /// The knots of one input, the extended ones included.
  public double[] knots(long input) {
    return row(grid, input);
  }

  /// What a parameter holds for one input, as the kernels see it.
  private static double[] row(Parameter parameter, long input) {
    try (Tensor row = parameter.var().value().slice(0, input, input + 1)) {
      return row.toDoubles();
    }
  }

  /// A layer with `gridSize` intervals over the same range of each input whose splines follow this
  /// one's, by least squares at points spread over the extended range (grid extension,
  /// arXiv:2404.19756 §2.5).
  public KANLinear extended(Init init, int gridSize) {
    var next =
        new KANLinear(
            init,
            new Config(
                config.in,
                config.out,
                gridSize,
                config.splineOrder,
                config.reduction,
                config.gridMin,
                config.gridMax));
    next.scaleBase.load(scaleBase.external());
    next.scaleSpline.load(scaleSpline.external());
    var knots = new float[Math.toIntExact(config.in)][];
    for (int i = 0; i < knots.length; i++) {
      double[] old = knots(i);
      int k = config.splineOrder;
      knots[i] = UniformGrid.knots(gridSize, k, (float) old[k], (float) old[old.length - 1 - k]);
    }
    EdgeFit.refit(this, next, knots);
    return next;
  }

  /// Moves each input's knots towards the quantiles of `samples [n][in]`, `margin` beyond their
  /// range, and refits the coefficients so that the edge functions stay. `uniformShare` 1 keeps the
  /// spacing even, 0 follows the quantiles.
  public void updateGrid(double[][] samples, double uniformShare, double margin) {
    Check.that(
        samples.length >= 2 && samples[0].length == config.in,
        "KANLinear",
        "updateGrid: expected at least 2 samples of %d inputs, got %d",
        config.in,
        samples.length);
    var knots = new float[Math.toIntExact(config.in)][];
    for (int i = 0; i < knots.length; i++) {
      int column = i;
      double[] x = Arrays.stream(samples).mapToDouble(s -> s[column]).sorted().toArray();
      knots[i] = EdgeFit.adaptive(config, x, uniformShare, margin);
    }
    EdgeFit.refit(this, this, knots);
  }

  Parameter grid() {
    return grid;
  }

  Parameter coef() {
    return coef;
  }
}
