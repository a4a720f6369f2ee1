package org.kanface.kernels.cuda;

/// How kernels that sum columns cover a matrix: blocks of `lanes` x `lines` threads, `across` of
/// them side by side, the rows cut into parts. A lane has a unit, which is 4 columns where their
/// number is a multiple of 4, else 1.
///
/// @param cut of the rows; the parts' sums are for [#finishing]
record Tiles(int lanes, int lines, int across, Cut cut) {
  private static final int THREADS = 256; // at most, of a block
  private static final int LANES = 32; // at most: whole rows are read side by side
  private static final int ENOUGH = 528; // blocks; four for each multiprocessor of a large GPU
  private static final int ROWS = 4; // at least, of a thread
  private static final int FLAT_LEAST = 528; // blocks, before a thread gets a second element
  private static final int FLAT_MOST = 8448;

  /// For sums over the rows of `[rows, cols]`, where `blocks` such matrices are summed at once.
  static Tiles of(long rows, long cols, long blocks) {
    return of(rows, cols, blocks, ENOUGH);
  }

  /// @param enough blocks at most
  static Tiles of(long rows, long cols, long blocks, int enough) {
    long units = units(cols);
    int across = Launch.blocks(units, LANES);
    int lanes = Math.clamp(Math.ceilDiv(units, across), 1, LANES);
    int lines = THREADS / lanes;
    long parts = Math.min(enough / Math.max(1, across * blocks), rows / ((long) ROWS * lines));
    return new Tiles(lanes, lines, across, Cut.into(Math.clamp(parts, 1, enough), rows));
  }

  static Tiles of(long rows, long cols) {
    return of(rows, cols, 1);
  }

  /// For the sum of `parts` rows of `cols` columns: more lines a block, so that none waits for many
  /// of them in turn.
  static Tiles finishing(int parts, long cols) {
    int lines = 8;
    while (lines < 128 && ROWS * lines < parts) {
      lines *= 2;
    }
    int lanes = THREADS / lines;
    return new Tiles(lanes, lines, Launch.blocks(units(cols), lanes), new Cut(1, parts));
  }

  private static long units(long cols) {
    return cols % 4 == 0 ? cols / 4 : cols;
  }

  /// The size of a launch whose threads keep their columns all the same, but sum nothing: four
  /// units of `n` elements a thread, or more, so that what belongs to columns is seldom read.
  static Launch flat(Launch launch, long n) {
    int few = Math.min(Launch.blocks(n, 4 * THREADS), FLAT_LEAST);
    int blocks = Math.min(Launch.blocks(n, 16 * THREADS), FLAT_MOST);
    return launch.grid(Math.max(few, blocks)).block(THREADS);
  }

  int parts() {
    return cut.parts();
  }

  /// Sets the launch's size, `rows` of blocks in y.
  Launch on(Launch launch, int rows) {
    return launch.grid(across, rows, 1).block(lanes, lines);
  }
}
