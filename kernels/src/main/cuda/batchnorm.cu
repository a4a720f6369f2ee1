// Batch norm of float32 matrices [rows, cols] over the rows, each column for itself. Any grid covers any size; no dynamic
// shared memory; sums follow an order that depends on the sizes and the launch alone. weight and bias are 1 and 0 where null.
// A unit is 4 columns where cols % 4 == 0, else 1; a thread keeps its unit, so that what belongs to it stays in registers.
// Flat: any block and grid in x, fewer than 2^31 threads. Tiles: blocks (lanes, lines) of at most 256 threads, a lane a unit,
// best grid ceil(units / lanes) in x; the rows are cut into gridDim.y chunks, chunk c has c span <= i < (c + 1) span.
// With rectify a rectifier follows the norm's result z: z > 0 ? z : slope z, slope 0 where null.
//
// batchnorm_statistics_f32 (float* x, float* means, float* rests, float* squares, long long rows, long long cols,
//                           long long span)
//   of chunk c, read once: means[c, j], rests[c, j] which its rounding left, and squares[c, j] = sum of (x - mean)^2. Tiles.
// batchnorm_finish_f32 (float* means, float* rests, float* squares, float* runningMean, float* runningVar, float* mean,
//                       float* rest, float* rstd, long long rows, long long cols, long long span, float eps,
//                       float momentum)
//   merges the ceil(rows / span) chunks; mean + rest is what mean alone would round; moves the running values by momentum
//   (variance unbiased). block (lanes, lines) of at most 256 threads, a lane a column, best grid ceil(cols / lanes).
// batchnorm_forward_f32 (float* x, float* mean, float* rest, float* rstd, float* weight, float* bias, float* slope, float* y,
//                        long long rows, long long cols, int rectify)
//   columns that hardly vary keep their digits because of rest. Flat.
// batchnorm_eval_f32 (float* x, float* runningMean, float* runningVar, float* weight, float* bias, float* slope, float* y,
//                     long long rows, long long cols, float eps, int rectify)
//   Flat.
// Gradients; with rectify z is computed again, and g = dy where z > 0, else slope dy; without g = dy:
// batchnorm_backward_weights_f32 (float* x, float* weight, float* bias, float* slope, float* mean, float* rstd, float* dy,
//                                 float* dweight, float* dbias, float* dslope, long long rows, long long cols,
//                                 long long span, int rectify)
//   dweight[c, j] = sum of g xh, dbias[c, j] = sum of g, dslope[c, j] = sum of dy z where z <= 0 over chunk c, skipped where
//   null; xh = (x - mean) rstd; norm_finish_weights_f32 sums the chunks. Tiles.
// batchnorm_backward_input_f32 (float* x, float* weight, float* bias, float* slope, float* mean, float* rstd, float* dy,
//                               float* sumG, float* sumGXh, float* dx, long long rows, long long cols, int train,
//                               int rectify)
//   dx = weight rstd (g - sumG / rows - xh sumGXh / rows); without train dx = weight rstd g and the sums are not read. Flat.

#define THREADS 256 // at most, of a tile

// The elements of a unit.
template <int W>
struct Unit {
  float v[W];
};

static __device__ __forceinline__ bool aligned(const void* a, const void* b = nullptr, const void* c = nullptr) {
  return (((unsigned long long)a | (unsigned long long)b | (unsigned long long)c) & 15) == 0;
}

// `whole`: at once, from an aligned address.
template <int W>
static __device__ __forceinline__ Unit<W> load(const float* p, bool whole) {
  if constexpr (W == 4) {
    if (whole) {
      const float4 q = *(const float4*)p;
      return {{q.x, q.y, q.z, q.w}};
    }
  }
  Unit<W> u;
#pragma unroll
  for (int k = 0; k < W; k++) u.v[k] = p[k];
  return u;
}

template <int W>
static __device__ __forceinline__ void store(float* p, const float (&v)[W], bool whole) {
  if constexpr (W == 4) {
    if (whole) {
      *(float4*)p = make_float4(v[0], v[1], v[2], v[3]);
      return;
    }
  }
#pragma unroll
  for (int k = 0; k < W; k++) p[k] = v[k];
}

