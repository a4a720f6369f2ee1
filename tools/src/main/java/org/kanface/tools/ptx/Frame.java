package org.kanface.tools.ptx;

import org.jspecify.annotations.Nullable;

/// One call of a function by some lanes of a warp: their registers and their part of local memory.
final class Frame {
  final Code code;
  final long[] r;
  final int[] p;
  final @Nullable Frame caller;

  /// Where the caller goes on.
  final int returnTo;

  /// Offset of this call's variables in each thread's local memory.
  final long local;

  final long[] executions;
  final long[] lanes;

  /// Bytes taken by `alloca`, above the code's own.
  long allocated;

  Frame(Code code, @Nullable Frame caller, int returnTo, long local, Counters counters) {
    this.code = code;
    this.caller = caller;
    this.returnTo = returnTo;
    this.local = local;
    r = code.initialRegisters.clone();
    p = new int[code.predicates];
    executions = counters.executions(code);
    lanes = counters.lanes(code);
  }
}
