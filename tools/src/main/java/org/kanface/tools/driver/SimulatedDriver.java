package org.kanface.tools.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DriverStandIn;

/// `libcuda.so.1` on top of the PTX simulator: one device, whose kernels run on the CPU; and the
/// parts of cuBLAS and cuDNN that this project uses, in plain loops on that device's memory.
///
/// Whatever a JNI library imports and is not here fails with `CUDA_ERROR_NOT_SUPPORTED` or the
/// like, and the error's text names the call. Kernels run when they are
/// launched; a fault stays in the context as it does on hardware, and its text says where it was.
///
/// Callers of JCuda put no Java array behind a pointer that a call here reads: JCuda holds it in a
/// critical section meanwhile, in which this driver, being Java, cannot wait for the garbage
/// collector.
public final class SimulatedDriver implements DriverStandIn {
  private static final DriverState STATE = new DriverState(SimSettings.ofProperties());

  private static final Set<Library> LOADED = EnumSet.noneOf(Library.class);

  @Override
  public String describe() {
    return STATE.settings.name();
  }

  /// What the last context that was destroyed still held, in words: `2 blocks of 1,024 bytes`.
  public static List<String> leaks() {
    return STATE.leaks();
  }

  @Override
  public void load(Path natives) throws IOException {
    synchronized (LOADED) {
      ElfImports imports = ElfImports.of(natives);
      for (Library library : Library.values()) {
        if (imports.libraries().contains(library.soname) && LOADED.add(library)) {
          load(library, imports.symbols(s -> s.matches(library.functions)));
        }
      }
    }
  }

  private static void load(Library library, List<String> wanted) throws IOException {
    Path folder = Files.createTempDirectory("kanface-driver");
    try {
      library.calls().load(folder, library.soname, library.version, wanted);
    } finally {
      Files.delete(folder);
    }
  }

  /// What JCuda's natives are linked against.
  private enum Library {
    DRIVER("libcuda.so.1", null, "cu[A-Z].*"),
    BLAS("libcublas.so.12", "libcublas.so.12", "cublas[A-Z].*"),
    DNN("libcudnn.so.9", "libcudnn.so.9", "cudnn[A-Z].*");

    private final String soname;
    private final @Nullable String version; // of the symbols
    private final String functions;

    Library(String soname, @Nullable String version, String functions) {
      this.soname = soname;
      this.version = version;
      this.functions = functions;
    }

    private Upcalls calls() {
      return switch (this) {
        case DRIVER -> {
          var errors = new ErrorCalls();
          yield new Upcalls(
              errors,
              errors,
              new DeviceCalls(STATE),
              new MemoryCalls(STATE),
              new StreamCalls(STATE),
              new ModuleCalls(STATE),
              new LaunchCalls(STATE),
              new GraphCalls(STATE));
        }
        case BLAS -> {
          var blas = new BlasCalls(STATE);
          yield new Upcalls(
              new LibraryFailures("cuBLAS", BlasStatus.codes()), blas, new GemmCalls(blas));
        }
        case DNN -> {
          var dnn = new DnnCalls(STATE);
          yield new Upcalls(
              new LibraryFailures("cuDNN", DnnStatus.codes()), dnn, new ConvolutionCalls(dnn));
        }
      };
    }
  }
}
