package org.kanface.kernels.cuda;

import java.util.List;
import java.util.Optional;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;
import jcuda.nvrtc.nvrtcResult;
import org.jspecify.annotations.Nullable;

/// NVRTC, NVIDIA's compiler in a library: CUDA C to PTX, without nvcc, driver or GPU.
///
/// It comes with CUDA 12 and 13. JCuda's natives are for that of CUDA 12; that of CUDA 13 lacks two
/// functions of them, NVVM's, which nothing here calls. Its own includes are not needed: a source
/// brings all that it names.
///
/// @param version for example `13.0`; of CUDA, without the number of the build
public record Nvrtc(String version) {
  private static @Nullable Nvrtc loaded;

  /// The newest that is installed; throws [IllegalStateException] with one sentence where none is.
  public static synchronized Nvrtc load() {
    if (loaded == null) {
      Optional<String> missing = NvidiaLibrary.NVRTC_13.missing();
      NvidiaLibrary found = missing.isEmpty() ? NvidiaLibrary.NVRTC_13 : NvidiaLibrary.NVRTC;
      if (missing.isPresent() && found.missing().isPresent()) {
        throw new IllegalStateException(missing.get());
      }
      Natives.NVRTC.load(null, NvidiaLibrary.NVRTC.file(), found.file());
      var major = new int[1];
      var minor = new int[1];
      require(JNvrtc.nvrtcVersion(major, minor), "asking NVRTC for its version");
      loaded = new Nvrtc(major[0] + "." + minor[0]);
    }
    return loaded;
  }

  /// The PTX of a source, which includes nothing.
  ///
  /// Throws [IllegalArgumentException] with what the compiler says where it refuses the source.
  ///
  /// @param name of the file, for messages
  /// @param options as NVRTC spells them, for example `--gpu-architecture=compute_75`
  public String ptx(String name, String source, List<String> options) {
    var program = new nvrtcProgram();
    int status = JNvrtc.nvrtcCreateProgram(program, source, name, 0, null, null);
    require(status, "giving " + name + " to NVRTC");
    try {
      status = JNvrtc.nvrtcCompileProgram(program, options.size(), options.toArray(String[]::new));
      if (status != nvrtcResult.NVRTC_SUCCESS) {
        var log = new String[1];
        require(JNvrtc.nvrtcGetProgramLog(program, log), "asking NVRTC what is wrong with " + name);
        throw new IllegalArgumentException(
            "%s: NVRTC failed with %s:%n%s"
                .formatted(name, nvrtcResult.stringFor(status), log[0].strip()));
      }
      var ptx = new String[1];
      require(JNvrtc.nvrtcGetPTX(program, ptx), "asking NVRTC for the PTX of " + name);
      return ptx[0];
    } finally {
      require(JNvrtc.nvrtcDestroyProgram(program), "freeing " + name);
    }
  }

  private static void require(int status, String what) {
    if (status != nvrtcResult.NVRTC_SUCCESS) {
      throw new IllegalStateException(what + " failed with " + nvrtcResult.stringFor(status));
    }
  }
}
