package org.kanface.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.cases.KernelCase;
import org.kanface.kernels.cases.KernelCases;

/// The vector kernels at every width that the machine has, each in a JVM of its own: the width is
/// fixed once the kernels' classes are loaded.
class VectorWidthTest {
  private static final List<String> FAMILIES =
      List.of("mlp", "norm", "reduce", "elementwise", "loss", "optimizer");
  private static final long MINUTES = 20;

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void kernelsAgreeWithReferenceAt(int bits) throws IOException, InterruptedException {
    int widest = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    Assumptions.assumeTrue(bits <= widest, "this machine has vectors of " + widest + " bits");
    Assumptions.assumeTrue(bits != Simd.BITS, "the other tests run at this width");
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-Dkanface.vector.bits=" + bits,
                "-cp",
                System.getProperty("java.class.path"),
                VectorWidthTest.class.getName(),
                String.valueOf(bits))
            .redirectErrorStream(true)
            .start();
    String output;
    try (var in = process.getInputStream()) {
      output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }

  /// Runs in the other JVM: all cases of the families and all sweeps of the functions.
  public static void main(String[] arguments) throws ReflectiveOperationException {
    if (Simd.BITS != Integer.parseInt(arguments[0])) {
      throw new IllegalStateException("vectors of " + Simd.BITS + " bits");
    }
    var failures = new ArrayList<String>();
    for (String family : FAMILIES) {
      KernelCases.of(family).forEach(c -> check(c, failures));
    }
    for (var method : VectorMathTest.class.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)) {
        method.invoke(new VectorMathTest());
      }
    }
    failures.forEach(System.out::println);
    System.exit(failures.isEmpty() ? 0 : 1);
  }

  private static void check(KernelCase c, List<String> failures) {
    try (var arena = Arena.ofShared()) {
      var reference = Backends.kernels("reference", DType.F32);
      var cpu = Backends.kernels("cpu", DType.F32);
      c.run(cpu, 3, arena).requireCloseTo(c.run(reference, 3, arena));
    } catch (AssertionError | RuntimeException e) {
      failures.add(e instanceof AssertionError ? e.getMessage() : c + ": " + e);
    }
  }
}
