package org.kanface.tools.ptx;

import java.util.IdentityHashMap;

/// How often each instruction ran on one host thread: for warps, and for lanes.
final class Counters {
  private record Rows(long[] executions, long[] lanes) {}

  private final IdentityHashMap<Code, Rows> rows = new IdentityHashMap<>();

  long[] executions(Code code) {
    return rows(code).executions;
  }

  long[] lanes(Code code) {
    return rows(code).lanes;
  }

  private Rows rows(Code code) {
    return rows.computeIfAbsent(
        code, c -> new Rows(new long[c.ops.length], new long[c.ops.length]));
  }

  /// Adds another thread's counts.
  void add(Counters other) {
    other.rows.forEach(
        (code, from) -> {
          Rows to = rows(code);
          for (int i = 0; i < from.executions.length; i++) {
            to.executions[i] += from.executions[i];
            to.lanes[i] += from.lanes[i];
          }
        });
  }

  Iterable<Code> codes() {
    return rows.keySet();
  }
}
