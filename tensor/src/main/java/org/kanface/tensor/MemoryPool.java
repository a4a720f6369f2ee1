package org.kanface.tensor;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.kanface.kernels.Memory;

/// Hands out blocks by size class and takes them back, so that a training step after the first ones
/// allocates nothing. Blocks are not zeroed. Thread-safe.
///
/// Of several that fit, a pool of the host's memory hands out the one that came back last, which is
/// still in the caches; one of a device's the oldest, so that the same work gets the same blocks,
/// whatever was held while it began.
public final class MemoryPool {
  private static final long SMALLEST = 64;

  private final LongFunction<Memory> allocator;
  private final TreeMap<Long, Queue<Memory>> free = new TreeMap<>(); // by size of the block
  private final IdentityHashMap<Memory, Long> numbers = // in the order they were made
      new IdentityHashMap<>();
  private final boolean oldestFirst;
  private long made;
  private long liveBlocks;
  private long liveBytes;
  private long peakBytes;
  private long nativeBlocks;
  private long nativeBytes;

  MemoryPool(LongFunction<Memory> allocator, boolean oldestFirst) {
    this.allocator = allocator;
    this.oldestFirst = oldestFirst;
  }

  /// What the pool holds. Bytes count whole blocks.
  ///
  /// @param liveBlocks blocks handed out and not yet given back
  /// @param peakBytes the most that `liveBytes` has been
  /// @param nativeBlocks blocks ever taken from the system and still held
  public record Stats(
      long liveBlocks, long liveBytes, long peakBytes, long nativeBlocks, long nativeBytes) {}

  public synchronized Stats stats() {
    return new Stats(liveBlocks, liveBytes, peakBytes, nativeBlocks, nativeBytes);
  }

  /// A block of at least `bytes` bytes. Where the system has no room, unused blocks go back to it
  /// first; throws [OutOfMemoryError] where that does not help.
  synchronized Memory take(long bytes) {
    long size = sizeClass(bytes);
    var fit = free.ceilingEntry(size);
    Memory block;
    if (fit != null && fit.getKey() <= size + size / 2) {
      block = fit.getValue().remove();
      if (fit.getValue().isEmpty()) {
        free.remove(fit.getKey());
      }
    } else {
      block = allocate(size);
      numbers.put(block, made++);
      nativeBlocks++;
      nativeBytes += size;
    }
    liveBlocks++;
    liveBytes += block.byteSize();
    peakBytes = Math.max(peakBytes, liveBytes);
    return block;
  }

  private Memory allocate(long size) {
    try {
      return allocator.apply(size);
    } catch (OutOfMemoryError _) {
      trim();
      try {
        return allocator.apply(size);
      } catch (OutOfMemoryError second) {
        var told =
            new OutOfMemoryError(
                String.format(
                    Locale.ROOT,
                    "no room for a block of %,d bytes beside %,d blocks of %,d bytes in use;"
                        + " a smaller batch needs less (%s)",
                    size,
                    liveBlocks,
                    liveBytes,
                    second.getMessage()));
        told.addSuppressed(second);
        throw told;
      }
    }
  }

  synchronized void giveBack(Memory block) {
    liveBlocks--;
    liveBytes -= block.byteSize();
    free.computeIfAbsent(block.byteSize(), _ -> unused()).add(block);
  }

  private Queue<Memory> unused() {
    return oldestFirst
        ? new PriorityQueue<>(Comparator.comparing(numbers::get))
        : Collections.asLifoQueue(new ArrayDeque<>());
  }

  /// Returns all unused blocks to the system.
  public synchronized void trim() {
    for (var blocks : free.values()) {
      for (Memory block : blocks) {
        nativeBlocks--;
        nativeBytes -= block.byteSize();
        numbers.remove(block);
        block.close();
      }
    }
    free.clear();
  }

  /// The next size with at most three leading bits set below its highest one: waste stays under
  /// 1/8.
  private static long sizeClass(long bytes) {
    long size = Math.max(bytes, SMALLEST);
    long step = Math.max(SMALLEST, Long.highestOneBit(size) >> 3);
    return Math.ceilDiv(size, step) * step;
  }
}
