package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.List;
import org.kanface.tools.ptx.ir.Instruction;

/// An op that lanes named by a mask execute together: `shfl.sync`, `vote.sync`, `match.sync`,
/// `redux.sync`, `bar.warp.sync`. Lanes wait until all others of the mask that have not exited
/// execute the same kind of instruction with the same mask, wherever that is in the program.
abstract class Collective extends Flow {
  /// A group that waits.
  record Waiting(Collective op, Group group, int mask, int members) {
    boolean meets(Waiting other) {
      return members == other.members && op.kind().equals(other.op.kind());
    }
  }

  private final int members;

  /// @param members the row of the mask, or -1 for all lanes that are here
  Collective(Instruction source, int members) {
    super(source);
    this.members = members;
  }

  /// What has to be equal for lanes to meet.
  String kind() {
    return source().mnemonic();
  }

  /// Brings the values of lanes in `mask` to [Warp#in0] and its like.
  abstract void collect(Warp w, int mask);

  /// Computes [Warp#out] and [Warp#outPredicate] for the lanes in `mask`, all that take part.
  abstract void exchange(Warp w, int mask);

  /// Stores the results of the lanes in `mask`.
  abstract void deliver(Warp w, int mask);

  @Override
  final boolean step(Warp w, Group g, int mask) {
    if (mask == 0) {
      g.pc++;
      return true;
    }
    int missing = 0;
    for (int rest = mask; rest != 0; ) {
      int wanted = wanted(w, rest);
      int same = alike(w, rest, wanted);
      if ((same & ~wanted) != 0) {
        throw unnamed(w, same & ~wanted, wanted);
      }
      if ((wanted & w.live & ~same) == 0) {
        collect(w, same);
        exchange(w, same);
        deliver(w, same);
        synchronised(w, same);
      } else {
        missing |= same;
      }
      rest &= ~same;
    }
    if (missing == 0) {
      g.pc++;
      return true;
    }
    if (missing != g.mask) {
      w.split(g, g.mask & ~missing, g.pc + 1);
      g.mask = missing;
    }
    int wanted = wanted(w, missing);
    int same = alike(w, missing, wanted);
    if (same != missing) {
      w.split(g, missing & ~same, g.pc); // they come here again, by themselves
      g.mask = same;
    }
    w.meeting.add(new Waiting(this, g, same, wanted));
    retry(w);
    return false;
  }

  /// The mask that the first of `lanes` gives.
  private int wanted(Warp w, int lanes) {
    return members < 0 ? lanes : (int) w.r[members + Integer.numberOfTrailingZeros(lanes)];
  }

  /// Those of `lanes` that give the mask `wanted`.
  private int alike(Warp w, int lanes, int wanted) {
    if (members < 0) {
      return lanes;
    }
    int same = 0;
    for (int m = lanes; m != 0; m &= m - 1) {
      int l = Integer.numberOfTrailingZeros(m);
      same |= (int) w.r[members + l] == wanted ? 1 << l : 0;
    }
    return same;
  }

  private Fault unnamed(Warp w, int lanes, int wanted) {
    w.faulting = Integer.numberOfTrailingZeros(lanes);
    return new Fault(
        Fault.Kind.BARRIER,
        "lane %d executes %s with the mask 0x%08x, which does not name it",
        w.faulting,
        source().mnemonic(),
        wanted);
  }

  /// Lets groups go on that no longer wait for anyone.
  static void retry(Warp w) {
    for (int i = 0; i < w.meeting.size(); i++) {
      Waiting first = w.meeting.get(i);
      var parts = new ArrayList<Waiting>();
      int all = 0;
      for (Waiting other : w.meeting) {
        if (first.meets(other)) {
          parts.add(other);
          all |= other.mask;
        }
      }
      if ((first.members & w.live & ~all) == 0) {
        w.meeting.removeAll(parts);
        together(w, parts, all);
        i = -1;
      }
    }
  }

  private static void together(Warp w, List<Waiting> parts, int all) {
    Frame before = w.frame;
    for (Waiting part : parts) {
      w.enter(part.group.frame);
      part.op.collect(w, part.mask);
    }
    parts.getFirst().op.exchange(w, all);
    for (Waiting part : parts) {
      w.enter(part.group.frame);
      part.op.deliver(w, part.mask);
      part.group.pc++;
      w.makeReady(part.group);
    }
    synchronised(w, all);
    w.enter(before);
  }

  private static void synchronised(Warp w, int mask) {
    Probe probe = w.block.probe;
    if (probe != null) {
      probe.warpSynchronises(w, mask);
    }
  }
}
