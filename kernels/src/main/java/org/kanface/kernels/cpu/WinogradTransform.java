package org.kanface.kernels.cpu;

/// The two-dimensional transforms of Winograd's minimal filtering `F(m × m, 3 × 3)` (Lavin and Gray
/// 2016, arXiv:1509.09308), for single tiles of `m × m` outputs, some channels at a time.
///
/// Where the pixels of a tile lie is told by a table of addresses, a row of the tile after the
/// other; those outside an image lead to a row of zeros or to one that nobody reads. The values at
/// the points are `pointStep` bytes apart.
interface WinogradTransform {
  /// `m`: rows and columns of outputs.
  int size();

  /// Points of a line, `m + 2`.
  int points();

  /// Points of a tile.
  default int all() {
    return points() * points();
  }

  /// `points × points` pixels of an image to the points.
  void image(WinogradScratch working, int bytes, long to, long pointStep);

  /// The points back to `size × size` pixels of the output, `bias` added.
  void outputs(long from, long pointStep, int bytes, long bias, WinogradScratch working);

  /// The 3 × 3 taps, `tapStep` bytes apart, to the points.
  void taps(long from, long tapStep, int bytes, long to, long pointStep, WinogradScratch working);
}