// Calls f(column, first, step, end) for a thread's units of a matrix, those of one column at a time, in elements.
template <int W, typename F>
static __device__ __forceinline__ void walk(long long rows, long long cols, F f) {
  const long long units = cols / W;
  const unsigned threads = gridDim.x * blockDim.x;
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (units >= threads) {
    for (long long c = thread; c < units; c += threads) f(c * W, c * W, cols, rows * cols);
  } else if (units > 0) {
    const unsigned lines = threads / (unsigned)units;
    const unsigned line = thread / (unsigned)units;
    const unsigned c = thread - line * (unsigned)units;
    if (line < lines) f((long long)c * W, line * cols + c * W, lines * cols, rows * cols);
  }
}

// y = of(column)(x)
template <int W, typename F>
static __device__ __forceinline__ void map(const float* x, float* y, long long rows, long long cols, F of) {
  walk<W>(rows, cols, [=](long long j, long long first, long long step, long long end) {
    const decltype(of(j)) f[4] = {of(j), of(W == 4 ? j + 1 : j), of(W == 4 ? j + 2 : j), of(W == 4 ? j + 3 : j)};
    long long at = first;
    for (; at + 3 * step < end; at += 4 * step) {
      Unit<W> u[4];
#pragma unroll
      for (int i = 0; i < 4; i++) u[i] = load<W>(x + at + i * step, true);
#pragma unroll
      for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int k = 0; k < W; k++) u[i].v[k] = f[k](u[i].v[k]);
        store<W>(y + at + i * step, u[i].v, true);
      }
    }
    for (; at < end; at += step) {
      Unit<W> u = load<W>(x + at, true);
#pragma unroll
      for (int k = 0; k < W; k++) u.v[k] = f[k](u.v[k]);
      store<W>(y + at, u.v, true);
    }
  });
}

// y = of(column)(a, b)
template <int W, typename F>
static __device__ __forceinline__ void map(
    const float* a, const float* b, float* y, long long rows, long long cols, F of) {
  walk<W>(rows, cols, [=](long long j, long long first, long long step, long long end) {
    const decltype(of(j)) f[4] = {of(j), of(W == 4 ? j + 1 : j), of(W == 4 ? j + 2 : j), of(W == 4 ? j + 3 : j)};
    long long at = first;
    for (; at + 3 * step < end; at += 4 * step) {
      Unit<W> u[4], v[4];
#pragma unroll
      for (int i = 0; i < 4; i++) {
        u[i] = load<W>(a + at + i * step, true);
        v[i] = load<W>(b + at + i * step, true);
      }
#pragma unroll
      for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int k = 0; k < W; k++) u[i].v[k] = f[k](u[i].v[k], v[i].v[k]);
        store<W>(y + at + i * step, u[i].v, true);
      }
    }
    for (; at < end; at += step) {
      Unit<W> u = load<W>(a + at, true);
      const Unit<W> v = load<W>(b + at, true);
#pragma unroll
      for (int k = 0; k < W; k++) u.v[k] = f[k](u.v[k], v.v[k]);
      store<W>(y + at, u.v, true);
    }
  });
}

// Sums of the tile's lines, for the first of them; a fixed tree. `slots` has room for N THREADS.
template <int N>
static __device__ __forceinline__ void sumOfLines(float (&v)[N], float* slots) {
  const int t = threadIdx.y * blockDim.x + threadIdx.x;
#pragma unroll
  for (int k = 0; k < N; k++) slots[k * THREADS + t] = v[k];
  for (int half = blockDim.y > 1 ? 1 << (31 - __clz(blockDim.y - 1)) : 0; half > 0; half >>= 1) {
    __syncthreads();
    if (threadIdx.y < half && threadIdx.y + half < blockDim.y) {
#pragma unroll
      for (int k = 0; k < N; k++) {
        v[k] += slots[k * THREADS + t + half * blockDim.x];
        slots[k * THREADS + t] = v[k];
      }
    }
  }
  __syncthreads();
}

