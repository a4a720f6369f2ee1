package org.kanface.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Memory;
import org.kanface.kernels.NormKernels;

/// Normalisations on vectors; statistics over rows by fixed chunks, combined in double.
final class NormCpu implements NormKernels {
  private static final long SAMPLES = 64; // rows that give the shift of batch statistics

  @Override
  public void layerNormForward(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory y,
      Memory mean,
      Memory rstd) {
    try (var memory = new Address("layer norm")) {
      long in = memory.input("x", x, rows * cols);
      long out = memory.output("y", y, rows * cols);
      long means = memory.output("mean", mean, rows);
      long rstds = memory.output("rstd", rstd, rows);
      int row = Math.toIntExact(cols * Float.BYTES);
      long factors = Scratch.COLUMN_FACTORS.address(2 * padded(cols));
      long weights = orFilled(memory.input("weight", weight, cols), factors, row, 1);
      long biases = orFilled(memory.input("bias", bias, cols), factors + padded(cols), row, 0);
      Chunks.rows(
          rows,
          cols,
          (from, to) ->
              NormLayer.forward(
                  to - from,
                  row,
                  eps,
                  in + from * row,
                  weights,
                  biases,
                  out + from * row,
                  means + from * Float.BYTES,
                  rstds + from * Float.BYTES));
    }
  }

  /// The block, or where it is absent (address 0) `spare` filled with `value`.
  private static long orFilled(long address, long spare, int bytes, float value) {
    if (address == 0) {
      Lanes.fill(spare, bytes, value);
      return spare;
    }
    return address;
  }

  /// Bytes of `cols` floats in whole vectors.
  private static long padded(long cols) {
    return Math.ceilDiv(cols, Simd.LANES) * Lanes.BYTES;
  }

