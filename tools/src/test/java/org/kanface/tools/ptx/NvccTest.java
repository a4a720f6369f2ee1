package org.kanface.tools.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The programs of `src/test/cuda` load as the installed nvcc compiles them today, for an old and a
/// new target and with fast arithmetic; not only as they were compiled once.
final class NvccTest {
  @TempDir private Path folder;

  private static Optional<String> nvcc() {
    String path = System.getenv("PATH");
    return Stream.of((path == null ? "" : path).split(File.pathSeparator))
        .map(p -> Path.of(p, "nvcc"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-arch=compute_80 -use_fast_math", "-arch=compute_90 -G"})
  void loads(String flags) throws IOException, InterruptedException {
    Optional<String> nvcc = nvcc();
    assumeTrue(nvcc.isPresent(), "nvcc is not on the PATH");
    for (String program :
        new String[] {"reductions", "dense", "control", "faulty", "groups", "debug"}) {
      Path ptx = folder.resolve(program + ".ptx");
      var command =
          Stream.concat(
                  Stream.of(nvcc.get(), "-ptx", "src/test/cuda/" + program + ".cu"),
                  Stream.concat(Stream.of(flags.split(" ")), Stream.of("-o", ptx.toString())))
              .toList();
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor()).as(said).isZero();
      try (var device = new SimDevice(SimOptions.DEFAULT)) {
        assertThat(device.load(ptx).kernels()).isNotEmpty();
      }
    }
  }
}
