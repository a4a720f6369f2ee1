package org.kanface.kernels.cpu;

/// One product `c = epilogue(alpha * a·b (+ c))` over native addresses: `a [m, k]`, `b [k, n]`, the
/// rows of `c` `cRow` bytes apart.
record GemmJob(
    long m,
    long n,
    long k,
    GemmMatrix a,
    GemmMatrix b,
    long c,
    long cRow,
    float alpha,
    boolean add,
    GemmEpilogue epilogue) {

  long multiplyAdds() {
    return m * n * k;
  }

  /// The columns `from … to` of the same product.
  GemmJob columns(long from, long to) {
    long at = c + from * Float.BYTES;
    return new GemmJob(
        m, to - from, k, a, b.from(0, from), at, cRow, alpha, add, epilogue.from(from));
  }

  /// The rows `from … to` of the same product without its epilogue, stored to rows at `target`.
  GemmJob rows(long from, long to, long target, long targetRow) {
    return new GemmJob(
        to - from, n, k, a.from(from, 0), b, target, targetRow, alpha, false, GemmEpilogue.NONE);
  }

  /// The part of the sums from `from` on, `depth` long, stored (not added) to a tight `[m, n]`.
  GemmJob partial(long from, long depth, long target) {
    return new GemmJob(
        m,
        n,
        depth,
        a.from(0, from),
        b.from(from, 0),
        target,
        n * Float.BYTES,
        alpha,
        false,
        GemmEpilogue.NONE);
  }
}
