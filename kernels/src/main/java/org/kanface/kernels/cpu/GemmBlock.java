package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.COLS;
import static org.kanface.kernels.cpu.GemmTile.ROWS;
import static org.kanface.kernels.cpu.Simd.LANES;

import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// A rectangle of one product's `c` on one thread.
///
/// Blocked after Goto and van de Geijn 2008 ("Anatomy of high-performance matrix multiplication"):
/// tiles walk down the rows of `a` along one panel of `b` after the other; the panel and a block of
/// at most [#HEIGHT] rows of `a` stay in the second-level cache, or in the first where `b` is
/// small. Sums over `k` longer than [#DEPTH] go through `c`. An operand that already lies as the
/// tiles want it is read where it is.
///
/// A sum's terms are added in equal chains of at most [#CHAIN], and the chains in their order: the
/// error of a long sum is then little more than a chain's; one chain of all would lose digits with
/// `√k`.
final class GemmBlock {
  /// Rows of `a` that a block holds at most.
  static final int HEIGHT = 12 * 12; // 144 * 512 floats: a third of a 1 MB cache

  /// The same where every panel of `b` is packed anew for each block.
  static final int TALL = 44 * 12;

  private static final int DEPTH = 512;
  private static final int GATHERED = 256; // where panels of `b` are gathered: they stay in L1
  private static final int CHAIN = 256; // additions one after the other
  private static final long FIRST_CACHE = 32 << 10;
  private static final long BLOCK = 24 << 10; // bytes of `a` beside panels in the first cache
  private static final long FAR = 256 << 10; // bytes that the second cache may still hold
  private static final int THIN = 128; // rows and columns that pay for no packing of either operand
  private static final int THIN_DEPTH = 64; // of both operands then: in the first cache
  private static final int FEW_TILES = 3; // reuses that do not pay for packing
  private static final long PANEL_ROW = (long) COLS * Float.BYTES;
  private static final long FOLDED = 4096; // bytes between rows that fall into the same cache sets

  private GemmBlock() {}

  /// Where a block of `a` lies: `tileStep` bytes from one tile of rows to the next.
  private record Rows(long address, long tileStep, long rowStep, long colStep) {}

  /// The depth of the blocks that sums over `k` are cut into: equal ones of at most `most`.
  private static int depth(long k, int most) {
    long blocks = Math.max(1, (k + most - 1) / most);
    return (int) ((k + blocks - 1) / blocks + 7) & ~7;
  }

