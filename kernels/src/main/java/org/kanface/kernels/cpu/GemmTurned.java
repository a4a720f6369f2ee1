package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.GemmTile.ROWS;

import org.kanface.kernels.Workers;
import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// Products of few rows with a transposed `b`, as linear layers of small batches are, computed as
/// `cᵀ = bᵀ·aᵀ`: the many rows of `bᵀ` are then read where they lie, once, and only `aᵀ` is packed.
/// The bits are those of the product itself: every element is the same sum.
final class GemmTurned {
  private static final long MOST_ROWS = 256;
  private static final long LEAST_RATIO = 4; // columns a row
  private static final long STRIP = 8L * ROWS; // columns of a task

  private GemmTurned() {}

  static boolean handles(GemmJob g) {
    return g.m() <= MOST_ROWS
        && g.n() >= LEAST_RATIO * g.m()
        && g.n() >= STRIP
        && !g.add()
        && g.k() > 0
        && g.a() instanceof Stored
        && g.b() instanceof Stored b
        && b.rowStep() == Float.BYTES
        && b.colStep() != Float.BYTES;
  }

  static void run(GemmJob g) {
    Stored a = (Stored) g.a();
    Stored b = (Stored) g.b();
    long m = g.m();
    long row = m * Float.BYTES;
    var turned =
        new GemmJob(
            g.n(),
            m,
            g.k(),
            new Stored(b.address(), b.colStep(), b.rowStep()),
            new Stored(a.address(), a.colStep(), a.rowStep()),
            0,
            row,
            g.alpha(),
            false,
            GemmEpilogue.NONE);
    long panels = GemmThreads.pack(turned);
    Workers.forEach(
        Math.ceilDiv(g.n(), STRIP),
        t -> {
          long j = t * STRIP;
          int cols = (int) Math.min(STRIP, g.n() - j);
          long strip = Scratch.TURNED.address(STRIP * row);
          GemmBlock.compute(turned.rows(j, j + cols, strip, row), 0, cols, 0, m, panels);
          long to = g.c() + j * Float.BYTES;
          GemmTranspose.run(cols, (int) m, strip, row, to, g.cRow());
          g.epilogue().apply(to, g.cRow(), j, (int) m, cols, false);
          g.epilogue().finish(to, g.cRow(), j, m, cols);
        });
  }
}
