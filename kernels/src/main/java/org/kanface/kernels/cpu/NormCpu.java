package org.kanface.kernels.cpu;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Memory;
import org.kanface.kernels.NormKernels;

/// Normalisations on vectors; statistics over rows by fixed chunks, combined in double.
final class NormCpu implements NormKernels {
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
  static long padded(long cols) {
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
      BatchNorm norm,
      double momentum,
      Memory x,
      Memory runningMean,
      Memory runningVar,
      Memory y,
      Memory mean,
      Memory rstd) {
    try (var memory = new Address("batch norm")) {
      BatchNormCpu.of(memory, norm)
          .train(
              momentum,
              memory.input("x", x, norm.rows() * norm.cols()),
              memory.output("runningMean", runningMean, norm.cols()),
              memory.output("runningVar", runningVar, norm.cols()),
              memory.output("y", y, norm.rows() * norm.cols()),
              memory.output("mean", mean, norm.cols()),
              memory.output("rstd", rstd, norm.cols()));
    }
  }

  @Override
  public void batchNormEval(BatchNorm norm, Memory x, Memory mean, Memory variance, Memory y) {
    try (var memory = new Address("batch norm")) {
      BatchNormCpu.of(memory, norm)
          .eval(
              memory.input("x", x, norm.rows() * norm.cols()),
              memory.input("mean", mean, norm.cols()),
              memory.input("variance", variance, norm.cols()),
              memory.output("y", y, norm.rows() * norm.cols()));
    }
  }

  @Override
  public void batchNormBackward(
      boolean train,
      BatchNorm norm,
      Memory x,
      Memory mean,
      Memory rstd,
      Memory dy,
      Memory dx,
      @Nullable Memory dweight,
      @Nullable Memory dbias,
      @Nullable Memory dslope) {
    try (var memory = new Address("batch norm backward")) {
      BatchNormCpu.of(memory, norm)
          .backward(
              train,
              memory.input("x", x, norm.rows() * norm.cols()),
              memory.input("mean", mean, norm.cols()),
              memory.input("rstd", rstd, norm.cols()),
              memory.input("dy", dy, norm.rows() * norm.cols()),
              memory.output("dx", dx, norm.rows() * norm.cols()),
              wanted(memory, "dweight", dweight, norm.cols()),
              wanted(memory, "dbias", dbias, norm.cols()),
              wanted(memory, "dslope", dslope, norm.cols()));
    }
  }

  /// The address of an output, 0 where nobody wants it.
  private static long wanted(Address memory, String name, @Nullable Memory target, long cols) {
    return target == null ? 0 : memory.output(name, target, cols);
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
