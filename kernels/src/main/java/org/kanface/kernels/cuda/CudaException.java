package org.kanface.kernels.cuda;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/// A call of the driver, cuBLAS or cuDNN that failed. The message says what was tried, NVIDIA's
/// name for the error and the library's text.
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /// @param what was tried
  /// @param name of the error
  /// @param text the library's
  CudaException(int status, String what, @Nullable String name, @Nullable String text) {
    super(
        "%s: %s: %s"
            .formatted(
                what, name == null ? "error " + status : name, text == null ? "no text" : text));
    this.status = status;
  }

  /// The library's number for the error.
  public int status() {
    return status;
  }

  /// Throws unless `status` of a driver call is success; the other arguments say what was tried.
  static void check(int status, String what, Object... arguments) {
    if (status != CUresult.CUDA_SUCCESS) {
      var name = new @Nullable String[1];
      var text = new @Nullable String[1];
      JCudaDriver.cuGetErrorName(status, name);
      JCudaDriver.cuGetErrorString(status, text);
      throw new CudaException(status, what.formatted(arguments), name[0], text[0]);
    }
  }
}
