package org.kanface.tools.ptxc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kanface.kernels.cuda.Nvrtc;

/// NVRTC, which compiles as nvcc's device side does, and optimises as with `-O3` unless told
/// otherwise.
record RuntimeCompiler(Nvrtc library) implements PtxCompiler {
  /// Throws [IllegalStateException] with one sentence where it is not installed.
  static RuntimeCompiler load() {
    return new RuntimeCompiler(Nvrtc.load());
  }

  static List<String> options(Target target) {
    return List.of("--gpu-architecture=" + target.architecture(), "--std=c++17");
  }

  @Override
  public String name() {
    return "nvrtc " + library.version();
  }

  @Override
  public String flags(Target target) {
    return String.join(" ", options(target));
  }

  @Override
  public String ptx(Path source, Target target) throws IOException, PtxcException {
    try {
      return library.ptx(
          String.valueOf(source.getFileName()), Files.readString(source), options(target));
    } catch (IllegalArgumentException e) {
      throw new PtxcException(String.valueOf(e.getMessage()));
    }
  }
}
