package org.kanface.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;

/// A kernel set and blocks of random numbers that live as long as the work on them.
final class Blocks {
  private static final long DRAWN = 1 << 16; // numbers before they repeat: fast to fill

  final Kernels kernels;
  private final List<HostMemory> all = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);

  /// @param set `cpu`, or `reference` for the plain loops
  Blocks(String set) {
    kernels = Backends.kernels(set, DType.F32);
  }

  /// Numbers from [-1, 1).
  HostMemory of(long numel) {
    return between(-1, 1, numel);
  }

  HostMemory between(double low, double high, long numel) {
    var block = keep(HostMemory.allocate(numel * Float.BYTES));
    MemorySegment all = block.segment();
    long drawn = Math.min(numel, DRAWN);
    for (long i = 0; i < drawn; i++) {
      all.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(low, high));
    }
    long bytes = numel * Float.BYTES;
    for (long done = drawn * Float.BYTES; done < bytes; done *= 2) {
      MemorySegment.copy(all, 0, all, done, Math.min(done, bytes - done));
    }
    return block;
  }

  /// I64 numbers from `0 … below - 1`.
  HostMemory labels(long numel, long below) {
    var block = keep(HostMemory.allocate(numel * Long.BYTES));
    for (long i = 0; i < numel; i++) {
      block.segment().setAtIndex(ValueLayout.JAVA_LONG, i, random.nextLong(below));
    }
    return block;
  }

  private HostMemory keep(HostMemory block) {
    all.add(block);
    return block;
  }

  Workload runs(Runnable work) {
    return new Workload() {
      @Override
      public void run() {
        work.run();
      }

      @Override
      public void close() {
        all.forEach(HostMemory::close);
      }
    };
  }
}
