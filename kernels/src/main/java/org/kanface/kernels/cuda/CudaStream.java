package org.kanface.kernels.cuda;

import static jcuda.driver.CUstream_flags.CU_STREAM_NON_BLOCKING;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;
import static org.kanface.kernels.cuda.CudaException.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUstream;

/// The order in which a context's work is done: copies and kernels, one after the other.
final class CudaStream {
  private static final long CHUNK = 1L << 30; // a buffer of Java ends at 2 GiB

  private final CUstream stream = new CUstream();

  CudaStream() {
    check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "making a stream");
  }

  CUstream handle() {
    return stream;
  }

  /// Waits until everything enqueued so far is done.
  void synchronize() {
    check(cuStreamSynchronize(stream), "waiting for the device");
  }

  /// Copies from the host and waits for it.
  void upload(MemorySegment source, DevicePointer target, long bytes) {
    if (!source.isNative()) {
      try (var arena = Arena.ofConfined()) {
        var copy = arena.allocate(Math.max(bytes, 1), 64);
        MemorySegment.copy(source, 0, copy, 0, bytes);
        upload(copy, target, bytes);
      }
      return;
    }
    for (long at = 0; at < bytes; at += CHUNK) {
      long length = Math.min(CHUNK, bytes - at);
      var host = Pointer.to(source.asSlice(at, length).asByteBuffer());
      check(
          cuMemcpyHtoDAsync(target.plus(at), host, length, stream),
          "[copy] %,d bytes to the device",
          bytes);
    }
    synchronize();
  }

  /// Copies to the host and waits for it.
  void download(DevicePointer source, MemorySegment target, long bytes) {
    if (!target.isNative()) {
      try (var arena = Arena.ofConfined()) {
        var copy = arena.allocate(Math.max(bytes, 1), 64);
        download(source, copy, bytes);
        MemorySegment.copy(copy, 0, target, 0, bytes);
      }
      return;
    }
    for (long at = 0; at < bytes; at += CHUNK) {
      long length = Math.min(CHUNK, bytes - at);
      var host = Pointer.to(target.asSlice(at, length).asByteBuffer());
      check(
          cuMemcpyDtoHAsync(host, source.plus(at), length, stream),
          "[copy] %,d bytes from the device",
          bytes);
    }
    synchronize();
  }
}
