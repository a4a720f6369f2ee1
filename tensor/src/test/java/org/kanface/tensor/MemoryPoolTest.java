package org.kanface.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
          },
          false);

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
  void theOldestComesFirstWhereTheOrderIsFixed() {
    var fixed = new MemoryPool(HostMemory::allocate, true);
    var blocks = List.of(fixed.take(64), fixed.take(64), fixed.take(64));
    for (int i : new int[] {1, 0, 2}) {
      fixed.giveBack(blocks.get(i));
    }
    for (Memory block : blocks) {
      assertThat(fixed.take(64)).isSameAs(block);
    }
    blocks.forEach(fixed::giveBack);
    fixed.trim();
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

  /// A system with room for `limit` bytes at a time.
  private static MemoryPool limited(long limit) {
    var taken = new ArrayList<HostMemory>();
    return new MemoryPool(
        bytes -> {
          taken.removeIf(m -> !m.segment().scope().isAlive());
          if (taken.stream().mapToLong(Memory::byteSize).sum() + bytes > limit) {
            throw new OutOfMemoryError("limit " + limit);
          }
          taken.add(HostMemory.allocate(bytes));
          return taken.getLast();
        },
        false);
  }

  @Test
  void givesUnusedBlocksBackWhereTheSystemHasNoRoom() {
    MemoryPool small = limited(4096);
    small.giveBack(small.take(1024));
    small.giveBack(small.take(2048));
    Memory whole = small.take(4096);
    assertThat(small.stats().nativeBytes()).isEqualTo(4096);
    small.giveBack(whole);
    small.trim();
  }

  @Test
  void saysWhatIsInUseWhereTheSystemHasNoRoom() {
    MemoryPool small = limited(4096);
    Memory held = small.take(3072);
    assertThatThrownBy(() -> small.take(2048))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage(
            "no room for a block of 2,048 bytes beside 1 blocks of 3,072 bytes in use; a smaller"
                + " batch needs less (limit 4096)");
    assertThat(small.stats().liveBlocks()).isEqualTo(1);
    assertThat(small.stats().nativeBlocks()).isEqualTo(1);
    small.giveBack(held);
    small.trim();
  }
}
