package org.kanface.tools.ptx;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Instruction;

/// Functions that the CUDA runtime gives to device code.
enum Builtin {
  VPRINTF("vprintf"),
  ASSERT_FAIL("__assertfail"),
  MALLOC("malloc"),
  FREE("free");

  private final String symbol;

  Builtin(String symbol) {
    this.symbol = symbol;
  }

  static @Nullable Builtin named(String symbol) {
    for (Builtin b : values()) {
      if (b.symbol.equals(symbol)) {
        return b;
      }
    }
    return null;
  }

  /// A call of one, lane by lane.
  static final class Invocation extends Op {
    private final Builtin builtin;
    private final List<Call.Passed> arguments;
    private final List<Call.Passed> results;
    private final GlobalMemory memory;
    private final Window.Generic generic;

    Invocation(
        Instruction source,
        Builtin builtin,
        List<Call.Passed> arguments,
        List<Call.Passed> results,
        GlobalMemory memory) {
      super(source);
      this.builtin = builtin;
      this.arguments = arguments;
      this.results = results;
      this.memory = memory;
      generic = new Window.Generic(memory);
    }

    boolean allocates() {
      return builtin == MALLOC;
    }

    @Override
    void run(Warp w, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        int lane = Integer.numberOfTrailingZeros(m);
        switch (builtin) {
          case VPRINTF -> {
            String format = string(w, lane, argument(w, lane, 0));
            long values = argument(w, lane, 1);
            int count =
                Printf.print(
                    w.block.printed,
                    format,
                    (offset, bytes) ->
                        Raw.get(generic.locate(w, lane, values + offset, bytes), bytes),
                    address -> string(w, lane, address));
            result(w, lane, count);
          }
          case ASSERT_FAIL -> {
            w.faulting = lane;
            throw new Fault(
                Fault.Kind.ASSERTION,
                "assertion '%s' failed at %s:%d in %s",
                string(w, lane, argument(w, lane, 0)),
                string(w, lane, argument(w, lane, 1)),
                argument(w, lane, 2) & 0xffff_ffffL,
                string(w, lane, argument(w, lane, 3)));
          }
          case MALLOC -> {
            long size = argument(w, lane, 0);
            result(w, lane, memory.allocate("malloc of a kernel", Math.max(1, size)).base);
          }
          case FREE -> {
            long address = argument(w, lane, 0);
            if (address != 0 && !memory.free(address)) {
              throw new Fault(
                  Fault.Kind.OUT_OF_BOUNDS, "free of 0x%x, where no block starts", address);
            }
          }
        }
      }
    }

    private String string(Warp w, int lane, long address) {
      var text = new java.io.ByteArrayOutputStream();
      for (long at = address; ; at++) {
        byte b = Raw.getByte(generic.locate(w, lane, at, 1));
        if (b == 0 || text.size() > 1 << 16) {
          return text.toString(java.nio.charset.StandardCharsets.UTF_8);
        }
        text.write(b);
      }
    }

    private long argument(Warp w, int lane, int n) {
      Call.Passed a = arguments.get(n);
      return a.inRegister()
          ? w.r[a.row() + lane]
          : Raw.get(w.stack(lane) + w.frame.local + a.offset(), (int) Math.min(8, a.size()));
    }

    private void result(Warp w, int lane, long value) {
      if (results.isEmpty()) {
        return;
      }
      Call.Passed r = results.getFirst();
      if (r.inRegister()) {
        w.r[r.row() + lane] = value;
      } else {
        Raw.put(w.stack(lane) + w.frame.local + r.offset(), (int) Math.min(8, r.size()), value);
        Probe probe = w.block.probe;
        if (probe != null) {
          probe.passes(w, 1 << lane, w.frame.local + r.offset(), r.size());
        }
      }
    }
  }
}
