// Normalisations of float32 matrices [rows, cols]. Any grid covers any size; no dynamic shared memory; sums follow an order
// that depends on the sizes and the launch alone. weight and bias are 1 and 0 where null.
//
// norm_layer_forward_f32 (float* x, float* weight, float* bias, float* y, float* mean, float* rstd, long long rows,
//                         long long cols, float eps)
//   y = (x - mean) rstd weight + bias, rstd = 1 / sqrt(var + eps), biased variance, in two passes.
// norm_layer_backward_input_f32 (float* x, float* weight, float* mean, float* rstd, float* dy, float* dx, long long rows,
//                                long long cols)
//   g = dy weight, xh = (x - mean) rstd: dx = rstd (g - mean(g) - xh mean(g xh))
//   block (32, 8): a warp a row; best grid ceil(rows / 8).
// norm_layer_backward_weights_f32 (float* x, float* mean, float* rstd, float* dy, float* dweight, float* dbias,
//                                  long long rows, long long cols, long long span)
//   dweight[c, j] = sum of dy xh, dbias[c, j] = sum of dy over the rows c span <= i < (c + 1) span, skipped where null;
//   reduce_sum_columns_f32 sums the chunks. block (32, 8), grid (any, ceil(rows / span)), best ceil(cols / 32) in x.
//
// norm_l2_forward_rows_f32 (float* x, float* y, float* norm, long long rows, long long cols, float eps)
// norm_l2_backward_rows_f32 (float* y, float* norm, float* dy, float* dx, long long rows, long long cols, float eps)
//   along rows: y = x / max(|x|, eps); dx = (dy - y sum(y dy)) / norm where norm > eps, else dy / eps.
//   block (32, 8): a warp a row; best grid ceil(rows / 8).
// norm_l2_forward_columns_f32 (float* x, float* y, float* norm, long long outer, long long n, long long inner, float eps)
// norm_l2_backward_columns_f32 (float* y, float* norm, float* dy, float* dx, long long outer, long long n, long long inner,
//                               float eps)
//   along the middle axis of [outer, n, inner]; a thread a line, block any (128), best grid ceil(outer * inner / block).
//
// Batch norm over the rows, each column for itself:
// norm_batch_statistics_f32 (float* x, float* means, float* rests, float* squares, long long rows, long long cols,
//                            long long span)
//   of the rows c span <= i < (c + 1) span: means[c, j], rests[c, j] which its rounding left, and squares[c, j] = sum of
//   (x - mean)^2 about it.
//   block (32, 8), grid (any, ceil(rows / span)), best ceil(cols / 32) in x.
// norm_batch_finish_f32 (float* means, float* rests, float* squares, float* runningMean, float* runningVar, float* mean,
//                        float* rest, float* rstd, long long rows, long long cols, long long span, float eps,
//                        float momentum)
//   merges the chunks in order, mean + rest is what mean alone would round; moves the running values by momentum (variance unbiased). block any, grid any.
// norm_batch_forward_f32 (float* x, float* mean, float* rest, float* rstd, float* weight, float* bias, float* y,
//                         long long rows, long long cols)
//   columns that hardly vary keep their digits because of rest.
// norm_batch_eval_f32 (float* x, float* runningMean, float* runningVar, float* weight, float* bias, float* y,
//                      long long rows, long long cols, float eps)
// norm_batch_backward_weights_f32: as norm_layer_backward_weights_f32 with mean and rstd of the columns.
// norm_batch_backward_input_f32 (float* x, float* weight, float* mean, float* rstd, float* dy, float* sumDy, float* sumDyXh,
//                                float* dx, long long rows, long long cols, int train)
//   dx = weight rstd (dy - sumDy / rows - xh sumDyXh / rows); without train dx = weight rstd dy and the sums are not read.
//   block any (256), grid any in x for these four.

#define FULL 0xffffffffu
#define ROWS 8

static __device__ __forceinline__ float warpSum(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(FULL, v, offset);
  return v;
}

