package org.kanface.kernels.cpu;

/// One product over native addresses; all strides are bytes, so a transposed operand is one with
/// its strides swapped. `a[i, p]` is at `a + i * aRow + p * aCol`, `b[p, j]` at `b + p * bRow + j *
/// bCol`.
record GemmJob(
    long m,
    long n,
    long k,
    long a,
    long aRow,
    long aCol,
    long b,
    long bRow,
    long bCol,
    long c,
    long cRow,
    float alpha,
    boolean add,
    GemmEpilogue epilogue) {

  long multiplyAdds() {
    return m * n * k;
  }

  /// The same product of other operands, `a`, `b` and `c` moved by so many bytes.
  GemmJob moved(long aBytes, long bBytes, long cBytes) {
    return new GemmJob(
        m,
        n,
        k,
        a + aBytes,
        aRow,
        aCol,
        b + bBytes,
        bRow,
        bCol,
        c + cBytes,
        cRow,
        alpha,
        add,
        epilogue);
  }

  /// The columns `from … to` of the same product.
  GemmJob columns(long from, long to) {
    return new GemmJob(
        m,
        to - from,
        k,
        a,
        aRow,
        aCol,
        b + from * bCol,
        bRow,
        bCol,
        c + from * Float.BYTES,
        cRow,
        alpha,
        add,
        epilogue.from(from));
  }

  /// The part of the sums from `from` on, `depth` long, stored (not added) to a tight `[m, n]`.
  GemmJob partial(long from, long depth, long target) {
    return new GemmJob(
        m,
        n,
        depth,
        a + from * aCol,
        aRow,
        aCol,
        b + from * bRow,
        bRow,
        bCol,
        target,
        n * Float.BYTES,
        alpha,
        false,
        GemmEpilogue.NONE);
  }
}
