package org.kanface.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuMemFree;

import java.util.Objects;
import org.kanface.kernels.DeviceMemory;

/// Memory of a GPU.
final class CudaMemory implements DeviceMemory {
  private final CudaContext context;
  private final DevicePointer pointer;
  private final long bytes;
  private final boolean isOwner;
  private final Life life; // shared with all slices

  /// Whether the block has been freed.
  private static final class Life {
    private boolean over;
  }

  CudaMemory(CudaContext context, DevicePointer pointer, long bytes) {
    this(context, pointer, bytes, true, new Life());
  }

  private CudaMemory(
      CudaContext context, DevicePointer pointer, long bytes, boolean isOwner, Life life) {
    this.context = context;
    this.pointer = pointer;
    this.bytes = bytes;
    this.isOwner = isOwner;
    this.life = life;
  }

  CudaContext context() {
    return context;
  }

  /// Its first byte; throws [IllegalStateException] where the block is freed.
  DevicePointer pointer() {
    if (life.over) {
      throw new IllegalStateException("a block of " + context + " is used after it was closed");
    }
    return pointer;
  }

  @Override
  public long byteSize() {
    return bytes;
  }

  @Override
  public CudaMemory slice(long byteOffset, long length) {
    Objects.checkFromIndexSize(byteOffset, length, bytes);
    return new CudaMemory(context, pointer.plus(byteOffset), length, false, life);
  }

  /// Work that was enqueued and still uses the block finishes first: the driver waits for it.
  @Override
  public void close() {
    if (isOwner && !life.over) {
      life.over = true;
      context.flush();
      CudaException.check(cuMemFree(pointer), "[free] a block of %,d bytes on %s", bytes, context);
    }
  }

  @Override
  public String toString() {
    return "%,d bytes on %s".formatted(bytes, context);
  }
}