extern "C" __global__ void __launch_bounds__(256) norm_layer_forward_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias, float* __restrict__ y,
    float* __restrict__ mean, float* __restrict__ rstd, long long rows, long long cols, float eps) {
  for (long long i = (long long)blockIdx.x * ROWS + threadIdx.y; i < rows; i += (long long)gridDim.x * ROWS) {
    const float* in = x + i * cols;
    float sum = 0.0f;
    for (long long j = threadIdx.x; j < cols; j += 32) sum += in[j];
    const float mu = warpSum(sum) / cols;
    float squares = 0.0f;
    for (long long j = threadIdx.x; j < cols; j += 32) squares += (in[j] - mu) * (in[j] - mu);
    const float r = 1.0f / sqrtf(warpSum(squares) / cols + eps);
    for (long long j = threadIdx.x; j < cols; j += 32) {
      const float xh = (in[j] - mu) * r;
      y[i * cols + j] = (weight == nullptr ? xh : xh * weight[j]) + (bias == nullptr ? 0.0f : bias[j]);
    }
    if (threadIdx.x == 0) {
      mean[i] = mu;
      rstd[i] = r;
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) norm_layer_backward_input_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ mean,
    const float* __restrict__ rstd, const float* __restrict__ dy, float* __restrict__ dx, long long rows, long long cols) {
  for (long long i = (long long)blockIdx.x * ROWS + threadIdx.y; i < rows; i += (long long)gridDim.x * ROWS) {
    const float mu = mean[i];
    const float r = rstd[i];
    float sum = 0.0f;
    float dot = 0.0f;
    for (long long j = threadIdx.x; j < cols; j += 32) {
      const float g = dy[i * cols + j] * (weight == nullptr ? 1.0f : weight[j]);
      sum += g;
      dot += g * ((x[i * cols + j] - mu) * r);
    }
    sum = warpSum(sum) / cols;
    dot = warpSum(dot) / cols;
    for (long long j = threadIdx.x; j < cols; j += 32) {
      const float g = dy[i * cols + j] * (weight == nullptr ? 1.0f : weight[j]);
      dx[i * cols + j] = r * (g - sum - (x[i * cols + j] - mu) * r * dot);
    }
  }
}

// Column sums of dy xh and dy over a chunk of rows; mean and rstd belong to rows or to columns.
template <bool COLUMNS>
static __device__ __forceinline__ void weights(
    float (*slots)[33], const float* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, float* __restrict__ dweight, float* __restrict__ dbias, long long rows, long long cols,
    long long span) {
  const long long from = (long long)blockIdx.y * span;
  const long long to = from + span < rows ? from + span : rows;
  for (long long j0 = (long long)blockIdx.x * 32; j0 < cols; j0 += (long long)gridDim.x * 32) {
    const long long j = j0 + threadIdx.x;
    float dot = 0.0f;
    float sum = 0.0f;
    if (j < cols) {
      for (long long i = from + threadIdx.y; i < to; i += ROWS) {
        const long long line = COLUMNS ? j : i;
        const float g = dy[i * cols + j];
        dot += g * ((x[i * cols + j] - mean[line]) * rstd[line]);
        sum += g;
      }
    }
    slots[threadIdx.y][threadIdx.x] = dot;
    slots[ROWS + threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y < 2 && j < cols) {
      float* out = threadIdx.y == 0 ? dweight : dbias;
      float total = slots[threadIdx.y * ROWS][threadIdx.x];
#pragma unroll
      for (int r = 1; r < ROWS; r++) total += slots[threadIdx.y * ROWS + r][threadIdx.x];
      if (out != nullptr) out[blockIdx.y * cols + j] = total;
    }
    __syncthreads();
  }
}

extern "C" __global__ void __launch_bounds__(256) norm_layer_backward_weights_f32(
    const float* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, float* __restrict__ dweight, float* __restrict__ dbias, long long rows, long long cols,
    long long span) {
  __shared__ float slots[2 * ROWS][33];
  weights<false>(slots, x, mean, rstd, dy, dweight, dbias, rows, cols, span);
}

extern "C" __global__ void __launch_bounds__(256) norm_batch_backward_weights_f32(
    const float* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, float* __restrict__ dweight, float* __restrict__ dbias, long long rows, long long cols,
    long long span) {
  __shared__ float slots[2 * ROWS][33];
  weights<true>(slots, x, mean, rstd, dy, dweight, dbias, rows, cols, span);
}

extern "C" __global__ void __launch_bounds__(256) norm_l2_forward_rows_f32(
    const float* __restrict__ x, float* __restrict__ y, float* __restrict__ norm, long long rows, long long cols,
    float eps) {
  for (long long i = (long long)blockIdx.x * ROWS + threadIdx.y; i < rows; i += (long long)gridDim.x * ROWS) {
    float squares = 0.0f;
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += 32) squares += x[j] * x[j];
    const float length = sqrtf(warpSum(squares));
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += 32) y[j] = x[j] / (length < eps ? eps : length);
    if (threadIdx.x == 0) norm[i] = length;
  }
}

