package org.kanface.tools.ptxc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.kernels.cuda.Nvrtc;

/// nvcc, or NVRTC in its place.
final class PtxCompilerTest {
  private static final Nvcc NVCC = new Nvcc(Path.of("nvcc"), "13.0.88");
  private static final RuntimeCompiler NVRTC = new RuntimeCompiler(new Nvrtc("13.0"));
  private static final Pattern ENTRY = Pattern.compile("(?m)^\\.visible \\.entry (\\w+)\\($");

  @Test
  void nvccComesFirst() throws PtxcException {
    assertThat(PtxCompiler.choose(Optional.empty(), Optional.of(NVCC), () -> NVRTC))
        .isEqualTo(NVCC);
    assertThat(PtxCompiler.choose(Optional.empty(), Optional.empty(), () -> NVRTC))
        .isEqualTo(NVRTC);
    assertThat(NVCC.flags(Target.COMPUTE_75)).isEqualTo("-arch=compute_75 -O3 -std=c++17");
    assertThat(NVRTC.name()).isEqualTo("nvrtc 13.0");
    assertThat(NVRTC.flags(Target.COMPUTE_80))
        .isEqualTo("--gpu-architecture=compute_80 --std=c++17");
  }

  @Test
  void saysWhatIsMissing() {
    assertMissing(
        Optional.empty(),
        "nvcc is neither on the PATH nor in /usr/local/cuda/bin, and NVRTC 13 is not installed.");
    assertMissing(Optional.of("nvrtc"), "NVRTC 13 is not installed.");
    assertMissing(
        Optional.of("nvcc"),
        "nvcc is neither on the PATH nor in /usr/local/cuda/bin; it comes with CUDA 13.");
  }

  private static void assertMissing(Optional<String> wanted, String sentence) {
    assertThatThrownBy(
            () ->
                PtxCompiler.choose(
                    wanted,
                    Optional.empty(),
                    () -> {
                      throw new IllegalStateException("NVRTC 13 is not installed");
                    }))
        .isInstanceOf(PtxcException.class)
        .hasMessage(sentence);
  }

  @Test
  void aCompilersNameAloneChangesNothing(@TempDir Path folder) throws Exception {
    String ptx = ".version 9.0\n.target sm_80\n\tret;\n";
    String committed = PtxText.committed(ptx, "k.cu", "ab", "nvcc 13.0.88, -O3");
    Path file = Files.writeString(folder.resolve("k.ptx"), committed);

    assertThat(PtxCompiler.isSame(file, PtxText.committed(ptx, "k.cu", "ab", "nvrtc 13.0, -x")))
        .isTrue();
    assertThat(PtxCompiler.isSame(file, PtxText.committed(ptx, "k.cu", "cd", "nvcc 13.0.88, -O3")))
        .isFalse();
    assertThat(PtxCompiler.isSame(folder.resolve("none"), committed)).isFalse();
  }

  @Test
  void anUnknownCompilerIsRefused() {
    var said = new ByteArrayOutputStream();
    var err = new PrintStream(said, true, StandardCharsets.UTF_8);

    assertThat(Ptxc.run(Path.of(".."), List.of("--compiler", "gcc"), err, err)).isEqualTo(2);
    assertThat(Ptxc.run(Path.of(".."), List.of("--compiler"), err, err)).isEqualTo(2);
    assertThat(said.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "ptxc: --compiler: expected nvcc or nvrtc, got 'gcc'.",
            "ptxc: --compiler: expected nvcc or nvrtc, got ''.");
  }

  @Test
  void nvrtcGivesTheSameKernels() throws IOException, PtxcException {
    RuntimeCompiler nvrtc = nvrtc();
    var sources = new Sources(Path.of(".."));
    for (Target target : Target.values()) {
      String text = nvrtc.compile(sources.source("cast"), target);
      String committed = Files.readString(sources.ptx("cast", target));
      assertThat(entries(text)).isEqualTo(entries(committed)).isNotEmpty();
      assertThat(PtxText.sourceHash(text)).isEqualTo(PtxText.sourceHash(committed));
      assertThat(PtxText.compiler(text)).isEqualTo(nvrtc.name());
    }
  }

  @Test
  void nvrtcSaysWhatIsWrong(@TempDir Path folder) throws IOException {
    RuntimeCompiler nvrtc = nvrtc();
    Path source = Files.writeString(folder.resolve("bad.cu"), "__global__ void k() { y = 1; }");

    assertThatThrownBy(() -> nvrtc.compile(source, Target.COMPUTE_80))
        .isInstanceOf(PtxcException.class)
        .hasMessageStartingWith("bad.cu: NVRTC failed with NVRTC_ERROR_COMPILATION:")
        .hasMessageContaining("bad.cu(1): error: identifier \"y\" is undefined");
  }

  private static RuntimeCompiler nvrtc() {
    try {
      return RuntimeCompiler.load();
    } catch (IllegalStateException e) {
      assumeTrue(false, e.getMessage());
      throw e;
    }
  }

  private static List<String> entries(String ptx) {
    return ENTRY.matcher(ptx).results().map(m -> m.group(1)).toList();
  }
}
