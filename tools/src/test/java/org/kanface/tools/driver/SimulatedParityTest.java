package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.cases.KernelCase;
import org.kanface.kernels.cases.KernelCases;

/// The table of cases that proves the CPU's kernels, on the CUDA kernels: through JCuda, its JNI
/// library and the simulated driver, cuBLAS and cuDNN, at odd addresses (`-Dkanface.shift=0`: at
/// aligned ones). Then some of random sizes, at both kinds of addresses, more of them with
/// `-Dkanface.sim=full`.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SimulatedParityTest {
  private static final int FEW = 2; // seeds
  private static final int MANY = 150;
  private static final int SHIFT = 3; // elements away from an aligned address

  @TestFactory
  Stream<DynamicTest> agreesWithReference() {
    String only = System.getProperty("kanface.cases", "");
    return KernelCases.FAMILIES.stream()
        .filter(f -> only.isEmpty() || only.equals(f))
        .map(f -> DynamicTest.dynamicTest(f, () -> check(f)));
  }

  @Test
  void agreesForRandomSizes() {
    boolean full = "full".equals(System.getProperty("kanface.sim"));
    check(KernelCases.random(full ? MANY : FEW).toList(), SHIFT);
    check(KernelCases.random(full ? MANY : FEW).toList(), 0); // what moves 16 bytes at once
  }

  private static void check(String family) {
    int shift = Integer.getInteger("kanface.shift", SHIFT);
    check(KernelCases.of(family).toList(), shift);
  }

  private static void check(List<KernelCase> cases, int shift) {
    var kernels = Backends.kernels("cuda-sim", DType.F32);
    var reference = Backends.kernels("reference", DType.F32);
    var failures = new ArrayList<String>();
    for (KernelCase c : cases) {
      check(c, shift, kernels, reference, failures);
    }
    assertThat(failures).isEmpty();
  }

  private static void check(
      KernelCase c, int shift, Kernels kernels, Kernels reference, List<String> failures) {
    try (var arena = Arena.ofShared()) {
      c.run(kernels, shift, arena).requireCloseTo(c.run(reference, shift, arena));
    } catch (AssertionError | RuntimeException e) {
      failures.add(e instanceof AssertionError ? String.valueOf(e.getMessage()) : c + ": " + e);
    }
  }
}
