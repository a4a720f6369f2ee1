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

/// cuDNN on a context's stream, and the convolutions that were planned so far. A call's workspace
/// is bounded: to 512 MiB, or to the bytes that `kanface.cudnn.workspace` says ([CudnnPlan]).
final class CudaDnn {
  private static final int MAJOR = 9;
  private static final long WORKSPACE = 512L << 20; // bytes

  private final CudaContext context;
  private final cudnnHandle handle = new cudnnHandle();
  private CUstream current;
  private final Map<Described, CudnnConvolution> convolutions = new HashMap<>();
  private final Map<Planned, CudnnPlan> plans = new HashMap<>();
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

  private record Described(Conv2d shape, Precision precision, int format) {}

  /// What cuDNN knows about a convolution, described when first asked for.
  synchronized CudnnConvolution convolution(Conv2d shape, Precision precision, int format) {
    return convolutions.computeIfAbsent(
        new Described(shape, precision, format),
        _ -> new CudnnConvolution(this, shape, precision, format));
  }

  private record Planned(Conv2d shape, Precision precision, CudnnPass pass, long limit) {}

  /// How a batch is computed, decided when first asked for.
  synchronized CudnnPlan plan(Conv2d shape, Precision precision, CudnnPass pass) {
    long limit = Math.max(1, Long.getLong("kanface.cudnn.workspace", WORKSPACE));
    var planned = new Planned(shape, precision, pass, limit);
    CudnnPlan plan = plans.get(planned);
    if (plan == null) {
      plan = CudnnPlan.of(this, shape, precision, pass, limit);
      plans.put(planned, plan);
    }
    return plan;
  }

  static void check(int status, String what, Object... arguments) {
    if (status != cudnnStatus.CUDNN_STATUS_SUCCESS) {
      throw new CudaException(
          status, what.formatted(arguments), "cuDNN error " + status, cudnnGetErrorString(status));
    }
  }
}