// Count, mean and sum of squares about it; a merge needs no second look at the numbers (Chan, Golub and LeVeque 1983).
template <int W>
struct Moments {
  float count, mean[W], squares[W];
};

template <int W>
static __device__ __forceinline__ void merge(Moments<W>& a, float count, const float (&mean)[W], const float (&squares)[W]) {
  const float all = a.count + count;
  const float part = all == 0.0f ? 0.0f : count / all;
#pragma unroll
  for (int k = 0; k < W; k++) {
    const float apart = mean[k] - a.mean[k];
    a.mean[k] += apart * part;
    a.squares[k] += squares[k] + apart * apart * a.count * part;
  }
  a.count = all;
}

// Of the rows from, from + step, .. below `to` of x - shift. Eight rows at a time are averaged in registers and merged.
template <int W>
static __device__ __forceinline__ Moments<W> moments(
    const float* __restrict__ x, const Unit<W>& shift, long long from, long long to, long long step, long long cols,
    bool whole) {
  Moments<W> all = {};
  long long i = from;
  for (; i + 7 * step < to; i += 8 * step) {
    Unit<W> v[8];
#pragma unroll
    for (int r = 0; r < 8; r++) v[r] = load<W>(x + (i + r * step) * cols, whole);
    float mean[W], squares[W];
#pragma unroll
    for (int k = 0; k < W; k++) {
      float sum = 0.0f;
#pragma unroll
      for (int r = 0; r < 8; r++) {
        v[r].v[k] -= shift.v[k];
        sum += v[r].v[k];
      }
      mean[k] = sum * 0.125f;
      squares[k] = 0.0f;
#pragma unroll
      for (int r = 0; r < 8; r++) squares[k] += (v[r].v[k] - mean[k]) * (v[r].v[k] - mean[k]);
    }
    merge(all, 8.0f, mean, squares);
  }
  for (; i < to; i += step) {
    Unit<W> v = load<W>(x + i * cols, whole);
    const float none[W] = {};
#pragma unroll
    for (int k = 0; k < W; k++) v.v[k] -= shift.v[k];
    merge(all, 1.0f, v.v, none);
  }
  return all;
}

// The chunk's first row is taken off: where a column hardly varies that is exact, and all its digits are left.
template <int W>
static __device__ __forceinline__ void statistics(
    float* slots, const float* __restrict__ x, float* __restrict__ means, float* __restrict__ rests,
    float* __restrict__ squares, long long rows, long long cols, long long span) {
  const bool whole = aligned(x);
  const int t = threadIdx.y * blockDim.x + threadIdx.x;
  const long long from = (long long)blockIdx.y * span;
  const long long to = from + span < rows ? from + span : rows;
  for (long long j0 = (long long)blockIdx.x * blockDim.x * W; j0 < cols; j0 += (long long)gridDim.x * blockDim.x * W) {
    const long long j = j0 + threadIdx.x * W;
    Unit<W> shift = {};
    Moments<W> all = {};
    if (j < cols && from < to) {
      shift = load<W>(x + from * cols + j, whole);
      all = moments<W>(x + j, shift, from + threadIdx.y, to, blockDim.y, cols, whole);
    }
    slots[t] = all.count;
#pragma unroll
    for (int k = 0; k < W; k++) {
      slots[(1 + k) * THREADS + t] = all.mean[k];
      slots[(1 + W + k) * THREADS + t] = all.squares[k];
    }
    for (int half = blockDim.y > 1 ? 1 << (31 - __clz(blockDim.y - 1)) : 0; half > 0; half >>= 1) {
      __syncthreads();
      if (threadIdx.y < half && threadIdx.y + half < blockDim.y) {
        const int other = t + half * blockDim.x;
        float mean[W], square[W];
#pragma unroll
        for (int k = 0; k < W; k++) {
          mean[k] = slots[(1 + k) * THREADS + other];
          square[k] = slots[(1 + W + k) * THREADS + other];
        }
        merge(all, slots[other], mean, square);
        slots[t] = all.count;
#pragma unroll
        for (int k = 0; k < W; k++) {
          slots[(1 + k) * THREADS + t] = all.mean[k];
          slots[(1 + W + k) * THREADS + t] = all.squares[k];
        }
      }
    }
    if (threadIdx.y == 0 && j < cols && from < to) {
#pragma unroll
      for (int k = 0; k < W; k++) {
        const long long at = blockIdx.y * cols + j + k;
        const float mu = shift.v[k] + all.mean[k];
        const float more = mu - shift.v[k]; // of all.mean, what mu has (Knuth's exact sum)
        means[at] = mu;
        rests[at] = (shift.v[k] - (mu - more)) + (all.mean[k] - more);
        squares[at] = all.squares[k];
      }
    }
    __syncthreads();
  }
}

