package org.kanface.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Off-heap host memory, aligned to 64 bytes (a cache line and the widest vector).
public final class HostMemory implements Memory {
  private static final long ALIGNMENT = 64;

  private final MemorySegment segment;
  private final @Nullable Arena owner; // null for a slice or for memory of the caller's

  private HostMemory(MemorySegment segment, @Nullable Arena owner) {
    this.segment = segment;
    this.owner = owner;
  }

  /// A new block of `bytes` zeroed bytes; at least one, so that its address is always valid.
  public static HostMemory allocate(long bytes) {
    var arena = Arena.ofShared();
    return new HostMemory(arena.allocate(Math.max(bytes, 1), ALIGNMENT), arena);
  }

  /// Wraps a segment that the caller keeps alive, for example `MemorySegment.ofArray(float[])`.
  public static HostMemory of(MemorySegment segment) {
    return new HostMemory(segment, null);
  }

  /// Copies `values` to a new block.
  public static HostMemory of(float... values) {
    var memory = allocate((long) values.length * Float.BYTES);
    MemorySegment.copy(
        MemorySegment.ofArray(values), 0, memory.segment, 0, (long) values.length * Float.BYTES);
    return memory;
  }

  /// The segment itself.
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public long byteSize() {
    return segment.byteSize();
  }

  @Override
  public HostMemory slice(long byteOffset, long bytes) {
    return new HostMemory(segment.asSlice(byteOffset, bytes), null);
  }

  @Override
  public void close() {
    if (owner != null) {
      owner.close();
    }
  }
}
