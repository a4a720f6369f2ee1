package org.kanface.tools.ptx;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Instruction;

/// `call` of a function with a body, direct or through a register.
///
/// Each call has its own registers and its own piece of the threads' local memory, in which the
/// `.param` variables lie too; arguments and results are copied between the pieces.
final class Call extends Flow {
  /// An argument or result on the caller's side: bytes in its frame, or a register row.
  record Passed(long offset, long size, int row) {
    boolean inRegister() {
      return row >= 0;
    }
  }

  private final @Nullable Code target;

  /// The row with the address of the function, for an indirect call.
  private final int pointer;

  private final List<Passed> arguments;
  private final List<Passed> results;
  private final Linkage link;

  Call(
      Instruction source,
      Linkage link,
      @Nullable Code target,
      int pointer,
      List<Passed> arguments,
      List<Passed> results) {
    super(source);
    this.link = link;
    this.target = target;
    this.pointer = pointer;
    this.arguments = arguments;
    this.results = results;
  }

  @Override
  boolean step(Warp w, Group g, int mask) {
    if (mask == 0) {
      g.pc++;
      return true;
    }
    if (mask != g.mask) {
      w.split(g, g.mask & ~mask, g.pc + 1);
      g.mask = mask;
    }
    Code callee = target;
    if (callee == null) {
      long address = w.r[pointer + Integer.numberOfTrailingZeros(mask)];
      int same = 0;
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        same |= w.r[pointer + l] == address ? 1 << l : 0;
      }
      if (same != mask) {
        w.split(g, mask & ~same, g.pc); // they call again, another function
        g.mask = same;
      }
      callee = link.function(address);
    }
    enter(w, g, callee);
    return true;
  }

  private void enter(Warp w, Group g, Code callee) {
    Frame caller = g.frame;
    long local = caller.local + caller.code.localBytes + caller.allocated;
    if (local + callee.localBytes > w.block.stackBytes) {
      throw new Fault(
          Fault.Kind.OUT_OF_BOUNDS,
          "the stack overflows in a call of '%s': a thread has %d bytes of local memory",
          callee.function.name(),
          w.block.stackBytes);
    }
    if (callee.parameterOffsets.length + callee.parameterRows.length != arguments.size()) {
      throw new Fault(
          Fault.Kind.TRAP,
          "'%s' takes %d arguments, the call gives %d",
          callee.function.name(),
          callee.parameterOffsets.length + callee.parameterRows.length,
          arguments.size());
    }
    var frame = new Frame(callee, caller, g.pc + 1, local, w.block.counters);
    for (int n = 0; n < arguments.size(); n++) {
      Passed from = arguments.get(n);
      boolean toRow = n < callee.parameterRows.length;
      long size =
          toRow ? 0 : callee.function.parameters().get(n - callee.parameterRows.length).size();
      for (int m = g.mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        long stack = w.stack(l);
        if (toRow) {
          frame.r[callee.parameterRows[n] + l] =
              from.inRegister()
                  ? caller.r[from.row + l]
                  : Raw.get(stack + caller.local + from.offset, (int) Math.min(8, from.size));
        } else {
          long to = stack + local + callee.parameterOffsets[n - callee.parameterRows.length];
          if (from.inRegister()) {
            Raw.put(to, (int) Math.min(8, size), caller.r[from.row + l]);
          } else {
            Raw.copy(stack + caller.local + from.offset, to, Math.min(size, from.size));
          }
        }
      }
      Probe probe = w.block.probe;
      if (probe != null && !toRow) {
        probe.passes(
            w, g.mask, local + callee.parameterOffsets[n - callee.parameterRows.length], size);
      }
    }
    g.frame = frame;
    g.pc = 0;
  }

  /// Brings the results of `callee` to its caller.
  static void copyResults(Warp w, Frame callee, Frame caller, int mask) {
    var call = (Call) caller.code.ops[callee.returnTo - 1];
    Code code = callee.code;
    for (int n = 0; n < call.results.size(); n++) {
      Passed to = call.results.get(n);
      boolean fromRow = n < code.resultRows.length;
      if (!fromRow && n - code.resultRows.length >= code.resultOffsets.length) {
        break;
      }
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        long stack = w.stack(l);
        if (fromRow) {
          long value = callee.r[code.resultRows[n] + l];
          if (to.inRegister()) {
            caller.r[to.row + l] = value;
          } else {
            Raw.put(stack + caller.local + to.offset, (int) Math.min(8, to.size), value);
          }
        } else {
          int k = n - code.resultRows.length;
          long size = code.function.results().get(k).size();
          long from = stack + callee.local + code.resultOffsets[k];
          if (to.inRegister()) {
            caller.r[to.row + l] = Raw.get(from, (int) Math.min(8, size));
          } else {
            Raw.copy(from, stack + caller.local + to.offset, Math.min(size, to.size));
          }
        }
      }
      Probe probe = w.block.probe;
      if (probe != null && !to.inRegister()) {
        probe.passes(w, mask, caller.local + to.offset, to.size);
      }
    }
  }
}