  @Override
  public void layerNormBackward(
      long rows,
      long cols,
      Memory x,
      @Nullable Memory weight,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias) {
    try (var memory = new Address("layer norm backward")) {
      long in = memory.input("x", x, rows * cols);
      long grad = memory.input("dy", dy, rows * cols);
      long out = memory.output("dx", dx, rows * cols);
      long means = memory.input("mean", mean, rows);
      long rstds = memory.input("rstd", rstd, rows);
      long dweights = dweight == null ? 0 : memory.output("dweight", dweight, cols);
      long dbiases = dbias == null ? 0 : memory.output("dbias", dbias, cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      long ones = Scratch.COLUMN_FACTORS.address(padded(cols));
      long weights = orFilled(memory.input("weight", weight, cols), ones, row, 1);
      ReduceColumns.runWholeRows(
          2,
          rows,
          cols,
          (_, from, to, _, _, sums, plane) ->
              NormLayer.backward(
                  to - from,
                  row,
                  in + from * row,
                  weights,
                  means + from * Float.BYTES,
                  rstds + from * Float.BYTES,
                  grad + from * row,
                  out + from * row,
                  sums,
                  sums + plane),
          (_, _, count, totals, plane) -> {
            storeTotals(totals, dweights, count);
            storeTotals(totals + plane, dbiases, count);
          });
    }
  }

  private static void storeTotals(long totals, long target, int count) {
    if (target != 0) {
      ReduceColumns.round(1, totals, target, count);
    }
  }

  @Override
  public void batchNormTrain(
      long rows,
      long cols,
      double eps,
      double momentum,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd) {
    try (var memory = new Address("batch norm")) {
      long in = memory.input("x", x, rows * cols);
      long out = memory.output("y", y, rows * cols);
      long weights = memory.input("weight", weight, cols);
      long biases = memory.input("bias", bias, cols);
      long movingMean = memory.output("runningMean", runningMean, cols);
      long movingVar = memory.output("runningVar", runningVar, cols);
      long means = memory.output("mean", mean, cols);
      long rstds = memory.output("rstd", rstd, cols);
      long row = cols * Float.BYTES;
      long width = padded(cols);
      long shift = Scratch.COLUMN_FACTORS.address(3 * width);
      long scale = shift + width;
      long offset = scale + width;
      sampleMean(rows, cols, in, shift);
      ReduceColumns.run(
          2,
          1,
          rows,
          cols,
          (_, from, to, column, count, sums, plane) -> {
            long at = column * Float.BYTES;
            NormBatch.moments(
                to - from,
                row,
                count * Float.BYTES,
                in + from * row + at,
                shift + at,
                sums,
                sums + plane);
          },
          (_, column, count, totals, plane) -> {
            for (int j = 0; j < count; j++) {
              long at = (column + j) * Float.BYTES;
              // d = x - shift: mean = shift + E[d], var = E[d²] - E[d]²
              double d = total(totals, j) / rows;
              double variance = Math.max(0, total(totals + plane, j) / rows - d * d);
              double mu = Lanes.get(shift + at) + d;
              double r = 1 / Math.sqrt(variance + eps);
              Lanes.set(means + at, (float) mu);
              Lanes.set(rstds + at, (float) r);
              move(movingMean + at, momentum, mu);
              move(movingVar + at, momentum, variance * rows / (rows - 1.0));
              setFactors(column + j, r, (float) mu - mu, weights, biases, scale, offset);
            }
          });
      Lanes.copy(means, shift, cols); // padded, for the loops
      apply(rows, cols, in, shift, scale, offset, out);
    }
  }

  /// The mean of some rows spread over the matrix: near enough to the mean for `E[d²] - E[d]²` not
  /// to cancel, and exact where a column is constant.
  private static void sampleMean(long rows, long cols, long x, long shift) {
    long count = Math.min(rows, SAMPLES);
    for (long j = 0; j < cols; j++) {
      double sum = 0;
      for (long i = 0; i < count; i++) {
        sum += Lanes.get(x + (i * rows / count * cols + j) * Float.BYTES);
      }
      Lanes.set(shift + j * Float.BYTES, (float) (sum / count));
    }
  }

  private static double total(long totals, int j) {
    return Address.SPACE.get(Lanes.DOUBLE, totals + (long) j * Double.BYTES);
  }

  private static void move(long running, double momentum, double batch) {
    Lanes.set(running, (float) ((1 - momentum) * Lanes.get(running) + momentum * batch));
  }

  // `excess`: what rounding added to the mean; the offset takes it off again
  private static void setFactors(
      long j, double r, double excess, long weights, long biases, long scale, long offset) {
    long at = j * Float.BYTES;
    double w = weights == 0 ? r : Lanes.get(weights + at) * r;
    double b = biases == 0 ? 0 : Lanes.get(biases + at);
    Lanes.set(scale + at, (float) w);
    Lanes.set(offset + at, (float) (b + excess * w));
  }

  private static void apply(
      long rows, long cols, long x, long mean, long scale, long offset, long y) {
    int row = Math.toIntExact(cols * Float.BYTES);
    Chunks.rows(
        rows,
        cols,
        (from, to) ->
            NormBatch.apply(to - from, row, x + from * row, mean, scale, offset, y + from * row));
  }

  @Override
  public void batchNormEval(
      long rows,
      long cols,
      double eps,
      Memory x,
      @Nullable Memory weight,
      @Nullable Memory bias,
      Memory runningMean,
      Memory runningVar,
      Memory y) {
    try (var memory = new Address("batch norm")) {
      long in = memory.input("x", x, rows * cols);
      long out = memory.output("y", y, rows * cols);
      long weights = memory.input("weight", weight, cols);
      long biases = memory.input("bias", bias, cols);
      long means = memory.input("runningMean", runningMean, cols);
      long variances = memory.input("runningVar", runningVar, cols);
      long width = padded(cols);
      long shift = Scratch.COLUMN_FACTORS.address(3 * width);
      for (long j = 0; j < cols; j++) {
        double r = 1 / Math.sqrt(Lanes.get(variances + j * Float.BYTES) + eps);
        setFactors(j, r, 0, weights, biases, shift + width, shift + 2 * width);
      }
      Lanes.copy(means, shift, cols);
      apply(rows, cols, in, shift, shift + width, shift + 2 * width, out);
    }
  }

  @Override
  public void batchNormBackward(
      boolean train,
      long rows,
      long cols,
      Memory x,
      @Nullable Memory weight,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias) {
    try (var memory = new Address("batch norm backward")) {
      long in = memory.input("x", x, rows * cols);
      long grad = memory.input("dy", dy, rows * cols);
      long out = memory.output("dx", dx, rows * cols);
      long weights = memory.input("weight", weight, cols);
      long rstds = memory.input("rstd", rstd, cols);
      long dweights = dweight == null ? 0 : memory.output("dweight", dweight, cols);
      long dbiases = dbias == null ? 0 : memory.output("dbias", dbias, cols);
      int row = Math.toIntExact(cols * Float.BYTES);
      long width = padded(cols);
      long means = Scratch.COLUMN_FACTORS.address(4 * width);
      long scale = means + width;
      long slope = scale + width;
      long offset = slope + width;
      Lanes.copy(memory.input("mean", mean, cols), means, cols);
      ReduceColumns.run(
          2,
          1,
          rows,
          cols,
          (_, from, to, column, count, sums, plane) -> {
            long at = from * row + column * Float.BYTES;
            NormBatch.gradients(
                to - from,
                row,
                count * Float.BYTES,
                in + at,
                means + column * Float.BYTES,
                grad + at,
                sums,
                sums + plane);
          },
          (_, column, count, totals, plane) -> {
            for (int j = 0; j < count; j++) {
              long at = (column + j) * Float.BYTES;
              double r = Lanes.get(rstds + at);
              double w = (weights == 0 ? 1 : Lanes.get(weights + at)) * r;
              double sum = total(totals, j);
              double dot = total(totals + plane, j) * r; // Σ dy xh
              setWhere(dbiases, at, sum);
              setWhere(dweights, at, dot);
              Lanes.set(scale + at, (float) w);
              Lanes.set(slope + at, train ? (float) (-w * r * dot / rows) : 0);
              Lanes.set(offset + at, train ? (float) (-w * sum / rows) : 0);
            }
          });
      Chunks.rows(
          rows,
          cols,
          (from, to) ->
              NormBatch.inputGradient(
                  to - from,
                  row,
                  in + from * row,
                  means,
                  grad + from * row,
                  scale,
                  slope,
                  offset,
                  out + from * row));
    }
  }

  private static void setWhere(long target, long at, double value) {
    if (target != 0) {
      Lanes.set(target + at, (float) value);
    }
  }

  @Override
  public void l2NormalizeForward(
      long outer, long n, long inner, double eps, Memory x, Memory y, Memory norm) {
    try (var memory = new Address("l2 normalize")) {
      long in = memory.input("x", x, outer * n * inner);
      long out = memory.output("y", y, outer * n * inner);
      long norms = memory.output("norm", norm, outer * inner);
      int row = Math.toIntExact((inner == 1 ? n : inner) * Float.BYTES);
      if (inner == 1) {
        Chunks.rows(
            outer,
            n,
            (from, to) ->
                NormL2.rows(
                    to - from,
                    row,
                    (float) eps,
                    in + from * row,
                    out + from * row,
                    norms + from * Float.BYTES));
        return;
      }
      Chunks.rows(
          outer,
          n * inner,
          (from, to) -> {
            for (long o = from; o < to; o++) {
              long at = o * n * row;
              NormL2.columns(n, row, row, (float) eps, in + at, out + at, norms + o * row);
            }
          });
    }
  }

  @Override
  public void l2NormalizeBackward(
      long outer, long n, long inner, double eps, Memory y, Memory norm, Memory dy, Memory dx) {
    try (var memory = new Address("l2 normalize backward")) {
      long unit = memory.input("y", y, outer * n * inner);
      long grad = memory.input("dy", dy, outer * n * inner);
      long out = memory.output("dx", dx, outer * n * inner);
      long norms = memory.input("norm", norm, outer * inner);
      int row = Math.toIntExact((inner == 1 ? n : inner) * Float.BYTES);
      if (inner == 1) {
        Chunks.rows(
            outer,
            n,
            (from, to) ->
                NormL2.rowsBackward(
                    to - from,
                    row,
                    (float) eps,
                    unit + from * row,
                    norms + from * Float.BYTES,
                    grad + from * row,
                    out + from * row));
        return;
      }
      Chunks.rows(
          outer,
          n * inner,
          (from, to) -> {
            for (long o = from; o < to; o++) {
              long at = o * n * row;
              NormL2.columnsBackward(
                  n, row, row, (float) eps, unit + at, norms + o * row, grad + at, out + at);
            }
          });
    }
  }
}
