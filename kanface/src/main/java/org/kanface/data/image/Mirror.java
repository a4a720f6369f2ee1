package org.kanface.data.image;

/// Where filters read beyond an edge: the pixels before it again, backwards, without the outermost
/// one (… 2 1 0 1 2 …).
final class Mirror {
  private Mirror() {}

  /// The index inside `0 … size - 1` that stands for `i`.
  static int index(int i, int size) {
    if (size == 1) {
      return 0;
    }
    int period = 2 * (size - 1);
    int at = Math.floorMod(i, period);
    return at < size ? at : period - at;
  }
}
