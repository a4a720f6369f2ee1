package org.kanface.tools.ptxc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The committed PTX belongs to the sources that lie beside it.
final class CommittedPtxTest {
  private static final Sources SOURCES = new Sources(Path.of(".."));

  static Stream<String> families() throws IOException {
    return SOURCES.families().stream();
  }

  @ParameterizedTest
  @MethodSource("families")
  void isMadeFromItsSource(String family) throws IOException {
    for (Target target : Target.values()) {
      assertThat(PtxText.sourceHash(Files.readString(SOURCES.ptx(family, target))))
          .as("%s.cu has changed since %s was made: run tools/ptxc", family, target)
          .isEqualTo(Sources.sha256(SOURCES.source(family)));
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void isWhatTheCompilerGives(String family) throws IOException, PtxcException {
    var nvcc = Nvcc.find();
    assumeTrue(nvcc.isPresent(), "nvcc is neither on the PATH nor in /usr/local/cuda/bin");
    for (Target target : Target.values()) {
      String committed = Files.readString(SOURCES.ptx(family, target));
      assumeTrue(
          PtxText.compiler(committed).equals(nvcc.get().name()),
          () -> "made with " + PtxText.compiler(committed) + ", here is " + nvcc.get().name());
      assertThat(nvcc.get().compile(SOURCES.source(family).toRealPath(), target))
          .as("%s for %s: run tools/ptxc", family, target)
          .isEqualTo(committed);
    }
  }

  @Test
  void everyPtxHasASource() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES.ptx("any", Target.COMPUTE_75).getParent())) {
      assertThat(files.map(p -> p.getFileName().toString().split("\\.")[0]).distinct())
          .containsExactlyInAnyOrderElementsOf(SOURCES.families());
    }
  }

  @Test
  void newerInstructionsAreRefused() {
    String ptx = ".version 9.0\n.target sm_80\n\tadd.f32x2 %d1, %d2, %d3;\n";
    assertThatThrownBy(() -> PtxText.committed(ptx, "sum.cu", "0", "nvcc 13"))
        .isInstanceOf(PtxcException.class)
        .hasMessage(
            "sum.cu: the PTX has '.f32x2', which came with PTX ISA 8.6; expected nothing newer"
                + " than 7.0.");
  }

  @Test
  void commentsAndTheVersionAreReplaced() throws PtxcException {
    String ptx = "//\n// Generated at home\n//\n\n.version 9.0\n.target sm_80\n\n\tret; // x\n";
    assertThat(PtxText.committed(ptx, "k.cu", "ab", "nvcc 13.0"))
        .isEqualTo(
            """
            // Made by tools/ptxc from k.cu; not to be edited.
            // source sha256 ab
            // compiler nvcc 13.0
            .version 7.0
            .target sm_80
            \tret;
            """);
  }
}
