package org.kanface.kernels.cpu;

/// The pixels of one window as a list, so that kernels walk them in one loop; reused from window to
/// window.
final class PoolWindow {
  final int[] pixels; // flat offsets `row * width + column`
  final float[] weights;
  int count;

  PoolWindow(PoolAxis rows, PoolAxis columns) {
    int capacity = rows.widest() * columns.widest();
    pixels = new int[capacity];
    weights = new float[capacity];
  }

  /// The window of output `(i, j)`.
  void set(PoolAxis rows, PoolAxis columns, int i, int j) {
    count = 0;
    for (int row = rows.from()[i]; row < rows.to()[i]; row++) {
      for (int column = columns.from()[j]; column < columns.to()[j]; column++) {
        pixels[count++] = row * columns.size() + column;
      }
    }
  }

  /// The same with the weight of each pixel, the product of its row's and its column's.
  void set(
      PoolAxis rows, PoolAxis columns, int i, int j, float[] rowWeights, float[] columnWeights) {
    set(rows, columns, i, j);
    int at = 0;
    for (int row = rows.from()[i]; row < rows.to()[i]; row++) {
      for (int column = columns.from()[j]; column < columns.to()[j]; column++) {
        weights[at++] = rowWeights[row] * columnWeights[column];
      }
    }
  }
}
