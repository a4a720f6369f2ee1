package org.kanface.tensor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.kanface.kernels.Memory;

/// Hands out blocks by size class and takes them back, so that a training step after the first ones
/// allocates nothing. Blocks are not zeroed. Thread-safe.
public final class MemoryPool {
  private static final long SMALLEST = 64;

  private final LongFunction<Memory> allocator;
  private final TreeMap<Long, Deque<Memory>> free = new TreeMap<>(); // by size of the block
  private long liveBlocks;
  private long liveBytes;
  private long peakBytes;
  private long nativeBlocks;
  private long nativeBytes;

  MemoryPool(LongFunction<Memory> allocator) {
    this.allocator = allocator;
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
      block = fit.getValue().pop();
      if (fit.getValue().isEmpty()) {
        free.remove(fit.getKey());
      }
    } else {
      block = allocate(size);
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
    free.computeIfAbsent(block.byteSize(), _ -> new ArrayDeque<>()).push(block);
  }

  /// Returns all unused blocks to the system.
  public synchronized void trim() {
    for (var blocks : free.values()) {
      for (Memory block : blocks) {
        nativeBlocks--;
        nativeBytes -= block.byteSize();
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
