package org.kanface.kernels.cuda;

import static jcuda.jcudnn.JCudnn.cudnnCreate;
import static jcuda.jcudnn.JCudnn.cudnnGetErrorString;
import static jcuda.jcudnn.JCudnn.cudnnGetVersion;
import static jcuda.jcudnn.JCudnn.cudnnSetStream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnStatus;
import jcuda.runtime.cudaStream_t;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Precision;

/// cuDNN on a context's stream, and the convolutions that were planned so far.
final class CudaDnn {
  private static final int MAJOR = 9;

  private final CudaContext context;
  private final cudnnHandle handle = new cudnnHandle();
  private CUstream current;
  private final Map<Asked, CudnnConvolution> convolutions = new HashMap<>();
  private final ByteBuffer factors =
      ByteBuffer.allocateDirect(2 * Float.BYTES)
          .order(ByteOrder.nativeOrder())
          .putFloat(0, 1)
          .putFloat(Float.BYTES, 0);

  /// Throws [IllegalStateException] where the library is of another major version.
  CudaDnn(CudaContext context) {
    this.context = context;
    long version = cudnnGetVersion();
    if (version / 10_000 != MAJOR) {
      throw new IllegalStateException(
          "cuDNN 9 is needed, this is cuDNN %d.%d"
              .formatted(version / 10_000, version % 10_000 / 100));
    }
    context.enter();
    check(cudnnCreate(handle), "starting cuDNN on %s", context);
    current = context.stream().handle();
    use(current);
  }

  private void use(CUstream stream) {
    check(cudnnSetStream(handle, new cudaStream_t(stream)), "using a stream");
    current = stream;
  }

  /// Its calls go to this stream from now on.
  void on(CUstream stream) {
    if (!stream.equals(current)) {
      use(stream);
    }
  }

  cudnnHandle handle() {
    return handle;
  }

  CudaContext context() {
    return context;
  }

  Pointer one() {
    return Pointer.to(factors);
  }

  Pointer zero() {
    return Pointer.to(factors).withByteOffset(Float.BYTES);
  }

  private record Asked(Conv2d shape, Precision precision) {}

  /// What is known about a convolution, planned when first asked for.
  synchronized CudnnConvolution convolution(Conv2d shape, Precision precision) {
    return convolutions.computeIfAbsent(
        new Asked(shape, precision), _ -> new CudnnConvolution(this, shape, precision));
  }

  static void check(int status, String what, Object... arguments) {
    if (status != cudnnStatus.CUDNN_STATUS_SUCCESS) {
      throw new CudaException(
          status, what.formatted(arguments), "cuDNN error " + status, cudnnGetErrorString(status));
    }
  }
}
