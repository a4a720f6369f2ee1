package org.kanface.nn.backbone;

import org.kanface.kernels.Gemm;
import org.kanface.kernels.Gemm.Batch;

/// Batched products over samples and heads of XCA, where heads lie inside tokens (`[b, n, row]`, a
/// head's channels side by side) and covariances one after another (`[b, heads, width, width]`).
///
/// @param row channels of a token in memory
record HeadBatch(long samples, long tokens, long heads, long width, long row) {
  /// `a = xᵀ·y`: tokens × tokens → covariance.
  Gemm covariance(HeadBatch y) {
    return Gemm.of(true, false, width, width, tokens)
        .leading(row, y.row, width)
        .batched(
            new Batch(
                samples,
                heads,
                row * tokens,
                width,
                y.row * tokens,
                width,
                area() * heads,
                area()));
  }

  /// `y = x·a` or, transposed, `y = x·aᵀ`: tokens × covariance → tokens.
  Gemm apply(boolean transposed, HeadBatch y) {
    return Gemm.of(false, transposed, tokens, width, width)
        .leading(row, width, y.row)
        .batched(
            new Batch(
                samples,
                heads,
                row * tokens,
                width,
                area() * heads,
                area(),
                y.row * tokens,
                width));
  }

  private long area() {
    return width * width;
  }
}
