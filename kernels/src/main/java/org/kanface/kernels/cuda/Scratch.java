package org.kanface.kernels.cuda;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.TreeMap;

/// Intermediate blocks of a context's kernels. A block may be taken again as soon as the work that
/// uses it is enqueued: everything runs on one stream, in order. The same work takes the same ones.
final class Scratch {
  private static final long SMALLEST = 4096;
  private static final Comparator<CudaMemory> LOWEST_FIRST =
      Comparator.comparingLong(b -> b.pointer().address());

  private final CudaContext context;
  private final TreeMap<Long, Queue<CudaMemory>> free = new TreeMap<>();

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
        return fit.remove();
      }
    }
    return context.allocate(size);
  }

  private synchronized void giveBack(CudaMemory block) {
    free.computeIfAbsent(block.byteSize(), _ -> new PriorityQueue<>(LOWEST_FIRST)).add(block);
  }

  /// Returns all blocks that nobody uses to the device.
  synchronized void trim() {
    free.values().forEach(blocks -> blocks.forEach(CudaMemory::close));
    free.clear();
  }
}
