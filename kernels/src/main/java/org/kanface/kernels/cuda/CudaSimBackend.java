package org.kanface.kernels.cuda;

import java.util.Optional;
import org.kanface.kernels.Backend;
import org.kanface.kernels.DType;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Precision;

/// The kernels of [CudaBackend] on a simulated GPU: the same PTX through the same JNI library, on a
/// driver that runs it on the CPU. For tests; thousands of times slower than a GPU.
public final class CudaSimBackend implements Backend {
  @Override
  public String name() {
    return "cuda-sim";
  }

  @Override
  public int preference() {
    return -10; // never `auto`: there is always the reference
  }

  @Override
  public Optional<String> missing() {
    return missing(0);
  }

  @Override
  public Optional<String> missing(int ordinal) {
    return CudaDriver.missing(CudaDriver.Kind.SIMULATED, ordinal);
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
    return CudaDriver.context(CudaDriver.Kind.SIMULATED, ordinal);
  }

  @Override
  public String describe() {
    return CudaDriver.standIn();
  }
}
