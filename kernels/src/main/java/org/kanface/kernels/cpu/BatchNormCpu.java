package org.kanface.kernels.cpu;

import org.kanface.kernels.BatchNorm;

/// [BatchNorm] over native addresses.
///
/// @param weight 0 where absent, and so `bias`
/// @param slope of the rectifier; 0 where it is 0 (ReLU)
record BatchNormCpu(
    long rows, long cols, double eps, long weight, long bias, boolean rectifies, long slope) {
  private static final long SAMPLES = 64; // rows that give the shift of batch statistics
  private static final long WIDE = 256; // columns that make loops along rows worth their start

  static BatchNormCpu of(Address memory, BatchNorm norm) {
    return new BatchNormCpu(
        norm.rows(),
        norm.cols(),
        norm.eps(),
        memory.input("weight", norm.weight(), norm.cols()),
        memory.input("bias", norm.bias(), norm.cols()),
        norm.rectifies(),
        memory.input("slope", norm.slope(), norm.cols()));
  }

  private int row() {
    return Math.toIntExact(cols * Float.BYTES);
  }

  /// Bytes of one number a column, up to whole vectors, for as many rows as are joined.
  private long width() {
    return NormCpu.padded(cols) * joined();
  }

  /// Narrow rows that loops take for one.
  private long joined() {
    return cols % Simd.LANES == 0 ? Math.max(1, WIDE / cols) : 1;
  }

  /// A loop over `rows` rows of `row` bytes from byte `at` of the matrix on.
  @FunctionalInterface
  private interface Rows {
    void run(long rows, int row, long at);
  }

  /// Runs a loop over all rows, joined where narrow; the factors of `planes` columns, one after the
  /// other from `factors` on, are repeated for that.
  private void forRows(long factors, int planes, Rows loop) {
    int row = row();
    long together = joined();
    for (long plane = factors; plane < factors + planes * width(); plane += width()) {
      for (long i = 1; i < together; i++) {
        Lanes.copy(plane, plane + i * row, cols);
      }
    }
    Chunks.rows(
        rows,
        cols,
        (from, to) -> {
          long wide = (to - from) / together;
          long rest = from + wide * together;
          loop.run(wide, Math.toIntExact(together * row), from * row);
          loop.run(to - rest, row, rest * row);
        });
  }

  /// Normalises by the batch's own statistics.
  void train(
      double momentum, long x, long movingMean, long movingVar, long y, long mean, long rstd) {
    long width = width();
    long shift = Scratch.COLUMN_FACTORS.address(4 * width);
    long scale = shift + width;
    long offset = scale + width;
    sampleMean(x, shift);
    ReduceColumns.run(
        2,
        1,
        rows,
        cols,
        (_, from, to, column, count, sums, plane) -> {
          long at = column * Float.BYTES;
          NormBatch.moments(
              to - from,
              row(),
              count * Float.BYTES,
              x + from * row() + at,
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
            Lanes.set(mean + at, (float) mu);
            Lanes.set(rstd + at, (float) r);
            move(movingMean + at, momentum, mu);
            move(movingVar + at, momentum, variance * rows / (rows - 1.0));
            setFactors(at, r, (float) mu - mu, scale, offset);
          }
        });
    Lanes.copy(mean, shift, cols); // padded, for the loops
    fillSlopes(offset + width);
    apply(x, new NormRectify.Columns(shift, scale, offset, offset + width), y);
  }

  /// The mean of some rows spread over the matrix: near enough to the mean for `E[d²] - E[d]²` not
  /// to cancel, and exact where a column is constant.
  private void sampleMean(long x, long shift) {
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
  private void setFactors(long at, double r, double excess, long scale, long offset) {
    double w = weight == 0 ? r : Lanes.get(weight + at) * r;
    double b = bias == 0 ? 0 : Lanes.get(bias + at);
    Lanes.set(scale + at, (float) w);
    Lanes.set(offset + at, (float) (b + excess * w));
  }

  /// Normalises by given statistics; `y` may be `x`.
  void eval(long x, long mean, long variance, long y) {
    apply(x, columns(mean, variance), y);
  }

  /// What given statistics and the rectifier do to each column, for [NormRectify], in this thread's
  /// working memory. A slope of 1 stands for no rectifier.
  NormRectify.Columns columns(long mean, long variance) {
    long width = width();
    long means = Scratch.COLUMN_FACTORS.address(4 * width + Lanes.BYTES); // groups read on
    long scale = means + width;
    long offset = scale + width;
    for (long at = 0; at < row(); at += Float.BYTES) {
      double r = 1 / Math.sqrt(Lanes.get(variance + at) + eps);
      setFactors(at, r, 0, scale, offset);
    }
    Lanes.copy(mean, means, cols);
    long slopes = offset + width;
    fillSlopes(slopes);
    return new NormRectify.Columns(means, scale, offset, slopes);
  }

  /// The rectifier's slopes, padded, for the loops.
  private void fillSlopes(long slopes) {
    if (slope != 0) {
      Lanes.copy(slope, slopes, cols);
    } else {
      Lanes.fill(slopes, Math.toIntExact(width()), rectifies ? 0 : 1);
    }
  }

  private void apply(long x, NormRectify.Columns c, long y) {
    forRows(
        c.mean(),
        4,
        (count, row, at) -> {
          if (rectifies) {
            NormRectify.apply(count, row, x + at, c, y + at);
          } else {
            NormBatch.apply(count, row, x + at, c.mean(), c.scale(), c.offset(), y + at);
          }
        });
  }

  /// Gradients with the statistics of the forward pass; with `train` those depend on `x`. Addresses
  /// of gradients that nobody wants are 0.
  void backward(
      boolean train,
      long x,
      long mean,
      long rstd,
      long dy,
      long dx,
      long dweight,
      long dbias,
      long dslope) {
    int row = row();
    long width = width();
    long means = Scratch.COLUMN_FACTORS.address(6 * width);
    long scale = means + width;
    long offset = scale + width;
    long slopes = offset + width;
    long rise = slopes + width;
    long start = rise + width;
    Lanes.copy(mean, means, cols);
    for (long at = 0; at < row; at += Float.BYTES) {
      setFactors(at, Lanes.get(rstd + at), 0, scale, offset);
    }
    fillSlopes(slopes);
    var columns = new NormRectify.Columns(means, scale, offset, slopes);
    ReduceColumns.run(
        rectifies ? 3 : 2,
        1,
        rows,
        cols,
        (_, from, to, column, count, sums, plane) -> {
          int c = Math.toIntExact(column * Float.BYTES);
          long at = from * row + c;
          int bytes = count * Float.BYTES;
          if (rectifies) {
            NormRectify.gradients(
                to - from, row, bytes, x + at, columns.from(c), dy + at, sums, plane);
          } else {
            NormBatch.gradients(
                to - from, row, bytes, x + at, means + c, dy + at, sums, sums + plane);
          }
        },
        (_, column, count, totals, plane) -> {
          for (int j = 0; j < count; j++) {
            long at = (column + j) * Float.BYTES;
            double r = Lanes.get(rstd + at);
            double w = (weight == 0 ? 1 : Lanes.get(weight + at)) * r;
            double sum = total(totals, j);
            double dot = total(totals + plane, j) * r; // Σ dz xh
            setWhere(dbias, at, sum);
            setWhere(dweight, at, dot);
            if (dslope != 0) {
              Lanes.set(dslope + at, (float) total(totals + 2 * plane, j));
            }
            Lanes.set(rise + at, train ? (float) (-w * r * dot / rows) : 0);
            Lanes.set(start + at, train ? (float) (-w * sum / rows) : 0);
          }
        });
    forRows(
        means,
        6,
        (count, bytes, at) -> {
          if (rectifies) {
            NormRectify.inputGradient(count, bytes, x + at, columns, dy + at, rise, start, dx + at);
          } else {
            NormBatch.inputGradient(
                count, bytes, x + at, means, dy + at, scale, rise, start, dx + at);
          }
        });
  }

  private static void setWhere(long target, long at, double value) {
    if (target != 0) {
      Lanes.set(target + at, (float) value);
    }
  }
}
