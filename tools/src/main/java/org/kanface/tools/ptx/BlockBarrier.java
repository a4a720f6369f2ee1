package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One of a block's 16 barriers. It counts threads; those that have exited count as arrived.
final class BlockBarrier {
  static final int COUNT = 16;

  record Waiting(Barrier op, Warp warp, Group group) {}

  private final Block block;
  private final int id;
  private final List<Waiting> waiting = new ArrayList<>();
  private int arrived;
  private int holding;

  /// Threads to wait for; -1 for all that live.
  private int expected = -1;

  BlockBarrier(Block block, int id) {
    this.block = block;
    this.id = id;
  }

  void arrive(Warp w, @Nullable Group group, Barrier op, int mask, int threads, int holdingHere) {
    if (threads >= 0 && threads % Op.LANES != 0) {
      throw new Fault(
          Fault.Kind.BARRIER, "barrier %d for %d threads: expected a multiple of 32", id, threads);
    }
    if (arrived > 0 && threads != expected) {
      throw new Fault(
          Fault.Kind.BARRIER,
          "barrier %d is waited for by %s threads and by %s",
          id,
          expected < 0 ? "all" : expected,
          threads < 0 ? "all" : threads);
    }
    expected = threads;
    arrived += Integer.bitCount(mask);
    holding += holdingHere;
    if (group != null) {
      waiting.add(new Waiting(op, w, group));
    }
    check();
  }

  /// Completes if nobody is missing.
  void check() {
    if (arrived == 0) {
      return;
    }
    int wanted = expected < 0 ? block.living() : expected;
    if (arrived < wanted) {
      return;
    }
    if (block.probe != null) {
      block.probe.barrierCompletes(block, id);
    }
    var released = List.copyOf(waiting);
    int threads = arrived;
    int sum = holding;
    waiting.clear();
    arrived = 0;
    holding = 0;
    expected = -1;
    block.progress();
    for (Waiting one : released) {
      one.op.deliver(one.warp, one.group, sum, threads);
    }
  }

  List<Waiting> waiting() {
    return waiting;
  }

  /// Says who waits, for a deadlock's message; empty if nobody does.
  String describe() {
    if (waiting.isEmpty()) {
      return "";
    }
    int wanted = expected < 0 ? block.living() : expected;
    String places =
        waiting.stream()
            .map(one -> one.op.source().place())
            .distinct()
            .collect(Collectors.joining(", "));
    return "%d of %d threads wait at barrier %d (%s)".formatted(arrived, wanted, id, places);
  }
}
