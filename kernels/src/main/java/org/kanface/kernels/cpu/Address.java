package org.kanface.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Memory;

/// The native addresses of one call's operands, checked once; kernels then read and write [#SPACE].
///
/// A block on the Java heap has no lasting address: it is copied to native memory, and an output
/// back when the call closes. Every block is checked to be alive and long enough, so that a wrong
/// size ends in an exception here and not in a crash inside a kernel.
final class Address implements AutoCloseable {
  /// All native memory, indexed by address: one segment for every operand, without a liveness check
  /// or an end, so that the loops around it compile to plain loads and stores.
  @SuppressWarnings("restricted")
  static final MemorySegment SPACE = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private record Output(MemorySegment copy, MemorySegment target) {}

  private final String operation;
  private final List<MemorySegment> held = new ArrayList<>(8); // reachable until close
  private final List<Output> outputs = new ArrayList<>(0);
  private @Nullable Arena arena; // of copies, opened by the first

  Address(String operation) {
    this.operation = operation;
  }

  /// The address of an input of at least `floats` elements; 0 for an absent one.
  long input(String name, @Nullable Memory memory, long floats) {
    return memory == null ? 0 : of(name, memory, floats * Float.BYTES, false);
  }

  /// The same for a block of at least `bytes` bytes.
  long inputBytes(String name, @Nullable Memory memory, long bytes) {
    return memory == null ? 0 : of(name, memory, bytes, false);
  }

  /// The address of an output of at least `floats` elements, which may also be read.
  long output(String name, Memory memory, long floats) {
    return of(name, memory, floats * Float.BYTES, true);
  }

  /// The same for a block of at least `bytes` bytes.
  long outputBytes(String name, Memory memory, long bytes) {
    return of(name, memory, bytes, true);
  }

  private long of(String name, Memory memory, long bytes, boolean written) {
    var segment = Simd.segment(memory);
    if (bytes > segment.byteSize() || bytes < 0) {
      throw new IllegalArgumentException(
          "[%s] %s: expected at least %d bytes, got %d"
              .formatted(operation, name, bytes, segment.byteSize()));
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("[%s] %s: the block is closed".formatted(operation, name));
    }
    if (segment.isNative()) {
      held.add(segment);
      return segment.address();
    }
    if (arena == null) {
      arena = Arena.ofShared();
    }
    var copy = arena.allocate(Math.max(segment.byteSize(), 1), Scratch.ALIGNMENT);
    copy.copyFrom(segment);
    if (written) {
      outputs.add(new Output(copy, segment));
    }
    return copy.address();
  }

  @Override
  public void close() {
    try {
      for (Output o : outputs) {
        o.target.copyFrom(o.copy.asSlice(0, o.target.byteSize()));
      }
      if (arena != null) {
        arena.close();
      }
    } finally {
      Reference.reachabilityFence(held);
    }
  }
}
