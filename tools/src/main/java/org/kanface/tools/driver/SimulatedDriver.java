package org.kanface.tools.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kanface.kernels.DriverStandIn;

/// `libcuda.so.1` on top of the PTX simulator: one device, whose kernels run on the CPU.
///
/// Whatever a JNI library imports and this driver does not have fails with
/// `CUDA_ERROR_NOT_SUPPORTED`, and the error's text names the call. Kernels run when they are
/// launched; a fault stays in the context as it does on hardware, and its text says where it was.
///
/// Callers of JCuda put no Java array behind a pointer that a call here reads: JCuda holds it in a
/// critical section meanwhile, in which this driver, being Java, cannot wait for the garbage
/// collector.
public final class SimulatedDriver implements DriverStandIn {
  private static final DriverState STATE = new DriverState(SimSettings.ofProperties());

  private static boolean loaded;

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
    synchronized (SimulatedDriver.class) {
      ElfImports imports = ElfImports.of(natives);
      if (loaded || !imports.libraries().contains("libcuda.so.1")) {
        return;
      }
      loaded = true;
      Path folder = Files.createTempDirectory("kanface-driver");
      try {
        var errors = new ErrorCalls();
        new Upcalls(
                errors,
                errors,
                new DeviceCalls(STATE),
                new MemoryCalls(STATE),
                new StreamCalls(STATE),
                new ModuleCalls(STATE),
                new LaunchCalls(STATE))
            .load(folder, "libcuda.so.1", null, imports.symbols(s -> s.matches("cu[A-Z].*")));
      } finally {
        Files.delete(folder);
      }
    }
  }
}
