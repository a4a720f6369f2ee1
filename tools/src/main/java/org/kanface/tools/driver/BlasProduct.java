package org.kanface.tools.driver;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// `C = alpha op(A)·op(B) + beta C` for each product of a batch: sums in order of k.
record BlasProduct(Factors factors, Matrix a, Matrix b, Matrix c, double alpha, double beta) {
  /// A column-major matrix on the device: element `(i, j)` of what is stored lies at `i + j
  /// leading`.
  ///
  /// @param transposed whether it is stored as its transpose
  /// @param rows of `op`
  /// @param cols of `op`
  /// @param stride elements between two matrices of a batch
  record Matrix(
      long address,
      ElementType type,
      boolean transposed,
      long rows,
      long cols,
      long leading,
      long stride) {
    private long start(long number) {
      return address + number * stride * type.bytes;
    }

    private long bytes() {
      long storedRows = transposed ? cols : rows;
      long storedCols = transposed ? rows : cols;
      return storedRows * storedCols == 0
          ? 0
          : ((storedCols - 1) * leading + storedRows) * type.bytes;
    }

    private MemorySegment read(SimContext context, long number) {
      if (bytes() == 0) {
        return MemorySegment.NULL;
      }
      if (start(number) % type.bytes != 0) {
        throw new LibraryError(
            BlasStatus.INVALID_VALUE,
            "a matrix of %s begins at 0x%x, which is not aligned to it",
            type,
            start(number));
      }
      context.requireInside(start(number), bytes());
      return context.device.peek(start(number), bytes());
    }

    private double get(MemorySegment block, long i, long j) {
      return type.get(block, transposed ? j + i * leading : i + j * leading);
    }

    /// Whether an element of one lies on an element of the other. Parts of the same rows, as slices
    /// of one matrix are, do not overlap where their columns do not.
    private boolean overlaps(Matrix other, long number) {
      long distance = other.start(number) - start(number);
      if (distance >= bytes() || -distance >= other.bytes()) {
        return false;
      }
      if (leading != other.leading || type != other.type) {
        return true;
      }
      long shift = Math.floorMod(distance / type.bytes, leading);
      return shift < length() || shift + other.length() > leading;
    }

    /// Of a stored column.
    private long length() {
      return transposed ? cols : rows;
    }
  }

  void run(SimContext context, long count) {
    for (long p = 0; p < count; p++) {
      if (alpha != 0 && (c.overlaps(a, p) || c.overlaps(b, p))) {
        throw new LibraryError(BlasStatus.INVALID_VALUE, "C overlaps an operand");
      }
      context.requireInside(c.start(p), c.bytes());
      if (a.address == 0 || b.address == 0) {
        throw new LibraryError(BlasStatus.INVALID_VALUE, "an operand's pointer is null");
      }
      one(context, p);
    }
  }

  private void one(SimContext context, long p) {
    boolean multiplies = alpha != 0;
    MemorySegment left = multiplies ? a.read(context, p) : MemorySegment.NULL;
    MemorySegment right = multiplies ? b.read(context, p) : MemorySegment.NULL;
    int m = Math.toIntExact(c.rows);
    int k = multiplies ? Math.toIntExact(a.cols) : 0;
    var columns = new double[k][m]; // of op(A)
    for (int q = 0; q < k; q++) {
      for (int i = 0; i < m; i++) {
        columns[q][i] = factors.round(a.get(left, i, q));
      }
    }
    var sums = new double[m];
    for (long j = 0; j < c.cols; j++) {
      Arrays.fill(sums, 0);
      for (int q = 0; q < k; q++) {
        add(factors.round(b.get(right, q, j)), columns[q], sums);
      }
      store(context, p, j, sums);
    }
  }

  private void add(double factor, double[] column, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = factors.sum(sums[i], factor * column[i]);
    }
  }

  /// Column by column: what lies between two columns stays untouched, and uninitialised.
  private void store(SimContext context, long p, long j, double[] sums) {
    long address = c.start(p) + j * c.leading * c.type.bytes;
    long bytes = (long) sums.length * c.type.bytes;
    MemorySegment before = beta == 0 ? MemorySegment.NULL : context.device.peek(address, bytes);
    MemorySegment target = context.device.memory(address, bytes);
    for (int i = 0; i < sums.length; i++) {
      double kept = beta == 0 ? 0 : beta * c.type.get(before, i);
      c.type.set(target, i, alpha * sums[i] + kept);
    }
  }
}
