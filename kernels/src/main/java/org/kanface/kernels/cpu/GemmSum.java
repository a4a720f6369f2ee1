package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// Sums partial products in their order.
final class GemmSum {
  private GemmSum() {}

  /// Rows `i0 … i1` of `c = partial 0 + partial 1 + …` (`+ c` if the job adds), with its epilogue;
  /// `partials` are tight `[parts, m, n]`.
  static void rows(GemmJob job, long partials, long parts, long i0, long i1) {
    long n = job.n();
    long step = job.m() * n * Float.BYTES;
    for (long i = i0; i < i1; i++) {
      long row = job.c() + i * job.cRow();
      long from = partials + i * n * Float.BYTES;
      for (long j = 0; j < n; j += LANES) {
        var mask = LAST[(int) Math.min(LANES, n - j)];
        long at = from + j * Float.BYTES;
        var sum = FloatVector.fromMemorySegment(F, SPACE, at, ORDER, mask);
        for (long part = 1; part < parts; part++) {
          at += step;
          sum = sum.add(FloatVector.fromMemorySegment(F, SPACE, at, ORDER, mask));
        }
        long to = row + j * Float.BYTES;
        if (job.add()) {
          sum = sum.add(FloatVector.fromMemorySegment(F, SPACE, to, ORDER, mask));
        }
        sum.intoMemorySegment(SPACE, to, ORDER, mask);
      }
      job.epilogue().apply(row, job.cRow(), 0, 1, (int) n, false);
    }
    job.epilogue().finish(job.c() + i0 * job.cRow(), job.cRow(), 0, i1 - i0, n);
  }
}
