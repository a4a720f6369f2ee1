package org.kanface.kernels;

import java.util.Arrays;

/// How two strided operands are walked together: sizes of the axes and, for each operand, the
/// distance in elements between neighbours along each axis (0 repeats an element: broadcasting).
public final class Strided {
  private final long[] dims;
  private final long[] first;
  private final long[] second;

  private Strided(long[] dims, long[] first, long[] second) {
    this.dims = dims;
    this.first = first;
    this.second = second;
  }

  /// Axes of size 1 are dropped and neighbours that both operands walk as one axis are merged, so
  /// that kernels see the fewest and longest loops. Arrays must have equal lengths.
  public static Strided of(long[] dims, long[] first, long[] second) {
    int rank = 0;
    var d = new long[dims.length];
    var f = new long[dims.length];
    var s = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 1) {
        continue;
      }
      if (rank > 0 && f[rank - 1] == dims[i] * first[i] && s[rank - 1] == dims[i] * second[i]) {
        d[rank - 1] *= dims[i];
        f[rank - 1] = first[i];
        s[rank - 1] = second[i];
      } else {
        d[rank] = dims[i];
        f[rank] = first[i];
        s[rank] = second[i];
        rank++;
      }
    }
    if (rank == 0) { // a scalar: one axis of one element
      return new Strided(new long[] {1}, new long[] {1}, new long[] {1});
    }
    return new Strided(Arrays.copyOf(d, rank), Arrays.copyOf(f, rank), Arrays.copyOf(s, rank));
  }

  /// At least 1; an axis may be empty.
  public int rank() {
    return dims.length;
  }

  public long dim(int axis) {
    return dims[axis];
  }

  /// Stride of the first operand (the source of a copy).
  public long first(int axis) {
    return first[axis];
  }

  /// Stride of the second operand (the target of a copy).
  public long second(int axis) {
    return second[axis];
  }

  public long numel() {
    long product = 1;
    for (long d : dims) {
      product *= d;
    }
    return product;
  }
}
