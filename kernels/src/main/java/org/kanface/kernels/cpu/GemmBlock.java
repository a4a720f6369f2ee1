package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.GemmTile.COLS;
import static org.kanface.kernels.cpu.GemmTile.ROWS;
import static org.kanface.kernels.cpu.Simd.LANES;

/// A rectangle of one product's `c` on one thread.
///
/// Blocked after Goto and van de Geijn 2008 ("Anatomy of high-performance matrix multiplication"):
/// a panel of `b` of at most [#DEPTH] rows stays in the first-level cache while tiles walk down the
/// rows of `a`, of which [#HEIGHT] stay in the second level. An operand that already lies as the
/// tiles want it is read where it is.
final class GemmBlock {
  private static final int DEPTH = 256; // 256 * COLS floats: two thirds of a 48 KB cache
  private static final int HEIGHT = 20 * 12; // 240 * 256 floats: a quarter of a 1 MB cache
  private static final int FEW_TILES = 3; // reuses that do not pay for packing

  private GemmBlock() {}

  /// The depth of the blocks that sums over `k` are cut into: equal, a function of `k` alone.
  static int depth(long k) {
    long blocks = Math.max(1, (k + DEPTH - 1) / DEPTH);
    return (int) ((k + blocks - 1) / blocks + 7) & ~7;
  }

  /// Bytes of all of `b` in panels, as [#panel] addresses them.
  static long panelBytes(long k, long n) {
    return (n + COLS - 1) / COLS * k * COLS * Float.BYTES;
  }

  private static long panel(long panels, long k, long j) {
    return panels + j / COLS * k * COLS * Float.BYTES;
  }

  /// Packs the column panels from `j0` to `j1`, multiples of [GemmTile#COLS] (or `n`), into
  /// `panels`.
  static void pack(GemmJob g, long j0, long j1, long panels) {
    for (long j = j0; j < j1; j += COLS) {
      int cols = (int) Math.min(COLS, j1 - j);
      GemmPack.columns(
          g.k(), cols, g.b() + j * g.bCol(), g.bRow(), g.bCol(), panel(panels, g.k(), j));
    }
  }

  /// Computes rows `i0 … i1` and columns `j0 … j1` (`j0` a multiple of [GemmTile#COLS]), from `b`
  /// packed whole into `panels`, or from `b` itself where `panels` is 0.
  static void compute(GemmJob g, long i0, long i1, long j0, long j1, long panels) {
    boolean packRows = packsRows(g, j1 - j0);
    int depth = depth(g.k());
    long p0 = 0;
    do { // once for k = 0 too: it stores zeros
      int kc = (int) Math.min(depth, g.k() - p0);
      boolean add = g.add() || p0 > 0;
      boolean last = p0 + kc >= g.k();
      for (long i = i0; i < i1; i += HEIGHT) {
        long rows = Math.min(HEIGHT, i1 - i);
        long a = g.a() + i * g.aRow() + p0 * g.aCol();
        long aStep = ROWS * g.aRow(); // between tiles
        long aRow = g.aRow();
        long aCol = g.aCol();
        if (packRows) {
          long packed = Scratch.PACKED_A.address((long) (HEIGHT + ROWS) * kc * Float.BYTES);
          GemmPack.rows(kc, rows, a, g.aRow(), g.aCol(), packed);
          a = packed;
          aStep = (long) kc * ROWS * Float.BYTES;
          aRow = Float.BYTES;
          aCol = ROWS * (long) Float.BYTES;
        }
        for (long j = j0; j < j1; j += COLS) {
          int cols = (int) Math.min(COLS, j1 - j);
          long b;
          long bRow = COLS * (long) Float.BYTES;
          if (panels != 0) {
            b = panel(panels, g.k(), j) + p0 * bRow;
          } else {
            b = g.b() + p0 * g.bRow() + j * g.bCol();
            if (readable(g, cols, rows)) {
              bRow = g.bRow();
            } else {
              long packed = Scratch.PACKED_B.address(kc * bRow);
              GemmPack.columns(kc, cols, b, g.bRow(), g.bCol(), packed);
              b = packed;
            }
          }
          long c = g.c() + i * g.cRow() + j * Float.BYTES;
          for (long r = 0; r < rows; r += ROWS) {
            int height = (int) Math.min(ROWS, rows - r);
            long tile = c + r * g.cRow();
            GemmTile.run(
                kc,
                a + r / ROWS * aStep,
                aRow,
                aCol,
                b,
                bRow,
                tile,
                g.cRow(),
                g.alpha(),
                add,
                height,
                cols);
            if (last) {
              g.epilogue().apply(tile, g.cRow(), j, height, cols);
            }
          }
        }
      }
      p0 += kc;
    } while (p0 < g.k());
  }

  /// Columns of a transposed `a` lie far apart: worth packing as soon as they are read again.
  private static boolean packsRows(GemmJob g, long cols) {
    return g.aRow() == Float.BYTES && g.aCol() != Float.BYTES && cols > 2L * COLS;
  }

  /// Whether tiles can read `b` where it is: whole vectors, and too few rows of `a` to read it
  /// often.
  private static boolean readable(GemmJob g, int cols, long rows) {
    return g.bCol() == Float.BYTES && cols % LANES == 0 && rows <= (long) FEW_TILES * ROWS;
  }
}
