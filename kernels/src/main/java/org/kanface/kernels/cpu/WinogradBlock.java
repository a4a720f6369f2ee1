package org.kanface.kernels.cpu;

/// The values of a block of tiles at the points of a [WinogradTransform]: for each point a matrix
/// `left [tiles, in]` of the image and one `right [tiles, out]` of the output or its gradient.
///
/// Matrices follow one another at steps that are no power of two, whose lines would share a few
/// cache sets.
record WinogradBlock(long address, int points, long tiles, long in, long out) {
  /// A block in a thread's working memory.
  static WinogradBlock of(Scratch scratch, int points, long tiles, long in, long out) {
    long bytes = points * (step(tiles, in) + step(tiles, out));
    return new WinogradBlock(scratch.address(bytes), points, tiles, in, out);
  }

  private static long step(long tiles, long channels) {
    return tiles * channels * Float.BYTES + Lanes.BYTES;
  }

  long leftStep() {
    return step(tiles, in);
  }

  long rightStep() {
    return step(tiles, out);
  }

  long left(long point) {
    return address + point * leftStep();
  }

  long right(long point) {
    return address + points * leftStep() + point * rightStep();
  }
}
