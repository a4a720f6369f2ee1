package org.kanface.tools.ptx;

/// Watches a block's execution: the sanitizer and the profiler. Called on the thread that runs the
/// block, one block after the other on each thread.
interface Probe {
  /// What an instruction does to memory.
  enum Access {
    LOAD,
    STORE,
    ATOMIC
  }

  /// A memory instruction is about to execute; [Warp#addresses] has the generic address of each
  /// lane in `mask`. A lane touches `bytes` bytes in elements of `element` bytes.
  void access(Warp w, Op op, int mask, int bytes, int element, Access access);

  /// A block starts.
  default void blockStarts(Block block) {}

  /// Lanes of a warp wait at a barrier.
  default void arrives(Warp w, Op op, int mask, int barrier) {}

  /// Everyone whom a barrier waited for has arrived.
  default void barrierCompletes(Block block, int barrier) {}

  /// Lanes of a warp are in step and see each other's writes (`bar.warp.sync`, `shfl.sync`, …).
  default void warpSynchronises(Warp w, int mask) {}

  /// A branch split lanes.
  default void diverges(Warp w, Op op, int taken, int notTaken) {}

  /// A call writes an argument or result: `bytes` at `offset` in the local memory of each lane.
  default void passes(Warp w, int mask, long offset, long bytes) {}

  /// The block has finished.
  default void blockEnds(Block block) {}
}
