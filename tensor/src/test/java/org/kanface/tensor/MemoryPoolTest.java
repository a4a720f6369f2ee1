package org.kanface.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;

class MemoryPoolTest {
  private final List<Long> allocated = new ArrayList<>();
  private final MemoryPool pool =
      new MemoryPool(
          bytes -> {
            allocated.add(bytes);
            return HostMemory.allocate(bytes);
          });

  @Test
  void aSecondEqualStepAllocatesNothing() {
    for (int step = 0; step < 3; step++) {
      var blocks = new ArrayList<Memory>();
      for (long bytes : new long[] {4, 100, 100, 4000, 1 << 20, 0}) {
        blocks.add(pool.take(bytes));
      }
      blocks.forEach(pool::giveBack);
    }
    assertThat(allocated).hasSize(6);
    assertThat(pool.stats().nativeBlocks()).isEqualTo(6);
    pool.trim();
  }

  @Test
  void handsOutABlockAtATime() {
    Memory a = pool.take(64);
    Memory b = pool.take(64);
    assertThat(a).isNotSameAs(b);
    pool.giveBack(a);
    assertThat(pool.take(64)).isSameAs(a);
    pool.giveBack(a);
    pool.giveBack(b);
    pool.trim();
  }

  @Test
  void wastesLessThanAnEighthAboveTheSmallestBlock() {
    for (long bytes = 512; bytes < 1 << 22; bytes += 1 + bytes / 7) {
      Memory block = pool.take(bytes);
      assertThat(block.byteSize()).isBetween(bytes, bytes + bytes / 8);
      pool.giveBack(block);
      pool.trim();
    }
  }

  @Test
  void doesNotGiveALargeBlockToASmallRequest() {
    pool.giveBack(pool.take(1 << 20));
    Memory small = pool.take(1 << 10);
    assertThat(small.byteSize()).isEqualTo(1 << 10);
    pool.giveBack(small);
    pool.trim();
  }

  @Test
  void countsBlocksAndBytes() {
    Memory a = pool.take(1 << 10);
    Memory b = pool.take(1 << 12);
    pool.giveBack(a);
    assertThat(pool.stats())
        .isEqualTo(
            new MemoryPool.Stats(1, 1 << 12, (1 << 10) + (1 << 12), 2, (1 << 10) + (1 << 12)));
    pool.trim();
    assertThat(pool.stats())
        .isEqualTo(new MemoryPool.Stats(1, 1 << 12, (1 << 10) + (1 << 12), 1, 1 << 12));
    pool.giveBack(b);
    pool.trim();
    assertThat(pool.stats().nativeBytes()).isZero();
  }
}
