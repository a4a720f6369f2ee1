package org.kanface.tools.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// 32 lanes with a program counter each, executed in groups that are at the same place.
///
/// Lanes that a branch splits meet again at its immediate post-dominator. A group that waits there
/// for one that spins (a lock held by a waiting lane) is sent on without it, so every lane makes
/// progress, as with independent thread scheduling on hardware.
final class Warp {
  /// Branches a group may take before another gets its turn.
  private static final int SLICE = 4096;

  /// Reads of memory that others write, after which a group counts as spinning.
  private static final int SPINNING = 48;

  /// Turns without spinning after which waiting lanes are sent on nevertheless.
  private static final int PATIENCE = 256;

  final Block block;
  final int firstThread;

  /// Lanes that there are.
  final int all;

  /// Lanes that have not exited.
  int live;

  /// Registers, predicates and frame of the group that runs.
  long[] r = new long[0];

  int[] p = new int[0];
  Frame frame;

  /// Generic addresses of the current access, for a [Probe].
  final long[] addresses = new long[Op.LANES];

  /// What lanes exchange in a [Collective].
  final long[] in0 = new long[Op.LANES];

  final long[] in1 = new long[Op.LANES];
  final long[] in2 = new long[Op.LANES];
  final long[] out = new long[Op.LANES];
  int outPredicate;

  /// The lane whose access faulted, or -1.
  int faulting = -1;

  /// Counts stores and other things that may let someone else go on.
  long progress;

  /// Counts reads of what others write, since the group's turn began.
  int polls;

  /// Counts turns that ended in a state not seen before, though memory did not change.
  long wandered;

  private final ArrayDeque<Group> ready = new ArrayDeque<>();
  private final List<Join> joins = new ArrayList<>();
  final List<Collective.Waiting> meeting = new ArrayList<>();
  private int budget;
  private int turns;
  private boolean yielded;

  /// The group that runs.
  private Group running;

  Warp(Block block, int firstThread, int live, Frame frame) {
    this.block = block;
    this.firstThread = firstThread;
    this.live = live;
    this.all = live;
    this.frame = frame;
    running = new Group(live, 0, frame, null);
    ready.add(running);
  }

  boolean canRun() {
    return !ready.isEmpty();
  }

  void makeReady(Group g) {
    ready.addLast(g);
  }

  /// Runs until every group waits, or one has had its turn.
  void run() {
    yielded = false;
    while (!yielded) {
      Group g = ready.pollLast();
      if (g == null) {
        return;
      }
      budget = SLICE;
      polls = 0;
      try {
        run(g);
      } catch (Fault e) {
        throw located(e, running);
      } catch (StackOverflowError | IndexOutOfBoundsException | ArithmeticException e) {
        throw new IllegalStateException("the simulator failed at " + place(running), e);
      }
    }
  }

  private void run(Group start) {
    Group g = start;
    while (true) {
      Frame f = g.frame;
      running = g;
      enter(f);
      Code code = f.code;
      Op[] ops = code.ops;
      boolean[] meets = code.joins;
      long[] executions = f.executions;
      long[] lanes = f.lanes;
      int[] predicates = p;
      int pc = g.pc;
      int active = g.mask;
      while (true) {
        if (meets[pc] && g.join != null && g.join.pc == pc && g.join.frame == f) {
          g.pc = pc;
          Group merged = arrive(g);
          if (merged == null) {
            return;
          }
          g = merged;
          running = g;
          active = g.mask;
          continue;
        }
        Op op = ops[pc];
        int mask = active;
        if (op.guard >= 0) {
          int bits = predicates[op.guard];
          mask &= op.negated ? ~bits : bits;
        }
        executions[pc]++;
        lanes[pc] += Integer.bitCount(mask);
        if (op instanceof Flow flow) {
          g.pc = pc;
          if (!flow.step(this, g, mask)) {
            return;
          }
          if (g.frame != f) {
            break;
          }
          pc = g.pc;
          active = g.mask;
        } else {
          if (mask != 0) {
            g.pc = pc;
            op.run(this, mask);
          }
          pc++;
        }
      }
    }
  }

  /// Makes `f` the frame whose registers ops see.
  void enter(Frame f) {
    frame = f;
    r = f.r;
    p = f.p;
  }