extern "C" __global__ void __launch_bounds__(256) batchnorm_statistics_f32(
    const float* __restrict__ x, float* __restrict__ means, float* __restrict__ rests, float* __restrict__ squares,
    long long rows, long long cols, long long span) {
  __shared__ float slots[9 * THREADS];
  if ((cols & 3) == 0) statistics<4>(slots, x, means, rests, squares, rows, cols, span);
  else statistics<1>(slots, x, means, rests, squares, rows, cols, span);
}

// Every line gets the sum of the tile's lines; a fixed tree.
static __device__ __forceinline__ double sumForLines(double v, double* slots) {
  const int t = threadIdx.y * blockDim.x + threadIdx.x;
  slots[t] = v;
  for (int half = blockDim.y > 1 ? 1 << (31 - __clz(blockDim.y - 1)) : 0; half > 0; half >>= 1) {
    __syncthreads();
    if (threadIdx.y < half && threadIdx.y + half < blockDim.y) slots[t] += slots[t + half * blockDim.x];
  }
  __syncthreads();
  v = slots[threadIdx.x];
  __syncthreads();
  return v;
}

extern "C" __global__ void __launch_bounds__(256) batchnorm_finish_f32(
    const float* __restrict__ means, const float* __restrict__ rests, const float* __restrict__ squares,
    float* __restrict__ runningMean, float* __restrict__ runningVar, float* __restrict__ mean, float* __restrict__ rest,
    float* __restrict__ rstd, long long rows, long long cols, long long span, float eps, float momentum) {
  __shared__ double slots[THREADS];
  const long long chunks = (rows + span - 1) / span;
  for (long long j0 = (long long)blockIdx.x * blockDim.x; j0 < cols; j0 += (long long)gridDim.x * blockDim.x) {
    const long long j = j0 + threadIdx.x;
    double sum = 0.0;
    if (j < cols) {
#pragma unroll 4
      for (long long c = threadIdx.y; c < chunks; c += blockDim.y) {
        const double count = c + 1 < chunks ? span : rows - c * span;
        sum += count * ((double)means[c * cols + j] + rests[c * cols + j]);
      }
    }
    const double mu = sumForLines(sum, slots) / rows;
    sum = 0.0;
    if (j < cols) {
#pragma unroll 4
      for (long long c = threadIdx.y; c < chunks; c += blockDim.y) {
        const double count = c + 1 < chunks ? span : rows - c * span;
        const double apart = (double)means[c * cols + j] + rests[c * cols + j] - mu;
        sum += squares[c * cols + j] + count * (apart * apart);
      }
    }
    const double square = sumForLines(sum, slots);
    if (threadIdx.y == 0 && j < cols) {
      mean[j] = (float)mu;
      rest[j] = (float)(mu - (float)mu);
      rstd[j] = 1.0f / sqrtf((float)(square / rows) + eps);
      runningMean[j] = (1.0f - momentum) * runningMean[j] + momentum * (float)mu;
      runningVar[j] = (1.0f - momentum) * runningVar[j] + momentum * (float)(square / (rows - 1));
    }
  }
}

