package org.kanface.tools.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Shared memory of a block and local memory of its threads; used by one block after the other.
final class BlockMemory {
  private final MemorySegment shared;
  private final MemorySegment stacks;

  BlockMemory(Arena arena, int sharedBytes, long stackBytes) {
    shared = arena.allocate(Math.max(16, sharedBytes), 128);
    stacks = arena.allocate(Math.max(16, stackBytes), 128);
  }

  long shared() {
    return shared.address();
  }

  long stacks() {
    return stacks.address();
  }

  /// A GPU promises nothing about what a block finds; zeros make runs repeatable.
  void clearShared() {
    shared.fill((byte) 0);
  }
}
