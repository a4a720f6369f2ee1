package org.kanface.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.KanLinear.Reduction;

/// The CPU's splines and KAN layers against the plain loops, over orders, grids, knots that are
/// uneven or coincide, points anywhere, and every vector width.
class SplineParityTest {
  /// One layer and the seed of its numbers.
  record Case(KanLinear shape, SplineBlocks.Row row, boolean finite) {
    static Stream<Case> all() {
      var cases = new ArrayList<Case>();
      var row = SplineBlocks.Row.values();
      for (int order = 0; order <= Spline.MAX_ORDER; order++) {
        for (int gridSize : new int[] {1, 5, 25, 30}) {
          for (var r : row) {
            add(cases, 19, 3, gridSize, order, 17, Reduction.MEAN, r);
          }
        }
      }
      for (int n : new int[] {0, 1, 15, 16, 19, 64, 300}) {
        for (int outputs : new int[] {1, 7, 16, 17, 100}) {
          add(cases, n, 3, 5, 3, outputs, Reduction.SUM, row[(n + outputs) % 2]);
        }
      }
      for (Reduction reduction : Reduction.values()) {
        add(cases, 19, 33, 30, 3, 70, reduction, SplineBlocks.Row.JITTERED);
        add(cases, 33, 1, 4, 4, 33, reduction, SplineBlocks.Row.UNIFORM);
        add(cases, 5, 9, 4, 2, 130, reduction, SplineBlocks.Row.COINCIDENT);
      }
      add(cases, 40, 192, 25, 3, 512, Reduction.MEAN, SplineBlocks.Row.UNIFORM);
      return cases.stream();
    }

    private static void add(
        List<Case> cases,
        int n,
        int inputs,
        int gridSize,
        int order,
        int outputs,
        Reduction reduction,
        SplineBlocks.Row row) {
      var shape = new KanLinear(new Spline(inputs, gridSize, order), n, outputs, reduction);
      cases.add(new Case(shape, row, true));
      if (n == 19) {
        cases.add(new Case(shape, row, false));
      }
    }

    @Override
    public String toString() {
      return "order %d grid %d, %dx%dx%d %s %s%s"
          .formatted(
              shape.spline().order(),
              shape.spline().gridSize(),
              shape.n(),
              shape.inputs(),
              shape.outputs(),
              shape.reduction(),
              row,
              finite ? "" : " with NaN and infinity");
    }
  }

  private final int threads = Workers.threads();

  @AfterEach
  void restoreThreads() {
    Workers.resize(threads);
  }

