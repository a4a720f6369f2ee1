package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.GemmTile.COLS;
import static org.kanface.kernels.cpu.GemmTile.ROWS;
import static org.kanface.kernels.cpu.Simd.LANES;

import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// A rectangle of one product's `c` on one thread.
///
/// Blocked after Goto and van de Geijn 2008 ("Anatomy of high-performance matrix multiplication"):
/// a panel of `b` of at most [#DEPTH] rows stays in the first-level cache while tiles walk down the
/// rows of `a`, of which [#HEIGHT] stay in the second level. An operand that already lies as the
/// tiles want it is read where it is.
final class GemmBlock {
  /// Rows of `a` that a block holds at most.
  static final int HEIGHT = 24 * 12; // 288 * 256 floats: a third of a 1 MB cache

  private static final int DEPTH = 256; // 256 * COLS floats: two thirds of a 48 KB cache
  private static final long FIRST_CACHE = 32 << 10;
  private static final int FEW_TILES = 3; // reuses that do not pay for packing
  private static final long PANEL_ROW = (long) COLS * Float.BYTES;

  private GemmBlock() {}

  /// Where a block of `a` lies: `tileStep` bytes from one tile of rows to the next.
  private record Rows(long address, long tileStep, long rowStep, long colStep) {}

  /// The depth of the blocks that sums over `k` are cut into: equal, a function of `k` alone.
  private static int depth(long k) {
    long blocks = Math.max(1, (k + DEPTH - 1) / DEPTH);
    return (int) ((k + blocks - 1) / blocks + 7) & ~7;
  }

  /// Bytes of all of `b` in panels.
  static long panelBytes(long k, long n) {
    return (n + COLS - 1) / COLS * k * PANEL_ROW;
  }

  private static long panel(long panels, long k, long j) {
    return panels + j / COLS * k * PANEL_ROW;
  }

  /// Packs the column panels from `j0`, a multiple of [GemmTile#COLS], to `j1` into `panels`.
  static void pack(GemmJob g, long j0, long j1, long panels) {
    for (long j = j0; j < j1; j += COLS) {
      int cols = (int) Math.min(COLS, j1 - j);
      packPanel(g.b(), 0, g.k(), j, cols, panel(panels, g.k(), j));
    }
  }

  private static void packPanel(GemmMatrix b, long p0, long depth, long j, int cols, long target) {
    switch (b) {
      case Stored s -> {
        Stored from = s.from(p0, j);
        GemmPack.columns((int) depth, cols, from.address(), s.rowStep(), s.colStep(), target);
      }
      case ConvPatches patches -> patches.copy(p0, depth, j, cols, target, PANEL_ROW);
    }
  }

  /// Computes rows `i0 … i1` and columns `j0 … j1` (`j0` a multiple of [GemmTile#COLS]), from `b`
  /// packed whole into `panels`, or from `b` itself where `panels` is 0.
  static void compute(GemmJob g, long i0, long i1, long j0, long j1, long panels) {
    int depth = depth(g.k());
    long p0 = 0;
    do { // once for k = 0 too: it stores zeros
      int kc = (int) Math.min(depth, g.k() - p0);
      for (long i = i0; i < i1; i += HEIGHT) {
        long rows = Math.min(HEIGHT, i1 - i);
        Rows a = rows(g.a(), i, rows, p0, kc, j1 - j0);
        for (long j = j0; j < j1; j += COLS) {
          int cols = (int) Math.min(COLS, j1 - j);
          long b;
          long bRow = PANEL_ROW;
          if (panels != 0) {
            b = panel(panels, g.k(), j) + p0 * PANEL_ROW;
          } else if (readable(g.b(), cols, rows)) {
            Stored s = ((Stored) g.b()).from(p0, j);
            b = s.address();
            bRow = s.rowStep();
          } else {
            b = Scratch.PACKED_B.address(kc * PANEL_ROW);
            packPanel(g.b(), p0, kc, j, cols, b);
          }
          strip(g, a, b, bRow, i, rows, j, cols, p0, kc);
        }
      }
      p0 += kc;
    } while (p0 < g.k());
  }

  /// Tiles down one panel of `b`.
  private static void strip(
      GemmJob g, Rows a, long b, long bRow, long i, long rows, long j, int cols, long p0, int kc) {
    boolean add = g.add() || p0 > 0;
    boolean last = p0 + kc >= g.k();
    long bias = GemmTile.startsWith(g, cols) ? g.epilogue().bias() + j * Float.BYTES : 0;
    long from = a.address;
    for (long r = 0; r < rows; r += ROWS, from += a.tileStep) {
      int height = (int) Math.min(ROWS, rows - r);
      long tile = g.c() + (i + r) * g.cRow() + j * Float.BYTES;
      GemmTile.run(
          kc, from, a.rowStep, a.colStep, b, bRow, tile, g.cRow(), g.alpha(), add, bias, height,
          cols);
      if (last) {
        g.epilogue().apply(tile, g.cRow(), j, height, cols, bias != 0);
      }
    }
  }

  /// A block of `a`: where it is, packed, or gathered.
  private static Rows rows(GemmMatrix a, long i, long rows, long p0, int kc, long cols) {
    return switch (a) {
      case Stored s -> {
        Stored from = s.from(i, p0);
        if (!packsRows(s, rows, kc, cols)) {
          yield new Rows(from.address(), ROWS * s.rowStep(), s.rowStep(), s.colStep());
        }
        long packed = Scratch.PACKED_A.address((long) (HEIGHT + ROWS) * kc * Float.BYTES);
        GemmPack.rows(kc, rows, from.address(), s.colStep(), packed);
        long column = (long) ROWS * Float.BYTES;
        yield new Rows(packed, kc * column, Float.BYTES, column);
      }
      case ConvPatches patches -> {
        long row = (kc + LANES) * (long) Float.BYTES; // off powers of two: rows in all cache sets
        long gathered = Scratch.PACKED_A.address(HEIGHT * row);
        patches.copy(i, rows, p0, kc, gathered, row);
        yield new Rows(gathered, ROWS * row, row, Float.BYTES);
      }
    };
  }

  /// Columns of a transposed `a` lie far apart: worth packing as soon as they are read again, be it
  /// for other elements of the same cache lines.
  private static boolean packsRows(Stored a, long rows, int kc, long cols) {
    boolean transposed = a.rowStep() == Float.BYTES && a.colStep() != Float.BYTES;
    boolean again = cols > 2L * COLS || rows > 2L * ROWS && kc * a.colStep() > FIRST_CACHE;
    return transposed && again;
  }

  /// Whether tiles can read `b` where it is: whole vectors, and too few rows of `a` to read it
  /// often.
  private static boolean readable(GemmMatrix b, int cols, long rows) {
    return b instanceof Stored s
        && s.colStep() == Float.BYTES
        && cols % LANES == 0
        && rows <= (long) FEW_TILES * ROWS;
  }
}
