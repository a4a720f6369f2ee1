package org.kanface.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.Epilogue.Activation;

/// Products and convolutions with the vectors of other machines: the width is fixed when a JVM
/// starts, so each runs in its own.
class GemmWidthTest {
  private static final long SMALL = 2_000_000; // operations: the reference computes them too

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void agreesWithReference(int bits) throws IOException, InterruptedException {
    int widest = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    Assumptions.assumeTrue(bits <= widest, "this machine has vectors of " + widest + " bits");
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:Tier3DelayOn=100000",
                "-Dkanface.vector.bits=" + bits,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Child.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(output).contains("agrees at " + bits + " bits");
    assertThat(process.exitValue()).isZero();
  }

  /// What runs in the other JVM.
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      var gemm = new GemmCpuTest();
      GemmCpuTest.shapes().filter(s -> s.flops() < SMALL).forEach(gemm::agreesWithReference);
      gemm.appliesEpilogues(Activation.GELU);
      var conv = new ConvCpuTest();
      ConvCpuTest.shapes().filter(s -> s.flops() < SMALL).forEach(conv::agreesWithReference);
      System.out.println("agrees at " + Simd.BITS + " bits");
    }
  }
}
