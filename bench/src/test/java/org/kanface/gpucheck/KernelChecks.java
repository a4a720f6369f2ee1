package org.kanface.gpucheck;

import java.lang.foreign.Arena;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.cases.KernelCase;
import org.kanface.tensor.Device;

/// The table of cases that every kernel set is held to.
final class KernelChecks {
  private static final int SHIFT = 3; // elements away from an aligned address

  private KernelChecks() {}

  static Item item(KernelCase c, Device device) {
    return Item.of(c.toString(), () -> check(c, device.kernels(DType.F32)));
  }

  private static void check(KernelCase c, Kernels kernels) {
    var reference = Backends.kernels("reference", DType.F32);
    try (var arena = Arena.ofShared()) {
      c.run(kernels, SHIFT, arena).requireCloseTo(c.run(reference, SHIFT, arena));
    }
  }

  /// Runs a case for its time alone.
  static void run(KernelCase c, Kernels kernels) {
    try (var arena = Arena.ofShared()) {
      c.run(kernels, 0, arena);
    }
  }
}