  /// Takes `mask` out of what `g` goes on with: a new group for `pc`. Both will meet again.
  void split(Group g, int mask, int pc) {
    Join join = g.join;
    int meet = frame.code.meets[g.pc];
    boolean never = meet == Code.EXIT && frame.caller == null;
    if (!never && (join == null || join.frame != frame || join.pc != meet)) {
      join = new Join(frame, meet, g.mask, join);
      joins.add(join);
      g.join = join;
    }
    ready.addLast(new Group(mask, pc, frame, join));
  }

  /// `g` is where it meets others: returns all of them if they are complete, else null.
  private @Nullable Group arrive(Group g) {
    Join join = g.join;
    if (join == null) {
      return g;
    }
    join.arrived |= g.mask;
    return join.complete() ? merged(join) : null;
  }

  private Group merged(Join join) {
    joins.remove(join);
    return new Group(join.arrived, join.pc, join.frame, join.outer);
  }

  /// The lanes of `g` end their threads.
  void exit(Group g) {
    progress++;
    live &= ~g.mask;
    for (Join j = g.join; j != null; j = j.outer) {
      j.expected &= ~g.mask;
      if (j.complete() && j.arrived != 0) {
        sendOn(merged(j));
      } else if (j.expected == 0) {
        joins.remove(j);
      }
    }
    Collective.retry(this);
    block.exited(Integer.bitCount(g.mask));
  }

  /// The lanes of `g` return from a function. False if they have to wait for others first.
  boolean leave(Group g) {
    Join join = g.join;
    if (join != null && join.frame == g.frame && join.pc == Code.EXIT) {
      Group merged = arrive(g);
      if (merged == null) {
        return false;
      }
      g.mask = merged.mask;
      g.join = merged.join;
      return leave(g);
    }
    Frame caller = g.frame.caller;
    if (caller == null) {
      throw new IllegalStateException("return from a kernel");
    }
    Call.copyResults(this, g.frame, caller, g.mask);
    g.pc = g.frame.returnTo;
    g.frame = caller;
    return true;
  }

  /// Whether `g` may go on after a branch; otherwise others get their turn.
  boolean keepsRunning(Group g) {
    boolean spins = polls > SPINNING;
    if (!spins && --budget > 0) {
      return true;
    }
    yielded = true;
    turns++;
    if (!spins) {
      progress++;
    } else if (!g.seenBefore()) {
      wandered++;
    }
    if (spins || turns % PATIENCE == 0) {
      for (Join j = g.join; j != null; j = j.outer) {
        if (release(j)) {
          break;
        }
      }
    }
    ready.addFirst(g);
    return false;
  }

  /// Lets go of lanes that wait where nobody comes, because nothing else can run. False if there
  /// are none.
  boolean releaseAny() {
    for (int i = joins.size() - 1; i >= 0; i--) {
      if (release(joins.get(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean release(Join j) {
    if (j.arrived == 0) {
      return false;
    }
    int mask = j.arrived;
    j.expected &= ~mask;
    j.arrived = 0;
    if (j.expected == 0) {
      joins.remove(j);
    }
    sendOn(new Group(mask, j.pc, j.frame, j.outer));
    return true;
  }

  /// A group goes on from the place of a join, which may be the end of a function.
  private void sendOn(Group g) {
    if (g.pc == Code.EXIT) {
      if (!leave(g)) {
        return;
      }
    }
    ready.addLast(g);
  }

  /// Fills [#addresses].
  void address(Window window, int base, long offset, int mask) {
    for (int m = mask; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      addresses[l] = window.generic(this, r[base + l] + offset);
    }
  }

  /// The native address of a lane's local memory.
  long stack(int lane) {
    return block.stacks + (firstThread + lane) * (long) block.stackBytes;
  }

  /// Memory changed: whoever looked at it in vain is no longer spinning.
  void progressed() {
    progress++;
    polls = 0;
  }

  /// Where the groups that could run are.
  String whereabouts() {
    return ready.stream()
        .map(g -> g.frame.code.ops[g.pc].source().place())
        .distinct()
        .collect(java.util.stream.Collectors.joining(", "));
  }

  private Fault located(Fault e, Group g) {
    return e.at(place(g));
  }

  private String place(Group g) {
    int lane = faulting >= 0 ? faulting : Integer.numberOfTrailingZeros(g.mask);
    int thread = firstThread + lane;
    Code code = frame.code;
    int pc = Math.min(g.pc, code.ops.length - 1);
    return "%s, %s in '%s', block %s, thread %s"
        .formatted(
            code.ops[pc].source().place(),
            code.ops[pc].source().mnemonic(),
            code.function.name(),
            block.place(),
            block.thread(thread));
  }
}
