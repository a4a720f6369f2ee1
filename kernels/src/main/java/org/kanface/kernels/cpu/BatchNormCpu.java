package org.kanface.kernels.cpu;

/// Batch norm of a matrix `x [rows, cols]` at native addresses, alone or with a rectifier behind
/// it.
///
/// @param weight 0 where absent, and so `bias`
/// @param slope of the rectifier; 0 where it is 0 (ReLU)
record BatchNormCpu(
    long rows, long cols, long x, long weight, long bias, boolean rectifies, long slope) {
  private static final long SAMPLES = 64; // rows that give the shift of batch statistics

  /// The same with a rectifier of the given slopes.
  BatchNormCpu rectified(long slopes) {
    return new BatchNormCpu(rows, cols, x, weight, bias, true, slopes);
  }

  private int row() {
    return Math.toIntExact(cols * Float.BYTES);
  }

  /// Bytes of one number a column, up to whole vectors.
  private long width() {
    return NormCpu.padded(cols);
  }

  /// Normalises by the batch's own statistics.
  void train(
      double eps, double momentum, long movingMean, long movingVar, long y, long mean, long rstd) {
    long width = width();
    long shift = Scratch.COLUMN_FACTORS.address(4 * width);
    long scale = shift + width;
    long offset = scale + width;
    sampleMean(shift);
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
    apply(shift, scale, offset, y);
  }

  /// The mean of some rows spread over the matrix: near enough to the mean for `E[d²] - E[d]²` not
  /// to cancel, and exact where a column is constant.
  private void sampleMean(long shift) {
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

  /// Normalises by given statistics.
  void eval(double eps, long mean, long variance, long y) {
    long width = width();
    long shift = Scratch.COLUMN_FACTORS.address(4 * width);
    for (long at = 0; at < row(); at += Float.BYTES) {
      double r = 1 / Math.sqrt(Lanes.get(variance + at) + eps);
      setFactors(at, r, 0, shift + width, shift + 2 * width);
    }
    Lanes.copy(mean, shift, cols);
    apply(shift, shift + width, shift + 2 * width, y);
  }

  /// The rectifier's slopes, padded, for the loops.
  private void fillSlopes(long slopes) {
    if (slope != 0) {
      Lanes.copy(slope, slopes, cols);
    } else {
      Address.SPACE.asSlice(slopes, width()).fill((byte) 0);
    }
  }

  private void apply(long mean, long scale, long offset, long y) {
    int row = row();
    if (!rectifies) {
      Chunks.rows(
          rows,
          cols,
          (from, to) ->
              NormBatch.apply(to - from, row, x + from * row, mean, scale, offset, y + from * row));
      return;
    }
    long slopes = offset + width();
    fillSlopes(slopes);
    var columns = new NormRectify.Columns(mean, scale, offset, slopes);
    Chunks.rows(
        rows,
        cols,
        (from, to) -> NormRectify.apply(to - from, row, x + from * row, columns, y + from * row));
  }

  /// Gradients with the statistics of the forward pass; with `train` those depend on `x`. Addresses
  /// of gradients that nobody wants are 0.
  void backward(
      boolean train,
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
    if (rectifies) {
      fillSlopes(slopes);
    }
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
    Chunks.rows(
        rows,
        cols,
        (from, to) -> {
          long at = from * row;
          if (rectifies) {
            NormRectify.inputGradient(
                to - from, row, x + at, columns, dy + at, rise, start, dx + at);
          } else {
            NormBatch.inputGradient(
                to - from, row, x + at, means, dy + at, scale, rise, start, dx + at);
          }
        });
  }

  private static void setWhere(long target, long at, double value) {
    if (target != 0) {
      Lanes.set(target + at, (float) value);
    }
  }
}
