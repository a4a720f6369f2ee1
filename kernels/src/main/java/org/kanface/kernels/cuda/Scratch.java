package org.kanface.kernels.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/// Intermediate blocks of a context's kernels. A block may be taken again as soon as the work that
/// uses it is enqueued: everything runs on one stream, in order.
final class Scratch {
  private static final long SMALLEST = 4096;

  private final CudaContext context;
  private final TreeMap<Long, Deque<CudaMemory>> free = new TreeMap<>();

  Scratch(CudaContext context) {
    this.context = context;
  }

  /// The blocks of one call; closing it gives them back.
  final class Lease implements AutoCloseable {
    private final List<CudaMemory> taken = new ArrayList<>(4);

    /// A block of at least `elements` floats or ints.
    CudaMemory take(long elements) {
      CudaMemory block = Scratch.this.take(elements * Float.BYTES);
      taken.add(block);
      return block;
    }

    @Override
    public void close() {
      taken.forEach(Scratch.this::giveBack);
    }
  }

  Lease lease() {
    return new Lease();
  }

  private CudaMemory take(long bytes) {
    long size =
        Math.max(SMALLEST, Long.highestOneBit(Math.max(bytes, 2) - 1) * 2); // a power of two
    synchronized (this) {
      var fit = free.get(size);
      if (fit != null && !fit.isEmpty()) {
        return fit.pop();
      }
    }
    return context.allocate(size);
  }

  private synchronized void giveBack(CudaMemory block) {
    free.computeIfAbsent(block.byteSize(), _ -> new ArrayDeque<>()).push(block);
  }

  /// Returns all blocks that nobody uses to the device.
  synchronized void trim() {
    free.values().forEach(blocks -> blocks.forEach(CudaMemory::close));
    free.clear();
  }
}
