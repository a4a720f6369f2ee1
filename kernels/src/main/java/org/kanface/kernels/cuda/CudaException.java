package org.kanface.kernels.cuda;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/// A driver call that failed. The message says what was tried, CUDA's name for the error and the
/// driver's text.
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  private CudaException(int status, String message) {
    super(message);
    this.status = status;
  }

  /// CUDA's number for the error.
  public int status() {
    return status;
  }

  /// Throws unless `status` is success; the other arguments say what was tried.
  static void check(int status, String what, Object... arguments) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw of(status, what.formatted(arguments));
    }
  }

  private static CudaException of(int status, String what) {
    var name = new @Nullable String[1];
    var text = new @Nullable String[1];
    JCudaDriver.cuGetErrorName(status, name);
    JCudaDriver.cuGetErrorString(status, text);
    return new CudaException(
        status,
        "%s: %s: %s"
            .formatted(
                what,
                name[0] == null ? "error " + status : name[0],
                text[0] == null ? "no text" : text[0]));
  }
}
