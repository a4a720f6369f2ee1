package org.kanface.kernels.cpu;

/// An operand of a product: stored somewhere, or gathered from an image as it is needed.
sealed interface GemmMatrix permits GemmMatrix.Stored, ConvPatches {
  /// The same matrix without its first `row` rows and `col` columns.
  GemmMatrix from(long row, long col);

  /// A matrix in native memory, element `(i, j)` at `address + i * rowStep + j * colStep`; steps
  /// are bytes, so a transposed operand is one with its steps swapped.
  record Stored(long address, long rowStep, long colStep) implements GemmMatrix {
    @Override
    public Stored from(long row, long col) {
      return new Stored(address + row * rowStep + col * colStep, rowStep, colStep);
    }

    Stored moved(long bytes) {
      return new Stored(address + bytes, rowStep, colStep);
    }
  }
}
