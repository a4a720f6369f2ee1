package org.kanface.kernels.cpu;

import java.util.Optional;
import org.kanface.kernels.Backend;
import org.kanface.kernels.DType;
import org.kanface.kernels.Kernels;

/// Vector-API kernels for float32.
public final class CpuBackend implements Backend {
  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public int preference() {
    return 10;
  }

  @Override
  public Optional<String> missing() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? Optional.empty()
        : Optional.of("the JVM was started without --add-modules jdk.incubator.vector");
  }

  /// Throws [IllegalArgumentException] where the system property `kanface.winograd` holds a word
  /// that it does not know.
  @Override
  public Optional<Kernels> kernels(DType type, int ordinal) {
    WinogradUse.chosen();
    return type == DType.F32 ? Optional.of(new CpuKernels()) : Optional.empty();
  }

  @Override
  public String describe() {
    return Simd.BITS + "-bit vectors";
  }
}