extern "C" __global__ void __launch_bounds__(256) norm_l2_backward_rows_f32(
    const float* __restrict__ y, const float* __restrict__ norm, const float* __restrict__ dy, float* __restrict__ dx,
    long long rows, long long cols, float eps) {
  for (long long i = (long long)blockIdx.x * ROWS + threadIdx.y; i < rows; i += (long long)gridDim.x * ROWS) {
    float dot = 0.0f;
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += 32) dot += y[j] * dy[j];
    dot = warpSum(dot);
    const bool shorter = !(norm[i] > eps);
    const float divisor = shorter ? eps : norm[i];
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += 32) {
      dx[j] = (shorter ? dy[j] : dy[j] - y[j] * dot) / divisor;
    }
  }
}

extern "C" __global__ void norm_l2_forward_columns_f32(
    const float* __restrict__ x, float* __restrict__ y, float* __restrict__ norm, long long outer, long long n,
    long long inner, float eps) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < outer * inner; e += step) {
    const long long o = e / inner;
    const long long start = o * n * inner + (e - o * inner);
    float squares = 0.0f;
    for (long long j = 0; j < n; j++) squares += x[start + j * inner] * x[start + j * inner];
    const float length = sqrtf(squares);
    for (long long j = 0; j < n; j++) y[start + j * inner] = x[start + j * inner] / (length < eps ? eps : length);
    norm[e] = length;
  }
}

extern "C" __global__ void norm_l2_backward_columns_f32(
    const float* __restrict__ y, const float* __restrict__ norm, const float* __restrict__ dy, float* __restrict__ dx,
    long long outer, long long n, long long inner, float eps) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < outer * inner; e += step) {
    const long long o = e / inner;
    const long long start = o * n * inner + (e - o * inner);
    float dot = 0.0f;
    for (long long j = 0; j < n; j++) dot += y[start + j * inner] * dy[start + j * inner];
    const bool shorter = !(norm[e] > eps);
    const float divisor = shorter ? eps : norm[e];
    for (long long j = 0; j < n; j++) {
      const long long at = start + j * inner;
      dx[at] = (shorter ? dy[at] : dy[at] - y[at] * dot) / divisor;
    }
  }
}

// The sum of a column's 8 values in `slots`, for all its threads.
static __device__ __forceinline__ float columnSum(float v, float (*slots)[33]) {
  slots[threadIdx.y][threadIdx.x] = v;
  __syncthreads();
  float sum = slots[0][threadIdx.x];
#pragma unroll
  for (int r = 1; r < ROWS; r++) sum += slots[r][threadIdx.x];
  __syncthreads();
  return sum;
}

