package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A thread block: its warps, shared memory, barriers and the threads' local memory.
final class Block {
  /// Turns of each warp before other blocks get theirs.
  private static final int ROUNDS = 256;

  final Launch launch;
  final @Nullable Probe probe;
  final Counters counters;
  final int x;
  final int y;
  final int z;
  final long index;

  /// Native addresses and sizes.
  final long shared;

  final int sharedBytes;
  final long stacks;
  final int stackBytes;
  final long parameters;
  final int parameterBytes;

  final Warp[] warps;
  final StringBuilder printed = new StringBuilder();
  private final BlockBarrier[] barriers = new BlockBarrier[BlockBarrier.COUNT];
  private int living;
  private long progress;
  private boolean moved;
  private boolean wandered;

  Block(Launch launch, long index, BlockMemory memory, Counters counters, @Nullable Probe probe) {
    this.launch = launch;
    this.probe = probe;
    this.counters = counters;
    this.index = index;
    Dim3 grid = launch.grid;
    x = (int) (index % grid.x());
    y = (int) (index / grid.x() % grid.y());
    z = (int) (index / grid.x() / grid.y());
    shared = memory.shared();
    sharedBytes = launch.sharedBytes;
    stacks = memory.stacks();
    stackBytes = launch.stackBytes;
    parameters = launch.parameters;
    parameterBytes = launch.parameterBytes;
    int threads = (int) launch.block.count();
    living = threads;
    warps = new Warp[(threads + Op.LANES - 1) / Op.LANES];
    for (int i = 0; i < warps.length; i++) {
      int rest = Math.min(Op.LANES, threads - i * Op.LANES);
      int mask = rest == Op.LANES ? Op.ALL : (1 << rest) - 1;
      var frame = new Frame(launch.kernel.code, null, 0, 0, counters);
      warps[i] = new Warp(this, i * Op.LANES, mask, frame);
    }
    for (int i = 0; i < barriers.length; i++) {
      barriers[i] = new BlockBarrier(this, i);
    }
    if (probe != null) {
      probe.blockStarts(this);
    }
  }

  BlockBarrier barrier(int id) {
    return barriers[id];
  }

  /// Threads that have not exited.
  int living() {
    return living;
  }

  void exited(int threads) {
    living -= threads;
    for (BlockBarrier b : barriers) {
      b.check();
    }
  }

  void progress() {
    progress++;
  }

  private long totalProgress() {
    long sum = progress;
    for (Warp w : warps) {
      sum += w.progress;
    }
    return sum;
  }

  boolean done() {
    return living == 0;
  }

  /// Gives every warp its turns, until the block is done, nothing happens any more that could let
  /// anyone go on, or other blocks should have a chance.
  void advance() {
    moved = false;
    long before = wanderings();
    for (int n = 0; n < ROUNDS && !done() && round(); n++) {
      moved = true;
    }
    moved |= done();
    wandered = wanderings() != before;
  }

  /// Whether the last [#advance] changed anything.
  boolean movedLast() {
    return moved;
  }

  /// Whether some lanes in the last [#advance] counted or looked at a clock while they waited.
  boolean wanderedLast() {
    return wandered;
  }

  private long wanderings() {
    long sum = 0;
    for (Warp w : warps) {
      sum += w.wandered;
    }
    return sum;
  }

  /// One turn for each warp. False if all that ran only looked at memory.
  private boolean round() {
    long before = totalProgress();
    boolean ran = false;
    for (Warp w : warps) {
      if (w.canRun()) {
        w.run();
        ran = true;
      }
    }
    if (!ran && living > 0) {
      boolean released = false;
      for (Warp w : warps) {
        released |= w.releaseAny();
      }
      if (!released) {
        throw deadlock();
      }
      return true;
    }
    return totalProgress() != before;
  }

  private Fault deadlock() {
    String reasons =
        Stream.concat(
                Stream.of(barriers).map(BlockBarrier::describe),
                Stream.of(warps).flatMap(Block::meetings))
            .filter(s -> !s.isEmpty())
            .collect(Collectors.joining("; "));
    return new Fault(Fault.Kind.DEADLOCK, "block %s is in a deadlock: %s", place(), reasons);
  }

  private static Stream<String> meetings(Warp w) {
    return w.meeting.stream()
        .map(
            m ->
                "lanes 0x%08x of warp %d wait for lanes 0x%08x at %s (%s)"
                    .formatted(
                        m.mask(),
                        w.firstThread / Op.LANES,
                        m.members() & w.live & ~m.mask(),
                        m.op().source().mnemonic(),
                        m.op().source().place()));
  }

  /// Where warps are, for the message about a deadlock between spinning threads.
  List<String> spinning() {
    var places = new ArrayList<String>();
    for (Warp w : warps) {
      if (w.canRun()) {
        places.add(w.whereabouts());
      }
    }
    return places;
  }

  String place() {
    return "(%d, %d, %d)".formatted(x, y, z);
  }

  String thread(int linear) {
    Dim3 d = launch.block;
    return "(%d, %d, %d)".formatted(linear % d.x(), linear / d.x() % d.y(), linear / d.x() / d.y());
  }
}
