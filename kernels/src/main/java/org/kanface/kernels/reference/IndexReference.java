package org.kanface.kernels.reference;

import org.kanface.kernels.DType;
import org.kanface.kernels.IndexKernels;
import org.kanface.kernels.Memory;

/// Rows by number, one after the other.
record IndexReference(DType type) implements IndexKernels {
  @Override
  public void gatherRows(long count, long cols, Memory index, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < count; i++) {
      long row = Elements.index(index, i);
      for (long j = 0; j < cols; j++) {
        ys.set(i * cols + j, xs.get(row * cols + j));
      }
    }
  }

  /// Every addition is rounded, as the order that the contract fixes asks for.
  @Override
  public void scatterAddRows(long count, long cols, Memory index, Memory x, Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    for (long i = 0; i < count; i++) {
      long row = Elements.index(index, i);
      for (long j = 0; j < cols; j++) {
        ys.add(row * cols + j, xs.get(i * cols + j));
      }
    }
  }
}