extern "C" __global__ void __launch_bounds__(256) norm_batch_statistics_f32(
    const float* __restrict__ x, float* __restrict__ means, float* __restrict__ rests, float* __restrict__ squares,
    long long rows, long long cols, long long span) {
  __shared__ float slots[ROWS][33];
  const long long from = (long long)blockIdx.y * span;
  const long long to = from + span < rows ? from + span : rows;
  for (long long j0 = (long long)blockIdx.x * 32; j0 < cols; j0 += (long long)gridDim.x * 32) {
    const long long j = j0 + threadIdx.x;
    float sum = 0.0f;
    for (long long i = from + threadIdx.y; i < to && j < cols; i += ROWS) sum += x[i * cols + j];
    const float mu = columnSum(sum, slots) / (to - from);
    float rest = 0.0f;
    float square = 0.0f;
    for (long long i = from + threadIdx.y; i < to && j < cols; i += ROWS) {
      const float d = x[i * cols + j] - mu;
      rest += d;
      square += d * d;
    }
    rest = columnSum(rest, slots) / (to - from);
    square = columnSum(square, slots);
    if (threadIdx.y == 0 && j < cols) {
      means[blockIdx.y * cols + j] = mu;
      rests[blockIdx.y * cols + j] = rest;
      squares[blockIdx.y * cols + j] = square;
    }
  }
}

extern "C" __global__ void norm_batch_finish_f32(
    const float* __restrict__ means, const float* __restrict__ rests, const float* __restrict__ squares,
    float* __restrict__ runningMean, float* __restrict__ runningVar, float* __restrict__ mean, float* __restrict__ rest,
    float* __restrict__ rstd, long long rows, long long cols, long long span, float eps, float momentum) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x; j < cols; j += step) {
    double mu = 0.0;
    float square = 0.0f;
    long long count = 0;
    for (long long from = 0, at = j; from < rows; from += span, at += cols) {
      const long long more = from + span < rows ? span : rows - from;
      const float part = (float)more / (float)(count + more);
      const double apart = (double)means[at] + rests[at] - mu;
      mu += count == 0 ? apart : apart * more / (count + more);
      square += squares[at] + (float)(apart * apart) * (float)count * part;
      count += more;
    }
    mean[j] = (float)mu;
    rest[j] = (float)(mu - mean[j]);
    rstd[j] = 1.0f / sqrtf(square / rows + eps);
    runningMean[j] = (1.0f - momentum) * runningMean[j] + momentum * (float)mu;
    runningVar[j] = (1.0f - momentum) * runningVar[j] + momentum * (square / (rows - 1));
  }
}

extern "C" __global__ void norm_batch_forward_f32(
    const float* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rest,
    const float* __restrict__ rstd, const float* __restrict__ weight, const float* __restrict__ bias, float* __restrict__ y,
    long long rows, long long cols) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < rows * cols; e += step) {
    const long long j = e % cols;
    const float xh = (x[e] - mean[j] - rest[j]) * rstd[j];
    y[e] = (weight == nullptr ? xh : xh * weight[j]) + (bias == nullptr ? 0.0f : bias[j]);
  }
}

extern "C" __global__ void norm_batch_eval_f32(
    const float* __restrict__ x, const float* __restrict__ runningMean, const float* __restrict__ runningVar,
    const float* __restrict__ weight, const float* __restrict__ bias, float* __restrict__ y, long long rows, long long cols,
    float eps) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < rows * cols; e += step) {
    const long long j = e % cols;
    const float xh = (x[e] - runningMean[j]) / sqrtf(runningVar[j] + eps);
    y[e] = (weight == nullptr ? xh : xh * weight[j]) + (bias == nullptr ? 0.0f : bias[j]);
  }
}

extern "C" __global__ void norm_batch_backward_input_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ mean,
    const float* __restrict__ rstd, const float* __restrict__ dy, const float* __restrict__ sumDy,
    const float* __restrict__ sumDyXh, float* __restrict__ dx, long long rows, long long cols, int train) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < rows * cols; e += step) {
    const long long j = e % cols;
    const float r = rstd[j];
    const float through = train ? sumDy[j] / rows + (x[e] - mean[j]) * r * (sumDyXh[j] / rows) : 0.0f;
    dx[e] = (weight == nullptr ? r : weight[j] * r) * (dy[e] - through);
  }
}
