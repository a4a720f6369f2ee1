package org.kanface.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.kanface.kernels.KanLinear.Reduction;

/// Bases and KAN layers of every host kernel set against PyTorch's numbers.
class SplineGoldenTest {
  private static final double FLOOR = 2e-6; // relative to a tensor's largest element
  private static final Pattern BASIS = Pattern.compile("bspline_.*?g(\\d+)_k(\\d).*");
  private static final Pattern LAYER =
      Pattern.compile("kanlinear_(\\d+)x(\\d+)_b(\\d+)_g(\\d+)_k(\\d)_(mean|sum|None)_.*");
  private static final Pattern DOUBLED = Pattern.compile("bspline_doubled_knot_g(\\d+)_k(\\d)");

  @TestFactory
  Stream<DynamicTest> everyKernelSetGivesPyTorchsNumbers() throws IOException {
    Path folder = Path.of(System.getProperty("kanface.shared", "shared"), "golden");
    Assumptions.assumeTrue(
        Files.isRegularFile(folder.resolve("unit_kan.safetensors")),
        "no golden numbers in " + folder);
    var golden = SplineFixtures.read(folder);
    return Stream.of("reference", "cpu")
        .flatMap(
            backend ->
                Stream.concat(
                    golden.cases("bspline_").stream()
                        .map(id -> test(backend, id, k -> basis(golden, id, k))),
                    golden.cases("kanlinear_").stream()
                        .map(id -> test(backend, id, k -> layer(golden, id, k)))));
  }

  private interface Check {
    void run(SplineKernels kernels);
  }

  private static DynamicTest test(String backend, String id, Check check) {
    return DynamicTest.dynamicTest(
        backend + " " + id, () -> check.run(Backends.kernels(backend, DType.F32).spline()));
  }

  private static void basis(SplineFixtures golden, String id, SplineKernels kernels) {
    Matcher m = DOUBLED.matcher(id).matches() ? matched(DOUBLED, id) : matched(BASIS, id);
    int inputs = 4;
    var spline = new Spline(inputs, number(m, 1), number(m, 2));
    float[] x = golden.get(id + "/x");
    float[] expected = golden.get(id + "/basis");
    var y = HostMemory.allocate(expected.length * 4L);
    kernels.basis(
        spline, x.length / inputs, HostMemory.of(x), HostMemory.of(golden.get(id + "/grid")), y);
    require(golden, id, "basis", expected, y);
  }

  private static void layer(SplineFixtures golden, String id, SplineKernels kernels) {
    Matcher m = matched(LAYER, id);
    int inputs = number(m, 1);
    int outputs = number(m, 2);
    Reduction reduction =
        switch (m.group(6)) {
          case "mean" -> Reduction.MEAN;
          case "sum" -> Reduction.SUM;
          default -> Reduction.NONE;
        };
    var spline = new Spline(inputs, number(m, 4), number(m, 5));
    var shape = new KanLinear(spline, number(m, 3), outputs, reduction);
    HostMemory x = HostMemory.of(golden.get(id + "/x"));
    HostMemory knots = HostMemory.of(golden.get(id + "/param.grid"));
    HostMemory coef =
        HostMemory.of(swapLast(golden.get(id + "/param.coef"), outputs, spline.basis()));
    HostMemory scaleBase = HostMemory.of(golden.get(id + "/param.scale_base"));
    HostMemory scaleSpline = HostMemory.of(golden.get(id + "/param.scale_sp"));
    HostMemory dy = HostMemory.of(golden.get(id + "/dy"));
    HostMemory y = HostMemory.allocate(shape.outputNumel() * 4);
    HostMemory dx = HostMemory.allocate(x.byteSize());
    HostMemory dcoef = HostMemory.allocate(coef.byteSize());
    HostMemory dscaleBase = HostMemory.allocate(scaleBase.byteSize());
    HostMemory dscaleSpline = HostMemory.allocate(scaleBase.byteSize());

    kernels.kanForward(shape, x, knots, coef, scaleBase, scaleSpline, y);
    kernels.kanGradInput(shape, x, knots, coef, scaleBase, scaleSpline, dy, dx);
    kernels.kanGradWeights(shape, x, knots, coef, scaleSpline, dy, dcoef, dscaleBase, dscaleSpline);

    require(golden, id, "y", golden.get(id + "/y"), y);
    require(golden, id, "grad.x", golden.get(id + "/grad.x"), dx);
    float[] dcoefExpected = swapLast(golden.get(id + "/grad.coef"), outputs, spline.basis());
    require(golden, id, "grad.coef", dcoefExpected, dcoef);
    require(golden, id, "grad.scale_base", golden.get(id + "/grad.scale_base"), dscaleBase);
    require(golden, id, "grad.scale_sp", golden.get(id + "/grad.scale_sp"), dscaleSpline);
  }

  private static void require(
      SplineFixtures golden, String id, String result, float[] expected, HostMemory actual) {
    float[] got = SplineBlocks.floats(actual);
    double top = 0;
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      top = Math.max(top, Math.abs(expected[i]));
      worst = Math.max(worst, Math.abs((double) expected[i] - got[i]));
    }
    double allowed = Math.max(FLOOR, 10 * golden.error(id, result)) * top;
    if (!(worst <= allowed) || got.length != expected.length) {
      throw new AssertionError(
          "%s/%s: expected to be within %.3g, is off by %.3g"
              .formatted(id, result, allowed, worst));
    }
  }

  /// `[.., a, b]` to `[.., b, a]`.
  private static float[] swapLast(float[] values, int a, int b) {
    var out = new float[values.length];
    for (int m = 0; m < values.length; m += a * b) {
      for (int i = 0; i < a; i++) {
        for (int j = 0; j < b; j++) {
          out[m + j * a + i] = values[m + i * b + j];
        }
      }
    }
    return out;
  }

  private static Matcher matched(Pattern pattern, String id) {
    Matcher m = pattern.matcher(id);
    if (!m.matches()) {
      throw new AssertionError("cannot read the sizes from " + id);
    }
    return m;
  }

  private static int number(Matcher m, int group) {
    return Integer.parseInt(m.group(group));
  }
}
