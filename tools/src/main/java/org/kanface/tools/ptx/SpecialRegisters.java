package org.kanface.tools.ptx;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Instruction;

/// Special registers (PTX ISA, "Special Registers").
final class SpecialRegisters {
  private static final Map<String, Reader> READERS = new HashMap<>();

  private SpecialRegisters() {}

  /// The value for one lane.
  interface Reader {
    long read(Warp w, int lane);
  }

  static {
    put("%tid.x", (w, l) -> (w.firstThread + l) % w.block.launch.block.x());
    put(
        "%tid.y",
        (w, l) -> (w.firstThread + l) / w.block.launch.block.x() % w.block.launch.block.y());
    put(
        "%tid.z",
        (w, l) -> (w.firstThread + l) / w.block.launch.block.x() / w.block.launch.block.y());
    put("%ntid.x", (w, _) -> w.block.launch.block.x());
    put("%ntid.y", (w, _) -> w.block.launch.block.y());
    put("%ntid.z", (w, _) -> w.block.launch.block.z());
    put("%ctaid.x", (w, _) -> w.block.x);
    put("%ctaid.y", (w, _) -> w.block.y);
    put("%ctaid.z", (w, _) -> w.block.z);
    put("%nctaid.x", (w, _) -> w.block.launch.grid.x());
    put("%nctaid.y", (w, _) -> w.block.launch.grid.y());
    put("%nctaid.z", (w, _) -> w.block.launch.grid.z());
    put("%laneid", (_, l) -> l);
    put("%warpid", (w, _) -> w.firstThread / Op.LANES);
    put("%nwarpid", (_, _) -> 64);
    put("%smid", (w, _) -> w.block.index % 108);
    put("%nsmid", (_, _) -> 108);
    put("%gridid", (w, _) -> w.block.launch.number);
    put("%lanemask_eq", (_, l) -> 1 << l);
    put("%lanemask_lt", (_, l) -> (1 << l) - 1);
    put("%lanemask_le", (_, l) -> (2 << l) - 1);
    put("%lanemask_gt", (_, l) -> ~((2 << l) - 1));
    put("%lanemask_ge", (_, l) -> -(1 << l));
    put("%clock", (w, _) -> w.block.launch.clock());
    put("%clock_hi", (w, _) -> w.block.launch.clock() >>> 32);
    put("%clock64", (w, _) -> w.block.launch.clock());
    put("%globaltimer", (w, _) -> w.block.launch.clock());
    put("%globaltimer_lo", (w, _) -> w.block.launch.clock());
    put("%globaltimer_hi", (w, _) -> w.block.launch.clock() >>> 32);
    put("%dynamic_smem_size", (w, _) -> w.block.launch.dynamicShared);
    put("%total_smem_size", (w, _) -> w.block.sharedBytes);
    put("%aggr_smem_size", (w, _) -> w.block.sharedBytes);
    put("%envreg0", (_, _) -> 0);
    put("%envreg1", (w, _) -> w.block.launch.device.workspace() >>> 32);
    put("%envreg2", (w, _) -> (int) w.block.launch.device.workspace());
    put("%reserved_smem_offset_begin", (w, _) -> w.block.launch.kernel.link().reservedOffset());
    put("%reserved_smem_offset_0", (w, _) -> w.block.launch.kernel.link().reservedOffset());
    put("%reserved_smem_offset_1", (w, _) -> w.block.launch.kernel.link().reservedOffset());
    put(
        "%reserved_smem_offset_end",
        (w, _) -> w.block.launch.kernel.link().reservedOffset() + Linkage.RESERVED);
    put("%reserved_smem_offset_cap", (_, _) -> Linkage.RESERVED);
    put("%cluster_ctarank", (_, _) -> 0);
    put("%cluster_nctarank", (_, _) -> 1);
    put("%is_explicit_cluster", (_, _) -> 0);
    for (String axis : new String[] {"x", "y", "z"}) {
      put("%cluster_ctaid." + axis, (_, _) -> 0);
      put("%cluster_nctaid." + axis, (_, _) -> 1);
    }
    READERS.put("%clusterid.x", READERS.get("%ctaid.x"));
    READERS.put("%clusterid.y", READERS.get("%ctaid.y"));
    READERS.put("%clusterid.z", READERS.get("%ctaid.z"));
    READERS.put("%nclusterid.x", READERS.get("%nctaid.x"));
    READERS.put("%nclusterid.y", READERS.get("%nctaid.y"));
    READERS.put("%nclusterid.z", READERS.get("%nctaid.z"));
  }

  private static void put(String name, Reader reader) {
    READERS.put(name, reader);
  }

  static @Nullable Reader named(String name) {
    return READERS.get(name);
  }

  /// Reads one into a register.
  static final class Read extends Op {
    private final Reader reader;
    private final int d;

    Read(Instruction source, Reader reader, int d) {
      super(source);
      this.reader = reader;
      this.d = d;
    }

    @Override
    void run(Warp w, int mask) {
      for (int m = mask; m != 0; m &= m - 1) {
        int l = Integer.numberOfTrailingZeros(m);
        w.r[d + l] = reader.read(w, l);
      }
    }
  }
}