// z of xh; in both directions of the gradient to the bit.
static __device__ __forceinline__ float affine(float xh, float weight, float bias) { return fmaf(xh, weight, bias); }

static __device__ __forceinline__ float orElse(const float* p, long long j, float value) {
  return p == nullptr ? value : p[j];
}

// y = of(column)(x) with a rectifier after it, or without.
template <typename F>
static __device__ __forceinline__ void normalize(
    const float* x, const float* slope, float* y, long long rows, long long cols, int rectify, F of) {
  const bool fours = (cols & 3) == 0 && aligned(x, y);
  if (rectify) {
    const auto rectified = [=](long long j) {
      const auto f = of(j);
      const float a = orElse(slope, j, 0.0f);
      return [=](float v) {
        const float z = f(v);
        return z > 0.0f ? z : a * z;
      };
    };
    if (fours) map<4>(x, y, rows, cols, rectified);
    else map<1>(x, y, rows, cols, rectified);
  } else {
    if (fours) map<4>(x, y, rows, cols, of);
    else map<1>(x, y, rows, cols, of);
  }
}

extern "C" __global__ void __launch_bounds__(256, 3) batchnorm_forward_f32(
    const float* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rest,
    const float* __restrict__ rstd, const float* __restrict__ weight, const float* __restrict__ bias,
    const float* __restrict__ slope, float* __restrict__ y, long long rows, long long cols, int rectify) {
  normalize(x, slope, y, rows, cols, rectify, [=](long long j) {
    const float mu = mean[j];
    const float more = rest[j];
    const float r = rstd[j];
    const float w = orElse(weight, j, 1.0f);
    const float b = orElse(bias, j, 0.0f);
    return [=](float v) { return affine((v - mu - more) * r, w, b); };
  });
}

extern "C" __global__ void __launch_bounds__(256, 3) batchnorm_eval_f32(
    const float* __restrict__ x, const float* __restrict__ runningMean, const float* __restrict__ runningVar,
    const float* __restrict__ weight, const float* __restrict__ bias, const float* __restrict__ slope,
    float* __restrict__ y, long long rows, long long cols, float eps, int rectify) {
  normalize(x, slope, y, rows, cols, rectify, [=](long long j) {
    const float mu = runningMean[j];
    const float r = 1.0f / sqrtf(runningVar[j] + eps);
    const float w = orElse(weight, j, 1.0f);
    const float b = orElse(bias, j, 0.0f);
    return [=](float v) { return affine((v - mu) * r, w, b); };
  });
}

// What a column's gradients need.
template <int W>
struct Column {
  float mean[W], rstd[W], weight[W], bias[W], slope[W];
};

