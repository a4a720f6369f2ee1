package org.kanface.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.KanLinear.Reduction;

/// One small KAN layer, 3 inputs, 2 outputs, 5 intervals, order 3, against numbers computed with
/// PyTorch (float32) from the reference implementation.
class SplineNumbersTest {
  private static final Spline SPLINE = new Spline(3, 5, 3);
  private static final float[] X = {
    -2.5f, -1, 0.3f, 1, 1.25f, -0.77f, 0, 2, -1.9f, 0.6f, -0.2f, 0.9999f
  };

  // one row of torch.linspace(-1, 1, 6), extended by 3 steps of its own width at both ends
  private static HostMemory knots() {
    float[] row = new float[12];
    for (int i = 0; i <= 5; i++) {
      row[3 + i] = i < 3 ? Math.fma(0.4f, i, -1f) : Math.fma(-0.4f, 5 - i, 1f);
    }
    float h = (row[8] - row[3]) / 5;
    for (int i = 1; i <= 3; i++) {
      row[3 - i] = row[4 - i] - h;
      row[8 + i] = row[7 + i] + h;
    }
    float[] all = new float[36];
    for (int i = 0; i < 3; i++) {
      System.arraycopy(row, 0, all, 12 * i, 12);
    }
    return HostMemory.of(all);
  }

  /// Hashes `(key, j)` to 24 bits in [-0.5, 0.5).
  private static float[] u(String key, int n) {
    var out = new float[n];
    for (int j = 0; j < n; j++) {
      int z = key.hashCode() + j * 0x9E3779B9;
      z = (z ^ z >>> 16) * 0x85EBCA6B;
      z = (z ^ z >>> 13) * 0xC2B2AE35;
      out[j] = ((z ^ z >>> 16) >>> 8) / 16777216f - 0.5f;
    }
    return out;
  }

  /// `[3, 2, 8]` to `[3, 8, 2]`.
  private static HostMemory coef() {
    float[] from = u("kan.coef", 48);
    float[] to = new float[48];
    for (int e = 0; e < 48; e++) {
      to[e / 16 * 16 + e % 8 * 2 + e / 8 % 2] = from[e];
    }
    return HostMemory.of(to);
  }

  private static void requireClose(Memory memory, double tolerance, double... expected) {
    float[] actual = SplineBlocks.floats(memory);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).as("element %d", i).isCloseTo(expected[i], offset(tolerance));
    }
  }

  private static SplineKernels kernels(String backend) {
    return Backends.kernels(backend, DType.F32).spline();
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void basisFunctions(String backend) {
    var spline = new Spline(1, 5, 3);
    float[] x = {-0.77f, 0.3f, 1.25f, 1, 2.2f, 7, -2.2f};
    var y = HostMemory.allocate(x.length * 8 * 4L);
    kernels(backend).basis(spline, x.length, HostMemory.of(x), knots(), y);
    requireClose(
        y,
        3e-7,
        0.012794264,
        0.43109629,
        0.52442443,
        0.031684905,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0.070312493,
        0.61197913,
        0.31510416,
        0.0026041681,
        0,
        0,
        0,
        0,
        0,
        0,
        0.0087890597,
        0.39811197,
        0.55240893,
        0,
        0,
        0,
        0,
        0,
        1 / 6.0,
        2 / 3.0,
        1 / 6.0);
    float[] outside = SplineBlocks.floats(y.slice(4 * 8 * 4, 3 * 8 * 4));
    assertThat(outside).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void forward(String backend) {
    requireClose(
        forward(backend, Reduction.MEAN),
        5e-8,
        0.041171614,
        -0.10322794,
        -0.18935595,
        0.19846308,
        -0.1119955,
        0.21326418,
        -0.14467013,
        -0.085836321);
    requireClose(
        forward(backend, Reduction.SUM),
        1e-7,
        0.12351485,
        -0.3096838,
        -0.56806785,
        0.59538925,
        -0.3359865,
        0.63979256);
    requireClose(
        forward(backend, Reduction.NONE),
        5e-8,
        0.078426063,
        -0.07246419,
        0.1313373,
        -0.15905184,
        -0.086248517,
        -0.078167781);
  }

  private static HostMemory forward(String backend, Reduction reduction) {
    var shape = new KanLinear(SPLINE, 4, 2, reduction);
    var y = HostMemory.allocate(shape.outputNumel() * 4);
    HostMemory scaleBase = HostMemory.of(u("kan.scale_base", 6));
    HostMemory scaleSpline = HostMemory.of(u("kan.scale_sp", 6));
    kernels(backend)
        .kanForward(shape, HostMemory.of(X), knots(), coef(), scaleBase, scaleSpline, y);
    return y;
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void gradients(String backend) {
    var shape = new KanLinear(SPLINE, 4, 2, Reduction.MEAN);
    HostMemory dy = HostMemory.of(u("r", 8));
    HostMemory scaleSpline = HostMemory.of(u("kan.scale_sp", 6));
    HostMemory scaleBase = HostMemory.of(u("kan.scale_base", 6));
    var dx = HostMemory.allocate(12 * 4);
    kernels(backend)
        .kanGradInput(shape, HostMemory.of(X), knots(), coef(), scaleBase, scaleSpline, dy, dx);
    requireClose(
        dx,
        5e-8,
        -0.0054604402,
        -0.0018103232,
        -0.014840397,
        -0.021077422,
        -0.024233669,
        0.005915449,
        -0.043835245,
        -0.049431939,
        -0.00034279225,
        -0.002508668,
        -0.0071627842,
        0.067048497);
    var dcoef = HostMemory.allocate(48 * 4);
    var dscaleBase = HostMemory.allocate(6 * 4);
    var dscaleSpline = HostMemory.allocate(6 * 4);
    kernels(backend)
        .kanGradWeights(
            shape,
            HostMemory.of(X),
            knots(),
            coef(),
            scaleSpline,
            dy,
            dcoef,
            dscaleBase,
            dscaleSpline);
    float[] c = SplineBlocks.floats(dcoef);
    double norm = 0;
    for (float v : c) {
      norm += (double) v * v;
    }
    assertThat(Math.sqrt(norm)).isCloseTo(0.031158092, offset(2e-8));
    var first = new float[8]; // of edge (0, 0)
    Arrays.setAll(new Object[8], j -> first[j] = c[2 * j]);
    requireClose(
        HostMemory.of(first),
        3e-9,
        0,
        0,
        0.00023117271,
        0.0053169732,
        0.0031750805,
        -0.0091124196,
        -0.0052459785,
        -0.00077602139);
    requireClose(
        dscaleBase,
        5e-8,
        -0.04157266,
        -0.11489041,
        0.11435699,
        -0.27605331,
        -0.07719487,
        -0.0026678927);
    requireClose(
        dscaleSpline,
        5e-8,
        0.021964077,
        0.046744786,
        0.026676901,
        0.018285386,
        -0.059442677,
        -0.040423706);
  }
}
