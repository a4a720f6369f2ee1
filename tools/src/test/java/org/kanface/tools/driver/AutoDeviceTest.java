package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;

/// What `auto` takes beside a driver: the simulated one, loaded under the name of NVIDIA's, each
/// time in a JVM of its own, since a process keeps its driver.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class AutoDeviceTest {
  /// Loads the stand-ins for what the named natives need, and says what `auto` takes for work with
  /// convolutions and without, and what its kernels calculate.
  static final class Program {
    private Program() {}

    public static void main(String[] natives) throws IOException {
      Path folder = Path.of(natives[0]);
      for (int i = 1; i < natives.length; i++) {
        String file = "lib%s-12.6.0-linux-x86_64.so".formatted(natives[i]);
        Path unpacked = folder.resolve(natives[i]);
        try (var in = Program.class.getResourceAsStream("/lib/" + file)) {
          Files.copy(Objects.requireNonNull(in), unpacked);
        }
        new SimulatedDriver().load(unpacked);
      }
      say(Backends.auto(true));
      say(Backends.auto(false));
    }

    private static void say(Backends.Choice choice) {
      Kernels kernels = choice.backend().kernels(DType.F32, choice.ordinal()).orElseThrow();
      try (var block = kernels.allocate(4);
          var host = HostMemory.of(20f)) {
        kernels.copy(host, block, 4);
        kernels.elementwise().affine(1, 2, 2, block, block);
        kernels.copy(block, host, 4);
        System.out.printf(
            "%s (%s) %s%n",
            choice.backend().name(),
            choice.reason(),
            host.segment().get(ValueLayout.JAVA_FLOAT, 0));
      }
    }
  }

  private static List<String> taken(String... natives) throws IOException {
    assumeFalse(
        Files.exists(Path.of("/proc/driver/nvidia/version")), "this machine has NVIDIA's driver");
    Path folder = Files.createTempDirectory("kanface-auto");
    var command =
        new ArrayList<String>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                folder.toString()));
    command.addAll(List.of(natives));
    try {
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .toList();
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  @Test
  void aGpuWithItsLibrariesIsTaken() throws IOException {
    assertThat(taken("JCudaDriver", "JCublas2", "JCudnn"))
        .containsExactly("cuda (the first choice) 42.0", "cuda (the first choice) 42.0");
  }

  @Test
  void withoutCudnnItIsTakenForWorkThatNeedsNone() throws IOException {
    List<String> said = taken("JCudaDriver", "JCublas2");
    assertThat(said).hasSize(2);
    assertThat(said.getFirst())
        .startsWith("cpu (no cuda: cuDNN 9 is not installed: ")
        .endsWith(") 42.0");
    assertThat(said.getLast()).isEqualTo("cuda (the first choice) 42.0");
  }

  @Test
  void withoutCublasOrDriverTheCpuIsTaken() throws IOException {
    assertThat(taken("JCudaDriver"))
        .hasSize(2)
        .allMatch(line -> line.startsWith("cpu (no cuda: cuBLAS 12 is not installed: "));
    assertThat(taken())
        .hasSize(2)
        .containsOnly(
            "cpu (no cuda: there is no NVIDIA driver (libcuda.so.1 is not installed)) 42.0");
  }
}
