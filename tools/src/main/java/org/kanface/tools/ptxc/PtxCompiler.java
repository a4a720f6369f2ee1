package org.kanface.tools.ptxc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/// What turns CUDA C into PTX: [Nvcc], or [RuntimeCompiler] where that is not installed. The
/// committed files are nvcc's.
sealed interface PtxCompiler permits Nvcc, RuntimeCompiler {
  /// Name and version, as committed files have them: two words.
  String name();

  /// Its words for the way it compiles for a target, as committed files have them.
  String flags(Target target);

  /// The PTX of `source` as the compiler gives it.
  String ptx(Path source, Target target) throws IOException, PtxcException;

  /// PTX of `source` for `target` in its committed form.
  default String compile(Path source, Target target) throws IOException, PtxcException {
    return PtxText.committed(
        ptx(source, target),
        String.valueOf(source.getFileName()),
        Sources.sha256(source),
        name() + ", " + flags(target));
  }

  /// The one called `wanted`, `nvcc` or `nvrtc`; where that is empty, the first of these that is
  /// installed.
  ///
  /// @throws PtxcException with one sentence where there is none
  static PtxCompiler find(Optional<String> wanted) throws IOException, PtxcException {
    boolean nvcc = !wanted.equals(Optional.of("nvrtc"));
    return choose(wanted, nvcc ? Nvcc.find() : Optional.empty(), RuntimeCompiler::load);
  }

  /// The same of these two; the second throws [IllegalStateException] where it is missing.
  static PtxCompiler choose(
      Optional<String> wanted, Optional<Nvcc> nvcc, Supplier<? extends PtxCompiler> nvrtc)
      throws PtxcException {
    if (nvcc.isPresent()) {
      return nvcc.get();
    }
    String absent = "nvcc is neither on the PATH nor in /usr/local/cuda/bin";
    if (wanted.equals(Optional.of("nvcc"))) {
      throw new PtxcException(absent + "; it comes with CUDA 13.");
    }
    try {
      return nvrtc.get();
    } catch (IllegalStateException e) {
      throw new PtxcException(
          "%s%s.".formatted(wanted.isPresent() ? "" : absent + ", and ", e.getMessage()));
    }
  }

  /// Whether a committed file says the same as `text`, but for the compiler's name.
  static boolean isSame(Path file, String text) throws IOException {
    return Files.exists(file)
        && PtxText.withoutCompiler(Files.readString(file)).equals(PtxText.withoutCompiler(text));
  }
}
