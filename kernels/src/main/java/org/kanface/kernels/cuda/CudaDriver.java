package org.kanface.kernels.cuda;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DriverStandIn;

/// The one CUDA driver of a process: NVIDIA's, or what stands in for it. JCuda's natives bind to
/// whichever is loaded first and cannot be told otherwise later.
final class CudaDriver {
  /// Which driver.
  enum Kind {
    NVIDIA,
    SIMULATED
  }

  private static final int CUDA_13 = 13_000;
  private static final Optional<DriverStandIn> STAND_IN =
      ServiceLoader.load(DriverStandIn.class, CudaDriver.class.getClassLoader()).findFirst();
  private static final Map<Integer, CudaContext> CONTEXTS = new HashMap<>();
  private static final Map<NvidiaLibrary, Optional<String>> LIBRARIES = new HashMap<>();
  private static final Set<Natives> LOADED = EnumSet.noneOf(Natives.class);

  private static @Nullable Kind opened;
  private static @Nullable DriverProbe probe;

  private CudaDriver() {}

  /// Empty where device `ordinal` of a driver can be used in this process, else why it cannot.
  static synchronized Optional<String> missing(Kind kind, int ordinal) {
    if (opened != null && opened != kind) {
      return Optional.of(
          opened == Kind.NVIDIA
              ? "this process already uses NVIDIA's driver"
              : "this process already uses the simulated driver");
    }
    if (kind == Kind.SIMULATED) {
      if (STAND_IN.isEmpty()) {
        return Optional.of(
            "the module kanface-tools, which simulates it, is not on the class path");
      }
      return ordinal == 0
          ? Optional.empty()
          : Optional.of("there is device 0 alone, got " + ordinal);
    }
    if (probe == null) {
      probe = DriverProbe.here();
    }
    int version = probe.version();
    return probe
        .missing(ordinal)
        .or(() -> missing(NvidiaLibrary.CUBLAS).filter(_ -> !hasNewBlas(version)));
  }

  /// Empty where NVIDIA's first GPU has been opened, else why it cannot be used.
  ///
  /// @param convolves whether cuDNN is needed too
  static synchronized Optional<String> missingForAuto(boolean convolves) {
    return missing(Kind.NVIDIA, 0)
        .or(() -> convolves ? missing(NvidiaLibrary.CUDNN) : Optional.empty())
        .or(CudaDriver::refusal);
  }

  /// What the driver says where its first GPU cannot be opened, as while another process has it for
  /// itself.
  private static Optional<String> refusal() {
    try {
      context(Kind.NVIDIA, 0);
      return Optional.empty();
    } catch (CudaException | UnsatisfiedLinkError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// Whether cuBLAS 13 is there, and the driver new enough for it.
  private static boolean hasNewBlas(int version) {
    return version >= CUDA_13 && missing(NvidiaLibrary.CUBLAS_13).isEmpty();
  }

  /// Empty where a library can be used beside NVIDIA's driver, else one sentence.
  private static Optional<String> missing(NvidiaLibrary library) {
    return LIBRARIES.computeIfAbsent(library, NvidiaLibrary::missing);
  }

  /// Makes a library callable through its JNI library; throws [IllegalStateException] where it is
  /// not installed.
  static synchronized void load(NvidiaLibrary library, Natives natives) {
    if (LOADED.contains(natives)) {
      return;
    }
    NvidiaLibrary found = library;
    if (opened == Kind.NVIDIA && missing(library).isPresent()) {
      if (!library.equals(NvidiaLibrary.CUBLAS) || probe == null || !hasNewBlas(probe.version())) {
        throw new IllegalStateException(missing(library).get());
      }
      found = NvidiaLibrary.CUBLAS_13;
    }
    natives.load(
        opened == Kind.SIMULATED ? STAND_IN.orElseThrow() : null, library.file(), found.file());
    LOADED.add(natives);
  }

  /// The context of a device; throws [IllegalStateException] where [#missing] is not empty.
  static synchronized CudaContext context(Kind kind, int ordinal) {
    missing(kind, ordinal)
        .ifPresent(
            why -> {
              throw new IllegalStateException("this device cannot be used: " + why);
            });
    if (opened == null) {
      Natives.DRIVER.load(kind == Kind.SIMULATED ? STAND_IN.orElseThrow() : null, "", "");
      opened = kind;
      CudaException.check(JCudaDriver.cuInit(0), "starting the CUDA driver");
    }
    return CONTEXTS.computeIfAbsent(ordinal, n -> new CudaContext(backend(kind), n));
  }

  private static String backend(Kind kind) {
    return kind == Kind.NVIDIA ? "cuda" : "cuda-sim";
  }

  /// What stands in for NVIDIA's driver, in a few words; empty where nothing does.
  static String standIn() {
    return STAND_IN.map(DriverStandIn::describe).orElse("");
  }
}
