package org.kanface.tools.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Blocks of the device, pinned blocks of the host, copies and fills.
final class MemoryCalls {
  private static final int HOST_FLAGS = 7; // portable, mapped, write-combined

  private final DriverState state;

  MemoryCalls(DriverState state) {
    this.state = state;
  }

  int cuMemGetInfo_v2(long free, long total) {
    SimContext context = state.context();
    Host.putLong(free, context.free());
    Host.putLong(total, context.settings.memory());
    return 0;
  }

  int cuMemAlloc_v2(long pointer, long bytes) {
    Host.putLong(pointer, state.context().allocate(bytes));
    return 0;
  }

  int cuMemFree_v2(long pointer) {
    SimContext context = state.context();
    if (pointer != 0) {
      context.free(pointer);
    }
    return 0;
  }

  int cuMemAllocHost_v2(long pointer, long bytes) {
    return cuMemHostAlloc(pointer, bytes, 0);
  }

  int cuMemHostAlloc(long pointer, long bytes, int flags) {
    SimContext context = state.context();
    if (bytes <= 0 || (flags & ~HOST_FLAGS) != 0) {
      throw new CudaError(Status.INVALID_VALUE, "%d bytes with flags %d", bytes, flags);
    }
    var arena = Arena.ofShared();
    long address = arena.allocate(bytes, 4096).address();
    context.pinned.put(address, new SimContext.Pinned(arena, bytes));
    Host.putLong(pointer, address);
    return 0;
  }

  int cuMemFreeHost(long pointer) {
    SimContext context = state.context();
    context.finishAll(); // the driver waits before it unmaps the block
    SimContext.Pinned block = context.pinned.remove(pointer);
    if (block == null) {
      throw new CudaError(Status.INVALID_VALUE, "no pinned block starts at 0x%x", pointer);
    }
    block.arena().close();
    return 0;
  }

  int cuMemcpyHtoD_v2(long target, long source, long bytes) {
    SimContext context = state.context();
    if (bytes != 0) {
      context.requireInside(target, bytes);
      context.device.memory(target, bytes).copyFrom(Host.at(source, bytes));
    }
    return 0;
  }

  int cuMemcpyDtoH_v2(long target, long source, long bytes) {
    SimContext context = state.context();
    if (bytes != 0) {
      context.requireInside(source, bytes);
      Host.at(target, bytes).copyFrom(context.device.peek(source, bytes));
    }
    return 0;
  }

  int cuMemcpyDtoD_v2(long target, long source, long bytes) {
    SimContext context = state.context();
    if (bytes != 0) {
      context.requireInside(source, bytes);
      context.requireInside(target, bytes);
      context.device.memory(target, bytes).copyFrom(context.device.peek(source, bytes));
    }
    return 0;
  }

  int cuMemcpyHtoDAsync_v2(long target, long source, long bytes, long stream) {
    SimContext context = state.context();
    context.requireStream(stream);
    context.requireRunning(stream);
    context.reads(stream, source, bytes);
    return cuMemcpyHtoD_v2(target, source, bytes);
  }

  int cuMemcpyDtoHAsync_v2(long target, long source, long bytes, long stream) {
    state.context().requireStream(stream);
    state.context().requireRunning(stream);
    return cuMemcpyDtoH_v2(target, source, bytes);
  }

  int cuMemcpyDtoDAsync_v2(long target, long source, long bytes, long stream) {
    state.context().requireStream(stream);
    state.context().enqueue(stream, () -> cuMemcpyDtoD_v2(target, source, bytes));
    return 0;
  }

  int cuMemsetD8_v2(long target, byte value, long count) {
    block(target, 1, count).fill(value);
    return 0;
  }

  int cuMemsetD32_v2(long target, int value, long count) {
    MemorySegment block = block(target, 4, count);
    for (long i = 0; i < count; i++) {
      block.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, value);
    }
    return 0;
  }

  int cuMemsetD8Async(long target, byte value, long count, long stream) {
    state.context().requireStream(stream);
    state.context().enqueue(stream, () -> cuMemsetD8_v2(target, value, count));
    return 0;
  }

  int cuMemsetD32Async(long target, int value, long count, long stream) {
    state.context().requireStream(stream);
    state.context().enqueue(stream, () -> cuMemsetD32_v2(target, value, count));
    return 0;
  }

  private MemorySegment block(long target, int width, long count) {
    SimContext context = state.context();
    if (target % width != 0) {
      throw new CudaError(
          Status.INVALID_VALUE, "0x%x is not aligned to elements of %d bytes", target, width);
    }
    if (count == 0) {
      return MemorySegment.NULL;
    }
    context.requireInside(target, width * count);
    return context.device.memory(target, width * count);
  }
}
