package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kanface.kernels.Backend;
import org.kanface.kernels.Backends;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.DType;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Precision;
import org.kanface.kernels.cases.KernelCase;
import org.kanface.kernels.cases.KernelCases;

/// Products and convolutions of the table in every precision. Factors are numbers that the
/// precision has exactly, so that products must come out as in float32; results of convolutions
/// are stored in 16 bits, which adds half a unit in the last place of that type.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class PrecisionParityTest {
  private static final int SHIFT = 3; // elements away from an aligned address
  private static final double F16_HALF_ULP = 0x1p13; // in those of float32
  private static final double BF16_HALF_ULP = 0x1p16;

  private static Kernels kernels(Precision precision) {
    Backend backend = Backends.select("cuda-sim").backend();
    return backend.kernels(DType.F32, 0, precision).orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"TF32", "F16", "BF16"})
  void exactFactorsGiveWhatFloat32Gives(Precision precision) {
    Kernels kernels = kernels(precision);
    Kernels reference = Backends.kernels("reference", DType.F32);
    DType half = precision == Precision.BF16 ? DType.BF16 : DType.F16; // TF32 has these too
    double stored =
        switch (precision) {
          case F32, TF32 -> 0;
          case F16 -> F16_HALF_ULP;
          case BF16 -> BF16_HALF_ULP;
        };
    int every = precision == Precision.F16 ? 1 : 5; // the others differ in a number alone
    var count = new AtomicInteger();
    var failures = new ArrayList<String>();
    Stream.concat(
            KernelCases.of("gemm").map(c -> c.rounded(half, 0)),
            KernelCases.of("conv").map(c -> c.rounded(half, stored)))
        .filter(_ -> count.getAndIncrement() % every == 0)
        .forEach(c -> check(c, kernels, reference, failures));
    assertThat(failures).isEmpty();
  }

  private static void check(
      KernelCase c, Kernels kernels, Kernels reference, List<String> failures) {
    try (var arena = Arena.ofShared()) {
      c.run(kernels, SHIFT, arena).requireCloseTo(c.run(reference, SHIFT, arena));
    } catch (AssertionError | RuntimeException e) {
      failures.add(e instanceof AssertionError ? String.valueOf(e.getMessage()) : c + ": " + e);
    }
  }

  private static Memory upload(Kernels kernels, float... values) {
    Memory block = kernels.allocate(4L * values.length);
    kernels.copy(HostMemory.of(values), block, 4L * values.length);
    return block;
  }

  private static float download(Kernels kernels, Memory block) {
    try (var host = HostMemory.allocate(4)) {
      kernels.copy(block, host, 4);
      return host.segment().get(ValueLayout.JAVA_FLOAT, 0);
    }
  }

  /// 1 + 2⁻¹² is 1 in all but float32, 1 + 2⁻⁹ is 1 in bfloat16 too, and 70,000 is infinite in F16.
  @ParameterizedTest
  @EnumSource(Precision.class)
  void factorsAreRounded(Precision precision) {
    Kernels k = kernels(precision);
    boolean full = precision == Precision.F32;
    float fine = 1 + 0x1p-12f;
    float coarse = 1 + 0x1p-9f;
    assertThat(product(k, fine, 1)).isEqualTo(full ? fine : 1);
    assertThat(product(k, 1, coarse)).isEqualTo(precision == Precision.BF16 ? 1 : coarse);
    assertThat(product(k, 65_536 * 1.0625f, 1))
        .isEqualTo(precision == Precision.F16 ? Float.POSITIVE_INFINITY : 69_632);
    assertThat(convolution(k, fine)).isEqualTo(full ? fine : 1);
    assertThat(convolution(k, coarse)).isEqualTo(precision == Precision.BF16 ? 1 : coarse);
    assertThat(k.describe()).contains(full ? "simul" : "products in " + precision);
  }

  private static float product(Kernels k, float a, float b) {
    try (Memory x = upload(k, a);
        Memory y = upload(k, b);
        Memory z = upload(k, 0)) {
      k.gemm().gemm(Gemm.of(false, false, 1, 1, 1), x, y, z);
      return download(k, z);
    }
  }

  /// The middle one of nine taps, all others on the margin.
  private static float convolution(Kernels k, float value) {
    var dense = new Conv2d(1, 1, 1, 2, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1);
    var weights = new float[(int) dense.weightNumel()];
    weights[8] = 1;
    try (Memory x = upload(k, value, 0);
        Memory w = upload(k, weights);
        Memory y = upload(k, 0)) {
      k.conv().forward(dense, x, w, null, y);
      return download(k, y);
    }
  }

  @Test
  void otherSetsMultiplyInFloat32Alone() {
    Backend cpu = Backends.select("cpu").backend();
    assertThat(cpu.kernels(DType.F32, 0, Precision.F16)).isEmpty();
    assertThat(cpu.missing(0, Precision.BF16)).contains("it multiplies in f32 alone");
    assertThat(cpu.missing(0, Precision.F32)).isEmpty();
    Kernels k = kernels(Precision.F16);
    try (Memory block = upload(k, 0)) {
      assertThatThrownBy(() -> k.cast().narrow(DType.I32, 0, block, block))
          .hasMessage("[narrow] expected F16 or BF16, got I32");
    }
  }
}