// Column sums over a chunk of rows.
template <int W, bool RECTIFY>
static __device__ __forceinline__ void weights(
    float* slots, const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias,
    const float* __restrict__ slope, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, float* __restrict__ dweight, float* __restrict__ dbias, float* __restrict__ dslope,
    long long rows, long long cols, long long span) {
  const bool whole = aligned(x, dy);
  const long long from = (long long)blockIdx.y * span;
  const long long to = from + span < rows ? from + span : rows;
  for (long long j0 = (long long)blockIdx.x * blockDim.x * W; j0 < cols; j0 += (long long)gridDim.x * blockDim.x * W) {
    const long long j = j0 + threadIdx.x * W;
    float sums[(RECTIFY ? 3 : 2) * W] = {}; // of g xh, of g, of dy z
    if (j < cols) {
      Column<W> c;
#pragma unroll
      for (int k = 0; k < W; k++) {
        c.mean[k] = mean[j + k];
        c.rstd[k] = rstd[j + k];
        if (RECTIFY) {
          c.weight[k] = orElse(weight, j + k, 1.0f);
          c.bias[k] = orElse(bias, j + k, 0.0f);
          c.slope[k] = orElse(slope, j + k, 0.0f);
        }
      }
#pragma unroll 4
      for (long long i = from + threadIdx.y; i < to; i += blockDim.y) {
        Unit<W> g = load<W>(dy + i * cols + j, whole);
        const Unit<W> v = load<W>(x + i * cols + j, whole);
#pragma unroll
        for (int k = 0; k < W; k++) {
          const float xh = (v.v[k] - c.mean[k]) * c.rstd[k];
          if constexpr (RECTIFY) {
            const float z = affine(xh, c.weight[k], c.bias[k]);
            if (!(z > 0.0f)) {
              sums[2 * W + k] += g.v[k] * z;
              g.v[k] *= c.slope[k];
            }
          }
          sums[k] += g.v[k] * xh;
          sums[W + k] += g.v[k];
        }
      }
    }
    sumOfLines(sums, slots);
    if (threadIdx.y == 0 && j < cols) {
#pragma unroll
      for (int k = 0; k < W; k++) {
        const long long at = blockIdx.y * cols + j + k;
        if (dweight != nullptr) dweight[at] = sums[k];
        if (dbias != nullptr) dbias[at] = sums[W + k];
        if constexpr (RECTIFY) {
          if (dslope != nullptr) dslope[at] = sums[2 * W + k];
        }
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256, 3) batchnorm_backward_weights_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias,
    const float* __restrict__ slope, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, float* __restrict__ dweight, float* __restrict__ dbias, float* __restrict__ dslope,
    long long rows, long long cols, long long span, int rectify) {
  __shared__ float slots[12 * THREADS];
  const bool fours = (cols & 3) == 0;
  if (fours && rectify) {
    weights<4, true>(slots, x, weight, bias, slope, mean, rstd, dy, dweight, dbias, dslope, rows, cols, span);
  } else if (fours) {
    weights<4, false>(slots, x, weight, bias, slope, mean, rstd, dy, dweight, dbias, dslope, rows, cols, span);
  } else if (rectify) {
    weights<1, true>(slots, x, weight, bias, slope, mean, rstd, dy, dweight, dbias, dslope, rows, cols, span);
  } else {
    weights<1, false>(slots, x, weight, bias, slope, mean, rstd, dy, dweight, dbias, dslope, rows, cols, span);
  }
}

extern "C" __global__ void __launch_bounds__(256, 3) batchnorm_backward_input_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias,
    const float* __restrict__ slope, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, const float* __restrict__ sumG, const float* __restrict__ sumGXh,
    float* __restrict__ dx, long long rows, long long cols, int train, int rectify) {
  const bool fours = (cols & 3) == 0 && aligned(x, dy, dx);
  if (!train && !rectify) {
    const auto of = [=](long long j) {
      const float factor = orElse(weight, j, 1.0f) * rstd[j];
      return [=](float g) { return factor * g; };
    };
    if (fours) map<4>(dy, dx, rows, cols, of);
    else map<1>(dy, dx, rows, cols, of);
  } else if (!rectify) {
    const auto of = [=](long long j) {
      const float mu = mean[j];
      const float r = rstd[j];
      const float factor = orElse(weight, j, 1.0f) * r;
      const float level = sumG[j] / rows;
      const float tilt = r * (sumGXh[j] / rows);
      return [=](float v, float g) { return factor * (g - level - (v - mu) * tilt); };
    };
    if (fours) map<4>(x, dy, dx, rows, cols, of);
    else map<1>(x, dy, dx, rows, cols, of);
  } else {
    const auto of = [=](long long j) {
      const float mu = mean[j];
      const float r = rstd[j];
      const float w = orElse(weight, j, 1.0f);
      const float b = orElse(bias, j, 0.0f);
      const float a = orElse(slope, j, 0.0f);
      const float level = train ? sumG[j] / rows : 0.0f;
      const float tilt = train ? sumGXh[j] / rows : 0.0f;
      return [=](float v, float g) {
        const float xh = (v - mu) * r;
        const float through = affine(xh, w, b) > 0.0f ? g : a * g;
        return w * r * (through - level - xh * tilt);
      };
    };
    if (fours) map<4>(x, dy, dx, rows, cols, of);
    else map<1>(x, dy, dx, rows, cols, of);
  }
}
