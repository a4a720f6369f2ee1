package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Watches for reads of what was never written, races in shared memory and divergent barriers.
/// Accesses out of bounds and misaligned ones are faults of the memory itself.
final class Sanitizer implements Probe {
  /// What is reported once, with a count.
  private record Key(Fault.Kind kind, Op op) {}

  private static final class Finding {
    private final String text;
    private int more;

    private Finding(String text) {
      this.text = text;
    }
  }

  private final Launch launch;
  private final Map<Key, Finding> findings = new LinkedHashMap<>();
  private final IdentityHashMap<Block, SharedShadow> shared = new IdentityHashMap<>();
  private final IdentityHashMap<Block, byte[]> stacks = new IdentityHashMap<>();
  private final Unwritten unwritten = new Unwritten();
  private @Nullable Fault fault;

  Sanitizer(Launch launch) {
    this.launch = launch;
  }

  /// Whether a fault is a finding of this kind rather than the kernel's own wish to stop.
  boolean keeps(Fault f) {
    return switch (f.kind()) {
      case OUT_OF_BOUNDS, MISALIGNED, BARRIER, DEADLOCK, UNINITIALISED, RACE -> true;
      case TRAP, ASSERTION, LAUNCH -> false;
    };
  }

  void add(Fault f) {
    fault = f;
  }

  private void add(Fault.Kind kind, Op op, String message, Object... arguments) {
    Finding known = findings.get(new Key(kind, op));
    if (known == null) {
      String text = kind.words() + ": " + message.formatted(arguments);
      findings.put(new Key(kind, op), new Finding(text));
    } else {
      known.more++;
    }
  }

  /// One line for each kind and instruction; races first, since they explain unwritten bytes.
  List<String> findings() {
    var all = new ArrayList<String>();
    if (fault != null) {
      all.add(fault.kind().words() + ": " + fault.getMessage());
    }
    findings.entrySet().stream()
        .sorted(Comparator.comparingInt(e -> e.getKey().kind == Fault.Kind.RACE ? 0 : 1))
        .map(Map.Entry::getValue)
        .forEach(f -> all.add(f.more == 0 ? f.text : f.text + " (and " + f.more + " times more)"));
    return all;
  }

  @Override
  public void blockStarts(Block block) {
    shared.put(block, new SharedShadow(block));
    long bytes = launch.block.count() * block.stackBytes;
    stacks.put(block, new byte[(int) Math.min(bytes, 1 << 28)]);
  }

  @Override
  public void blockEnds(Block block) {
    shared.remove(block);
    stacks.remove(block);
    unwritten.forget();
  }

  @Override
  public void access(Warp w, Op op, int mask, int bytes, int element, Access access) {
    for (int m = mask; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      long address = w.addresses[lane];
      long window = address >> Window.WINDOW_SHIFT << Window.WINDOW_SHIFT;
      if (window == Window.SHARED) {
        long at = address - Window.SHARED;
        if (at <= w.block.sharedBytes - bytes) {
          shared(w, op, lane, (int) at, bytes, access);
        }
      } else if (window == Window.LOCAL) {
        local(w, op, lane, address - Window.LOCAL, bytes, access);
      } else if (window != Window.PARAM) {
        global(w, op, lane, address, bytes, access);
      }
    }
  }

  private void shared(Warp w, Op op, int lane, int at, int bytes, Access access) {
    SharedShadow shadow = shared.get(w.block);
    if (shadow == null) {
      return;
    }
    if (access != Access.STORE && !shadow.written(at, bytes)) {
      uninitialised(w, op, lane, "shared memory", at, bytes);
    }
    SharedShadow.Race race = shadow.access(w, op, lane, at, bytes, access);
    if (race != null) {
      add(
          Fault.Kind.RACE,
          op,
          "%s: %s in '%s' by thread %s and %s at %s by thread %s touch byte %d of shared memory of"
              + " block %s with nothing in between that orders them",
          op.source().place(),
          op.source().mnemonic(),
          w.frame.code.function.name(),
          w.block.thread(w.firstThread + lane),
          race.other().source().mnemonic(),
          race.other().source().place(),
          w.block.thread(race.thread()),
          race.at(),
          w.block.place());
    }
  }