  /// Rows of a block. Where all panels are small, so is the block: it is read from the first cache
  /// by every panel, and rows of `c` are finished soon.
  private static int height(long kc, long cols) {
    if (kc * cols * Float.BYTES > BLOCK) {
      return HEIGHT;
    }
    long rows = BLOCK / Float.BYTES / Math.max(1, kc);
    return (int) Math.clamp(rows / ROWS * ROWS, 2L * ROWS, HEIGHT);
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
    boolean thin = panels == 0 && thin(g, i1 - i0, j1 - j0);
    boolean gathers = panels == 0 && g.b() instanceof ConvPatches;
    int depth = thin ? THIN_DEPTH : depth(g.k(), gathers ? GATHERED : DEPTH);
    int height = gathers ? TALL : height(Math.min(depth, g.k()), j1 - j0);
    long p0 = 0;
    do { // once for k = 0 too: it stores zeros
      int kc = (int) Math.min(depth, g.k() - p0);
      if (thin) {
        Stored b = ((Stored) g.b()).from(p0, j0);
        CacheLines.read(b.address(), kc, b.rowStep(), (j1 - j0) * Float.BYTES);
      } else if (gathers && kc > 0 && g.b() instanceof ConvPatches patches) {
        patches.read(p0, kc);
      }
      for (long i = i0; i < i1; i += height) {
        long rows = Math.min(height, i1 - i);
        Rows a = rows(g, i, rows, p0, kc, j1 - j0, thin);
        for (long j = j0; j < j1; j += COLS) {
          int cols = (int) Math.min(COLS, j1 - j);
          long b;
          long bRow = PANEL_ROW;
          if (panels != 0) {
            b = panel(panels, g.k(), j) + p0 * PANEL_ROW;
          } else if (thin || readable(g.b(), cols, rows)) {
            Stored s = ((Stored) g.b()).from(p0, j);
            b = s.address();
            bRow = s.rowStep();
          } else {
            b = Scratch.PACKED_B.address(kc * PANEL_ROW);
            packPanel(g.b(), p0, kc, j, cols, b);
          }
          strip(g, a, b, bRow, i, rows, j, cols, p0, kc);
        }
        if (p0 + kc >= g.k()) {
          long block = g.c() + i * g.cRow() + j0 * Float.BYTES;
          g.epilogue().finish(block, g.cRow(), j0, rows, j1 - j0);
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
    int chain = Math.max(1, Math.ceilDiv(kc, Math.max(1, Math.ceilDiv(kc, CHAIN))));
    long bias = GemmTile.startsWith(g, cols) ? g.epilogue().bias() + j * Float.BYTES : 0;
    long from = a.address;
    for (long r = 0; r < rows; r += ROWS, from += a.tileStep) {
      int height = (int) Math.min(ROWS, rows - r);
      long tile = g.c() + (i + r) * g.cRow() + j * Float.BYTES;
      int p = 0;
      do { // once for kc = 0 too
        int depth = Math.min(chain, kc - p);
        long left = from + p * a.colStep;
        long right = b + p * bRow;
        boolean more = add || p > 0;
        GemmTile.run(
            depth, left, a.rowStep, a.colStep, right, bRow, tile, g.cRow(), g.alpha(), more, bias,
            height, cols);
        p += chain;
      } while (p < kc);
      if (last) {
        g.epilogue().apply(tile, g.cRow(), j, height, cols, bias != 0);
      }
    }
  }

  /// A block of `a`: where it is, packed, copied or gathered.
  private static Rows rows(GemmJob g, long i, long rows, long p0, int kc, long cols, boolean thin) {
    return switch (g.a()) {
      case Stored s -> {
        Stored from = s.from(i, p0);
        if (s.rowStep() == Float.BYTES && s.colStep() != Float.BYTES) {
          yield thin || !packsRows(s, rows, kc, cols)
              ? transposed(from, rows, kc, thin)
              : packed(from, rows, kc);
        }
        if (cols >= 8L * COLS && s.rowStep() % FOLDED == 0) {
          yield copied(from, rows, kc);
        }
        if (g.m() * g.k() * Float.BYTES > FAR) {
          CacheLines.read(from.address(), rows, s.rowStep(), (long) kc * Float.BYTES);
        }
        yield new Rows(from.address(), ROWS * s.rowStep(), s.rowStep(), s.colStep());
      }
      case ConvPatches patches -> {
        long row = row(kc);
        long gathered = Scratch.PACKED_A.address(rows * row);
        patches.copy(i, rows, p0, kc, gathered, row);
        yield new Rows(gathered, ROWS * row, row, Float.BYTES);
      }
    };
  }

  /// Bytes of a copied row: off powers of two, so that rows fall into all cache sets.
  private static long row(int kc) {
    return (kc + LANES) * (long) Float.BYTES;
  }

  private static Rows copied(Stored from, long rows, int kc) {
    long row = row(kc);
    long target = Scratch.PACKED_A.address(rows * row);
    ConvRuns.copy(from.address(), from.rowStep(), target, row, rows, kc);
    return new Rows(target, ROWS * row, row, Float.BYTES);
  }

  private static Rows packed(Stored from, long rows, int kc) {
    long column = (long) ROWS * Float.BYTES;
    long panel = kc * column + BYTES;
    long target = Scratch.PACKED_A.address((rows / ROWS + 1) * panel);
    GemmPack.rows(kc, rows, from.address(), from.colStep(), target, panel);
    return new Rows(target, panel, Float.BYTES, column);
  }

  private static Rows transposed(Stored from, long rows, int kc, boolean thin) {
    if (thin) {
      CacheLines.read(from.address(), kc, from.colStep(), rows * Float.BYTES);
    }
    return new Rows(from.address(), ROWS * from.rowStep(), from.rowStep(), from.colStep());
  }

  /// Whether `c` is so small, and both operands such that tiles can read them, that packing would
  /// cost more than it saves: gradients of the weights of narrow layers.
  private static boolean thin(GemmJob g, long rows, long cols) {
    return rows <= THIN
        && cols <= THIN
        && cols % LANES == 0
        && g.k() > 4 * THIN_DEPTH
        && g.a() instanceof Stored a
        && a.rowStep() == Float.BYTES
        && g.b() instanceof Stored b
        && b.colStep() == Float.BYTES;
  }

  /// Columns of a transposed `a` lie far apart: worth packing as soon as they are read again, be it
  /// for other elements of the same cache lines.
  private static boolean packsRows(Stored a, long rows, int kc, long cols) {
    return cols > 2L * COLS || rows > 2L * ROWS && kc * a.colStep() > FIRST_CACHE;
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