  @ParameterizedTest
  @MethodSource("org.kanface.kernels.SplineParityTest$Case#all")
  void cpuAgreesWithPlainLoops(Case c) {
    check(c);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void resultsDoNotDependOnThreads(int count) {
    var shape = new KanLinear(new Spline(50, 25, 3), 600, 200, Reduction.MEAN);
    var c = new Case(shape, SplineBlocks.Row.JITTERED, true);
    Workers.resize(1);
    List<float[]> one = results(c, Backends.kernels("cpu", DType.F32).spline());
    Workers.resize(count);
    List<float[]> many = results(c, Backends.kernels("cpu", DType.F32).spline());
    for (int i = 0; i < one.size(); i++) {
      assertThat(many.get(i)).isEqualTo(one.get(i));
    }
  }

  @Test
  void eachGradientOfWeightsCanBeLeftOut() {
    var c =
        new Case(
            new KanLinear(new Spline(3, 5, 3), 20, 9, Reduction.SUM),
            SplineBlocks.Row.UNIFORM,
            true);
    var data = new Data(c);
    var kernels = Backends.kernels("cpu", DType.F32).spline();
    var all = data.gradWeights(kernels, true, true, true);
    for (int left = 0; left < 3; left++) {
      var some = data.gradWeights(kernels, left != 0, left != 1, left != 2);
      for (int i = 0; i < 3; i++) {
        assertThat(some.get(i)).isEqualTo(i == left ? new float[all.get(i).length] : all.get(i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void everyVectorWidthAgrees(int bits) throws IOException, InterruptedException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                java,
                "--add-modules=jdk.incubator.vector",
                "-XX:+UseSerialGC",
                "-Dkanface.vector.bits=" + bits,
                "-cp",
                classes(SplineParityTest.class) + File.pathSeparator + classes(Backends.class),
                Widths.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output).contains(bits + "-bit");
  }

  private static String classes(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  /// The child of [#everyVectorWidthAgrees].
  static final class Widths {
    private Widths() {}

    public static void main(String[] args) {
      System.out.println(Backends.kernels("cpu", DType.F32).describe());
      Case.all()
          .filter(c -> c.shape().n() == 19 || c.shape().n() == 16)
          .filter(c -> c.shape().spline().gridSize() != 25)
          .forEach(SplineParityTest::check);
    }
  }

  private static void check(Case c) {
    List<float[]> expected = results(c, Backends.kernels("reference", DType.F32).spline());
    List<float[]> actual = results(c, Backends.kernels("cpu", DType.F32).spline());
    for (int i = 0; i < expected.size(); i++) {
      requireClose(c + ", " + NAMES.get(i), expected.get(i), actual.get(i), TOLERANCE.get(i));
    }
  }

  private static final List<String> NAMES =
      List.of("basis", "basisDerivative", "y", "dx", "dcoef", "dscaleBase", "dscaleSpline");

  // of the largest element: local and dense recursions round differently by some last places, and a
  // slope is a difference of functions divided by a knot's step
  private static final List<Double> TOLERANCE = List.of(1e-6, 4e-6, 2e-6, 8e-6, 2e-6, 2e-6, 4e-6);

  private static void requireClose(
      String what, float[] expected, float[] actual, double tolerance) {
    double top = 0;
    for (float v : expected) {
      top = Float.isFinite(v) ? Math.max(top, Math.abs(v)) : top;
    }
    for (int i = 0; i < expected.length; i++) {
      boolean equal =
          Float.compare(expected[i], actual[i]) == 0
              || Math.abs((double) expected[i] - actual[i]) <= tolerance * top;
      if (!equal) {
        throw new AssertionError(
            "%s, element %d of %d: expected %s, got %s (largest %s)"
                .formatted(what, i, expected.length, expected[i], actual[i], top));
      }
    }
  }

  private static List<float[]> results(Case c, SplineKernels kernels) {
    return new Data(c).results(kernels);
  }

  /// The blocks of one case.
  private static final class Data {
    private final KanLinear shape;
    private final HostMemory knots;
    private final HostMemory x;
    private final HostMemory coef;
    private final HostMemory scaleBase;
    private final HostMemory scaleSpline;
    private final HostMemory dy;

    Data(Case c) {
      shape = c.shape();
      var random = new SplittableRandom(c.toString().hashCode());
      long edges = shape.inputs() * shape.outputs();
      knots = c.row().knots(shape.spline(), random);
      x = SplineBlocks.points(shape.spline(), shape.n(), knots, c.finite(), random);
      coef = SplineBlocks.random(edges * shape.spline().basis(), 1, random);
      scaleBase = SplineBlocks.random(edges, 1, random);
      scaleSpline = SplineBlocks.random(edges, 1, random);
      dy = SplineBlocks.random(shape.outputNumel(), 1, random);
    }

    List<float[]> results(SplineKernels kernels) {
      long bases = shape.n() * shape.inputs() * shape.spline().basis();
      var basis = HostMemory.allocate(4 * bases).slice(0, 4 * bases);
      var derivative = HostMemory.allocate(4 * bases).slice(0, 4 * bases);
      var y = HostMemory.allocate(dy.byteSize()).slice(0, 4 * shape.outputNumel());
      var dx = HostMemory.allocate(x.byteSize()).slice(0, 4 * shape.n() * shape.inputs());
      kernels.basis(shape.spline(), shape.n(), x, knots, basis);
      kernels.basisDerivative(shape.spline(), shape.n(), x, knots, derivative);
      kernels.kanForward(shape, x, knots, coef, scaleBase, scaleSpline, y);
      kernels.kanGradInput(shape, x, knots, coef, scaleBase, scaleSpline, dy, dx);
      var all = new ArrayList<float[]>();
      Stream.of(basis, derivative, y, dx).map(SplineBlocks::floats).forEach(all::add);
      all.addAll(gradWeights(kernels, true, true, true));
      return all;
    }

    List<float[]> gradWeights(SplineKernels kernels, boolean c, boolean b, boolean s) {
      var dcoef = HostMemory.allocate(coef.byteSize());
      var dscaleBase = HostMemory.allocate(scaleBase.byteSize());
      var dscaleSpline = HostMemory.allocate(scaleBase.byteSize());
      kernels.kanGradWeights(
          shape,
          x,
          knots,
          coef,
          scaleSpline,
          dy,
          c ? dcoef : null,
          b ? dscaleBase : null,
          s ? dscaleSpline : null);
      return Stream.of(dcoef, dscaleBase, dscaleSpline).map(SplineBlocks::floats).toList();
    }
  }
}
