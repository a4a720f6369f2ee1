// Work along the columns of float32 matrices [rows, cols] that have numbers of their own: batch norm once mean and variance
// are known (batchnorm.cu), PReLU, layer scale. Any grid covers any size; no dynamic shared memory; sums follow an order
// that depends on the sizes and the launch alone. weight and bias are 1 and 0 where null.
// A unit is 4 columns where cols % 4 == 0, else 1; a thread keeps its unit, so that what belongs to it stays in registers.
// Flat: any block and grid in x, fewer than 2^31 threads. Tiles: blocks (lanes, lines) of at most 256 threads, a lane a unit,
// best grid ceil(units / lanes) in x; the rows are cut into gridDim.y chunks, chunk c has c span <= i < (c + 1) span.
//
// columns_scale_residual_f32 (float* x, float* scale, float* residual, float* y, long long rows, long long cols)
//   y[i, j] = residual[i, j] + scale[j] x[i, j]. Flat; y may be x or residual.
// columns_prelu_forward_f32 (float* x, float* weight, float* y, long long rows, long long cols)
//   Flat; y may be x.
// columns_prelu_backward_f32 (float* x, float* weight, float* dy, float* dx, float* partial, long long rows,
//                             long long cols, long long span)
//   dx, and partial[c, j] = sum of dy x where x <= 0 over chunk c; dweight is partial's sum over c
//   (reduce_sum_columns_f32). Tiles; dx may be dy.
//
// Batch norm; with rectify a rectifier follows its result z: z > 0 ? z : slope z, slope 0 where null.
// columns_batchnorm_forward_f32 (float* x, float* mean, float* rest, float* rstd, float* weight, float* bias, float* slope,
//                                float* y, long long rows, long long cols, int rectify)
//   columns that hardly vary keep their digits because of rest. Flat.
// columns_batchnorm_eval_f32 (float* x, float* runningMean, float* runningVar, float* weight, float* bias, float* slope,
//                             float* y, long long rows, long long cols, float eps, int rectify)
//   Flat.
// Gradients; with rectify z is computed again, and g = dy where z > 0, else slope dy; without g = dy:
// columns_batchnorm_backward_weights_f32 (float* x, float* weight, float* bias, float* slope, float* mean, float* rstd,
//    float* dy, float* dweight, float* dbias, float* dslope, long long rows, long long cols, long long span, int rectify)
//   dweight[c, j] = sum of g xh, dbias[c, j] = sum of g, dslope[c, j] = sum of dy z where z <= 0 over chunk c, skipped where
//   null; xh = (x - mean) rstd; norm_finish_weights_f32 sums the chunks. Tiles.
// columns_batchnorm_backward_input_f32 (float* x, float* weight, float* bias, float* slope, float* mean, float* rstd,
//    float* dy, float* sumG, float* sumGXh, float* dx, long long rows, long long cols, int train, int rectify)
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

extern "C" __global__ void __launch_bounds__(256) columns_scale_residual_f32(
    const float* x, const float* __restrict__ scale, const float* residual, float* y, long long rows, long long cols) {
  const auto of = [=](long long j) {
    const float s = scale[j];
    return [=](float v, float r) { return r + s * v; };
  };
  if ((cols & 3) == 0 && aligned(x, residual, y)) map<4>(x, residual, y, rows, cols, of);
  else map<1>(x, residual, y, rows, cols, of);
}

extern "C" __global__ void __launch_bounds__(256) columns_prelu_forward_f32(
    const float* x, const float* __restrict__ weight, float* y, long long rows, long long cols) {
  const auto of = [=](long long j) {
    const float w = weight[j];
    return [=](float v) { return v > 0.0f ? v : w * v; };
  };
  if ((cols & 3) == 0 && aligned(x, y)) map<4>(x, y, rows, cols, of);
  else map<1>(x, y, rows, cols, of);
}

// One unit of dx; adds to the sums of dy x where x <= 0.
template <int W>
static __device__ __forceinline__ void rectify(
    const Unit<W>& v, Unit<W>& g, const Unit<W>& w, float (&sums)[W], float* dx, bool whole) {
#pragma unroll
  for (int k = 0; k < W; k++) {
    if (!(v.v[k] > 0.0f)) {
      sums[k] += g.v[k] * v.v[k];
      g.v[k] *= w.v[k];
    }
  }
  store<W>(dx, g.v, whole);
}

template <int W>
static __device__ __forceinline__ void preluBackward(
    float* slots, const float* __restrict__ x, const float* __restrict__ weight, const float* dy, float* dx,
    float* __restrict__ partial, long long rows, long long cols, long long span) {
  const bool whole = aligned(x, dy, dx);
  const long long from = (long long)blockIdx.y * span;
  const long long to = from + span < rows ? from + span : rows;
  const int step = blockDim.y;
  for (long long j0 = (long long)blockIdx.x * blockDim.x * W; j0 < cols; j0 += (long long)gridDim.x * blockDim.x * W) {
    const long long j = j0 + threadIdx.x * W;
    float sums[W] = {};
    if (j < cols) {
      const Unit<W> w = load<W>(weight + j, false);
      long long i = from + threadIdx.y;
      for (; i + 3 * step < to; i += 4 * step) {
        Unit<W> v[4], g[4];
#pragma unroll
        for (int r = 0; r < 4; r++) {
          v[r] = load<W>(x + (i + r * step) * cols + j, whole);
          g[r] = load<W>(dy + (i + r * step) * cols + j, whole);
        }
#pragma unroll
        for (int r = 0; r < 4; r++) rectify<W>(v[r], g[r], w, sums, dx + (i + r * step) * cols + j, whole);
      }
      for (; i < to; i += step) {
        const Unit<W> v = load<W>(x + i * cols + j, whole);
        Unit<W> g = load<W>(dy + i * cols + j, whole);
        rectify<W>(v, g, w, sums, dx + i * cols + j, whole);
      }
    }
    sumOfLines(sums, slots);
    if (threadIdx.y == 0 && j < cols) store<W>(partial + blockIdx.y * cols + j, sums, false);
  }
}

extern "C" __global__ void __launch_bounds__(256) columns_prelu_backward_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* dy, float* dx,
    float* __restrict__ partial, long long rows, long long cols, long long span) {
  __shared__ float slots[4 * THREADS];
  if ((cols & 3) == 0) preluBackward<4>(slots, x, weight, dy, dx, partial, rows, cols, span);
  else preluBackward<1>(slots, x, weight, dy, dx, partial, rows, cols, span);
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

extern "C" __global__ void __launch_bounds__(256, 3) columns_batchnorm_forward_f32(
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

extern "C" __global__ void __launch_bounds__(256, 3) columns_batchnorm_eval_f32(
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

extern "C" __global__ void __launch_bounds__(256, 3) columns_batchnorm_backward_weights_f32(
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

extern "C" __global__ void __launch_bounds__(256, 3) columns_batchnorm_backward_input_f32(
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
