package org.kanface.kernels.cuda;

import static jcuda.driver.CUevent_flags.CU_EVENT_DISABLE_TIMING;
import static jcuda.driver.CUstream_flags.CU_STREAM_NON_BLOCKING;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemHostAlloc;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;
import static org.kanface.kernels.cuda.CudaException.check;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;

/// Uploads that neither wait for the device nor make it wait: what the host has is copied to pinned
/// memory, from there to the device on a stream of its own while kernels run, and on the device to
/// where it belongs, in the order of everything else.
///
/// Slots are taken in turn. The host waits for a slot's last copy before it writes to its pinned
/// memory again, the copying stream for the last reading of its device memory.
final class Staging {
  /// The largest upload that goes this way, in bytes.
  static final long LARGEST = 64L << 20;

  private static final int SLOTS = 3;
  private static final long SMALLEST = 64 << 10;

  private final CudaContext context;
  private final CUstream copies = new CUstream();
  private final Slot[] slots = new Slot[SLOTS];
  private int next;

  /// Memory of an upload on both sides.
  private static final class Slot {
    private final CUevent arrived = new CUevent(); // on the device
    private final CUevent left = new CUevent(); // the device memory, for where it belongs
    private final Pointer pinned = new Pointer();
    private @Nullable MemorySegment host;
    private @Nullable CudaMemory device;

    Slot() {
      check(cuEventCreate(arrived, CU_EVENT_DISABLE_TIMING), "making an event");
      check(cuEventCreate(left, CU_EVENT_DISABLE_TIMING), "making an event");
    }
  }

  Staging(CudaContext context) {
    this.context = context;
    check(cuStreamCreate(copies, CU_STREAM_NON_BLOCKING), "making a stream for copies");
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Slot();
    }
  }

  /// Enqueues a copy of at most [#LARGEST] bytes; `source` may change as soon as it returns.
  synchronized void upload(MemorySegment source, DevicePointer target, long bytes) {
    Slot slot = slots[next];
    next = (next + 1) % SLOTS;
    check(cuEventSynchronize(slot.arrived), "waiting for a copy to the device");
    CudaMemory device = room(slot, bytes);
    MemorySegment.copy(source, 0, host(slot), 0, bytes);
    check(cuStreamWaitEvent(copies, slot.left, 0), "ordering a copy to the device");
    check(
        cuMemcpyHtoDAsync(device.pointer(), slot.pinned, bytes, copies),
        "[copy] %,d bytes to the device",
        bytes);
    check(cuEventRecord(slot.arrived, copies), "ordering a copy to the device");
    CUstream stream = context.stream().handle();
    check(cuStreamWaitEvent(stream, slot.arrived, 0), "ordering a copy to the device");
    new CopyCall(device.pointer(), target, bytes).enqueue(stream);
    check(cuEventRecord(slot.left, stream), "ordering a copy to the device");
  }

  private static MemorySegment host(Slot slot) {
    if (slot.host == null) {
      throw new IllegalStateException("a slot without memory");
    }
    return slot.host;
  }

  /// The slot's memory on the device, made anew on both sides where it is too small.
  private CudaMemory room(Slot slot, long bytes) {
    if (slot.device != null && slot.device.byteSize() >= bytes) {
      return slot.device;
    }
    if (slot.device != null) {
      slot.device.close(); // after what still reads it
      slot.device = null;
      check(cuMemFreeHost(slot.pinned), "[free] pinned memory");
    }
    long size = Math.max(SMALLEST, Long.highestOneBit(Math.max(bytes, 2) - 1) * 2);
    check(cuMemHostAlloc(slot.pinned, size, 0), "[allocate] %,d bytes of pinned memory", size);
    slot.host = MemorySegment.ofBuffer(slot.pinned.getByteBuffer(0, size));
    slot.device = context.allocate(size);
    return slot.device;
  }
}