  private void local(Warp w, Op op, int lane, long at, int bytes, Access access) {
    byte[] written = stacks.get(w.block);
    long start = (w.firstThread + lane) * (long) w.block.stackBytes + at;
    if (written == null || at + bytes > w.block.stackBytes || start + bytes > written.length) {
      return;
    }
    int from = (int) start;
    if (access == Access.LOAD) {
      // Structures are copied with their padding: only a read of nothing but unwritten bytes
      // counts.
      boolean any = false;
      for (int n = 0; n < bytes; n++) {
        any |= written[from + n] != 0;
      }
      boolean copies = unwritten.onlyCopies(w.frame, op);
      if (!any && !copies) {
        uninitialised(w, op, lane, "local memory", at, bytes);
      }
      if (copies) {
        unwritten.loads(w.frame, op, lane, !any);
      }
    } else if (access == Access.ATOMIC || unwritten.source(w.frame, op, lane) == null) {
      java.util.Arrays.fill(written, from, from + bytes, (byte) 1);
    }
  }

  private void global(Warp w, Op op, int lane, long address, int bytes, Access access) {
    Allocation block;
    try {
      block = launch.device.memory().find(address, bytes);
    } catch (Fault _) {
      return; // the access itself faults, with the place
    }
    byte[] written = block.written;
    if (written == null) {
      return;
    }
    int from = (int) (address - block.base);
    Op load = access == Access.STORE ? unwritten.source(w.frame, op, lane) : null;
    if (load != null) {
      uninitialised(w, load, lane, "%d bytes of local memory".formatted(bytes));
    }
    if (access != Access.STORE) {
      for (int n = 0; n < bytes; n++) {
        if (written[from + n] == 0) {
          uninitialised(w, op, lane, "'" + block.name + "'", from, bytes);
          break;
        }
      }
    }
    if (access != Access.LOAD) {
      java.util.Arrays.fill(written, from, from + bytes, (byte) 1);
    }
  }

  private void uninitialised(Warp w, Op op, int lane, String where, long at, int bytes) {
    uninitialised(w, op, lane, "%d bytes at byte %d of %s".formatted(bytes, at, where));
  }

  private void uninitialised(Warp w, Op op, int lane, String what) {
    add(
        Fault.Kind.UNINITIALISED,
        op,
        "%s: %s in '%s', block %s, thread %s reads %s that nothing has written",
        op.source().place(),
        op.source().mnemonic(),
        w.frame.code.function.name(),
        w.block.place(),
        w.block.thread(w.firstThread + lane),
        what);
  }

  @Override
  public void passes(Warp w, int mask, long offset, long bytes) {
    byte[] written = stacks.get(w.block);
    for (int m = mask; written != null && m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      long from = (w.firstThread + lane) * (long) w.block.stackBytes + offset;
      if (from + bytes <= written.length) {
        java.util.Arrays.fill(written, (int) from, (int) (from + bytes), (byte) 1);
      }
    }
  }

  @Override
  public void arrives(Warp w, Op op, int mask, int barrier) {
    SharedShadow shadow = shared.get(w.block);
    if (shadow != null) {
      shadow.arrives(w, barrier);
    }
  }

  @Override
  public void barrierCompletes(Block block, int barrier) {
    List<BlockBarrier.Waiting> waiting = block.barrier(barrier).waiting();
    SharedShadow shadow = shared.get(block);
    for (BlockBarrier.Waiting one : waiting) {
      if (shadow != null) {
        shadow.leaves(one.warp(), barrier);
      }
      divergent(block, one, waiting);
    }
    if (shadow != null) {
      shadow.forget(barrier);
    }
  }

  private void divergent(
      Block block, BlockBarrier.Waiting one, List<BlockBarrier.Waiting> waiting) {
    if (one.op().source().opcode().equals("barrier")
        && !one.op().source().modifiers().contains("aligned")) {
      return;
    }
    Warp w = one.warp();
    int here = 0;
    for (BlockBarrier.Waiting other : waiting) {
      if (other.warp() == w && other.op() == one.op()) {
        here |= other.group().mask;
      }
    }
    boolean whole = one.op().wholeBlock();
    if (here != w.all) {
      add(
          Fault.Kind.BARRIER,
          one.op(),
          "%s: %s in '%s', block %s: only lanes 0x%08x of lanes 0x%08x of warp %d reach this"
              + " barrier",
          one.op().source().place(),
          one.op().source().mnemonic(),
          one.group().frame.code.function.name(),
          block.place(),
          here,
          w.all,
          w.firstThread / Op.LANES);
    } else if (whole && block.living() < launch.block.count()) {
      add(
          Fault.Kind.BARRIER,
          one.op(),
          "%s: %s in '%s', block %s: %d of %d threads have ended and never reach this barrier",
          one.op().source().place(),
          one.op().source().mnemonic(),
          one.group().frame.code.function.name(),
          block.place(),
          launch.block.count() - block.living(),
          launch.block.count());
    }
  }

  @Override
  public void warpSynchronises(Warp w, int mask) {
    SharedShadow shadow = shared.get(w.block);
    if (shadow != null) {
      shadow.synchronises(w);
    }
  }
}
