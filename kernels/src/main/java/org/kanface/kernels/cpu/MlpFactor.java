package org.kanface.kernels.cpu;

import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// A small right-hand side `b [k, n]` that many blocks of rows are multiplied with: packed once.
record MlpFactor(Stored b, long k, long n, long panels) {
  /// `b` itself, `[k, n]` as stored, to be packed at `panels`.
  static MlpFactor of(long address, long k, long n, long panels) {
    return packed(new Stored(address, n * Float.BYTES, Float.BYTES), k, n, panels);
  }

  /// The transpose of what is stored, `[n, k]`.
  static MlpFactor transposed(long address, long k, long n, long panels) {
    return packed(new Stored(address, Float.BYTES, k * Float.BYTES), k, n, panels);
  }

  private static MlpFactor packed(Stored b, long k, long n, long panels) {
    var factor = new MlpFactor(b, k, n, panels);
    GemmThreads.pack(factor.job(0, 0, 0, GemmEpilogue.NONE), panels);
    return factor;
  }

  /// Where the next factor may be packed.
  long end() {
    return panels + GemmBlock.panelBytes(k, n);
  }

  /// `c [rows, n] = epilogue(a [rows, k] · b)`, on the calling thread.
  void multiply(long rows, long a, long c, GemmEpilogue epilogue) {
    GemmBlock.compute(job(rows, a, c, epilogue), 0, rows, 0, n, panels);
  }

  private GemmJob job(long rows, long a, long c, GemmEpilogue epilogue) {
    var left = new Stored(a, k * Float.BYTES, Float.BYTES);
    return new GemmJob(rows, n, k, left, b, c, n * Float.BYTES, 1, false, epilogue);
  }

  /// `c [m, n] += aᵀ · b` of `a [rows, m]` and `b [rows, n]`, on the calling thread.
  static void addTransposed(long rows, long m, long n, long a, long b, long c) {
    var left = new Stored(a, Float.BYTES, m * Float.BYTES);
    var right = new Stored(b, n * Float.BYTES, Float.BYTES);
    var job = new GemmJob(m, n, rows, left, right, c, n * Float.BYTES, 1, true, GemmEpilogue.NONE);
    GemmBlock.compute(job, 0, m, 0, n, 0);
  }
}
