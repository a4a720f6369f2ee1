package org.kanface.bench;

import java.util.List;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.cpu.FmaPeak;

/// What the machine itself can do, measured like everything else: rows are judged by their share of
/// it, which holds from machine to machine where times do not.
enum Yardstick {
  /// Fused multiply-adds on registers, one core.
  FMA("fma_peak", FmaPeak.flop()),

  /// A copy of 12 MiB, one core: most of it stays in a third-level cache.
  COPY("copy_12mb", 0);

  private static final long BYTES = 12 << 20;

  private final String what;
  private final double flop;

  Yardstick(String what, double flop) {
    this.what = what;
    this.flop = flop;
  }

  static List<Work> rows() {
    return List.of(FMA.work(), COPY.work());
  }

  Work work() {
    return Work.plain(what, flop, this == FMA ? Yardstick::peak : Yardstick::copy);
  }

  /// What a row is measured by: operations where it counts them, else a copy.
  static Yardstick of(Work row) {
    return row.flop() > 0 ? FMA : COPY;
  }

  private static Workload peak() {
    return FmaPeak::run;
  }

  private static Workload copy() {
    var from = HostMemory.allocate(BYTES);
    var to = HostMemory.allocate(BYTES);
    from.segment().fill((byte) 1);
    return new Workload() {
      @Override
      public void run() {
        to.segment().copyFrom(from.segment());
      }

      @Override
      public void close() {
        from.close();
        to.close();
      }
    };
  }
}
