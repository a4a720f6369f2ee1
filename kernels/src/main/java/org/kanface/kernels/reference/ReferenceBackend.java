package org.kanface.kernels.reference;

import java.util.Optional;
import org.kanface.kernels.Backend;
import org.kanface.kernels.DType;
import org.kanface.kernels.Kernels;

/// Plain loops in double: slow, readable, and what everything else is tested against.
public final class ReferenceBackend implements Backend {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public Optional<Kernels> kernels(DType type, int ordinal) {
    return type == DType.F32 || type == DType.F64
        ? Optional.of(new ReferenceKernels(type))
        : Optional.empty();
  }
}
