package org.kanface.kernels.cuda;

import java.util.Optional;
import org.kanface.kernels.Backend;
import org.kanface.kernels.DType;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Precision;

/// Kernels on NVIDIA GPUs, through JCuda; needs cuBLAS 12 or 13 beside the driver.
public final class CudaBackend implements Backend {
  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int preference() {
    return 20;
  }

  @Override
  public Optional<String> missing() {
    return missing(0);
  }

  @Override
  public Optional<String> missing(int ordinal) {
    return CudaDriver.missing(CudaDriver.Kind.NVIDIA, ordinal);
  }

  @Override
  public Optional<String> missingForAuto(boolean convolves) {
    return CudaDriver.missingForAuto(convolves);
  }

  @Override
  public Optional<Kernels> kernels(DType type, int ordinal) {
    return kernels(type, ordinal, Precision.F32);
  }

  @Override
  public Optional<Kernels> kernels(DType type, int ordinal, Precision precision) {
    return type == DType.F32
        ? Optional.of(new CudaKernels(context(ordinal), precision))
        : Optional.empty();
  }

  @Override
  public Optional<String> missing(int ordinal, Precision precision) {
    return context(ordinal).missing(precision);
  }

  private static CudaContext context(int ordinal) {
    return CudaDriver.context(CudaDriver.Kind.NVIDIA, ordinal);
  }

  @Override
  public String describe() {
    return CudaDriver.context(CudaDriver.Kind.NVIDIA, 0).describe();
  }
}
