// Layer norm of float32 matrices [rows, cols], along the rows. Any grid covers any size; no dynamic shared memory; sums follow an order
// that depends on the sizes and the launch alone. weight and bias are 1 and 0 where null.
// A unit is 4 columns where cols % 4 == 0, else 1. Tiles: blocks (lanes, lines) of at most 256 threads, a lane a unit, best grid
// ceil(units / lanes) in x; the rows are cut into gridDim.y chunks, chunk c has c span <= i < (c + 1) span.
//
// norm_layer_forward_f32 (float* x, float* weight, float* bias, float* y, float* mean, float* rstd, long long rows,
//                         long long cols, float eps)
//   y = (x - mean) rstd weight + bias, rstd = 1 / sqrt(var + eps), biased variance about the mean.
// norm_layer_backward_input_f32 (float* x, float* weight, float* mean, float* rstd, float* dy, float* dx, long long rows,
//                                long long cols)
//   g = dy weight, xh = (x - mean) rstd: dx = rstd (g - mean(g) - xh mean(g xh))
// norm_layer_backward_f32 (float* x, float* weight, float* mean, float* rstd, float* dy, float* dx, float* dweight,
//                          float* dbias, long long rows, int cols)
//   the same where cols is a multiple of 4, 4 .. 256, and at once dweight[c, j] = sum of dy xh, dbias[c, j] = sum of dy over
//   the rows of block c, skipped where null.
//   block (32, 8): a warp a row, or several short ones: 32, 16, 8 or 4 lanes a row where cols > 64, 32, 16 or not.
// norm_layer_backward_weights_f32 (float* x, float* mean, float* rstd, float* dy, float* dweight, float* dbias,
//                                  long long rows, long long cols, long long span)
//   dweight[c, j] = sum of dy xh, dbias[c, j] = sum of dy over chunk c, skipped where null. Tiles.
// norm_finish_weights_f32 (float* dweights, float* dbiases, float* dslopes, float* dweight, float* dbias, float* dslope,
//                          long long cols, long long chunks)
//   sums the chunks [chunks, cols] of each, skipped where null. Tiles, gridDim.y = 3, or 2 for the first two.

#define FULL 0xffffffffu
#define ROWS 8
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

static __device__ __forceinline__ float warpSum(float v, int width = 32) {
  for (int offset = width >> 1; offset > 0; offset >>= 1) v += __shfl_xor_sync(FULL, v, offset);
  return v;
}

// Four of a row's numbers, or what stands for them.
static __device__ __forceinline__ Unit<4> orElse(const float* p, int j, int cols, float value) {
  if (p == nullptr || j >= cols) return {{value, value, value, value}};
  return load<4>(p + j, aligned(p));
}

// Rows of at most 128 U columns, of whole units: the row stays in registers, `width` lanes have U units each.
template <int U>
static __device__ __forceinline__ void layerForward(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias, float* __restrict__ y,
    float* __restrict__ mean, float* __restrict__ rstd, long long rows, int cols, float eps, int width) {
  const bool whole = aligned(x, y);
  const int lane = threadIdx.x & (width - 1);
  const int several = 32 / width; // rows of a warp
  const float part = 1.0f / cols;
  Unit<4> w[U], b[U];
#pragma unroll
  for (int u = 0; u < U; u++) {
    const int j = 4 * (lane + u * width);
    w[u] = orElse(weight, j, cols, 1.0f);
    b[u] = orElse(bias, j, cols, 0.0f);
  }
  const long long step = (long long)gridDim.x * ROWS * several;
  for (long long i0 = ((long long)blockIdx.x * ROWS + threadIdx.y) * several; i0 < rows; i0 += step) {
    const long long i = i0 + threadIdx.x / width;
    const float* in = x + i * cols;
    Unit<4> v[U];
    float sum = 0.0f;
#pragma unroll
    for (int u = 0; u < U; u++) {
      const int j = 4 * (lane + u * width);
      v[u] = i < rows && j < cols ? load<4>(in + j, whole) : Unit<4>{};
      sum += (v[u].v[0] + v[u].v[1]) + (v[u].v[2] + v[u].v[3]);
    }
    const float mu = warpSum(sum, width) * part;
    float squares = 0.0f;
#pragma unroll
    for (int u = 0; u < U; u++) {
      const bool there = 4 * (lane + u * width) < cols;
#pragma unroll
      for (int k = 0; k < 4; k++) {
        v[u].v[k] = there ? v[u].v[k] - mu : 0.0f;
        squares += v[u].v[k] * v[u].v[k];
      }
    }
    const float r = 1.0f / sqrtf(warpSum(squares, width) * part + eps);
    if (i >= rows) continue;
#pragma unroll
    for (int u = 0; u < U; u++) {
      const int j = 4 * (lane + u * width);
      if (j < cols) {
#pragma unroll
        for (int k = 0; k < 4; k++) v[u].v[k] = v[u].v[k] * r * w[u].v[k] + b[u].v[k];
        store<4>(y + i * cols + j, v[u].v, whole);
      }
    }
    if (lane == 0) {
      mean[i] = mu;
      rstd[i] = r;
    }
  }
}

// How many lanes a row of whole units takes.
static __device__ __forceinline__ int lanesOf(long long cols) {
  return cols > 64 ? 32 : cols > 32 ? 16 : cols > 16 ? 8 : 4;
}

extern "C" __global__ void __launch_bounds__(256, 3) norm_layer_forward_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias, float* __restrict__ y,
    float* __restrict__ mean, float* __restrict__ rstd, long long rows, long long cols, float eps) {
  if ((cols & 3) == 0 && cols > 0 && cols <= 512) {
    const int n = (int)cols;
    if (n <= 128) layerForward<1>(x, weight, bias, y, mean, rstd, rows, n, eps, lanesOf(n));
    else if (n <= 256) layerForward<2>(x, weight, bias, y, mean, rstd, rows, n, eps, 32);
    else layerForward<4>(x, weight, bias, y, mean, rstd, rows, n, eps, 32);
    return;
  }
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

// With SUMS also the columns' sums of dy xh and dy over the block's rows.
template <int U, bool SUMS>
static __device__ __forceinline__ void layerBackward(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ mean,
    const float* __restrict__ rstd, const float* __restrict__ dy, float* __restrict__ dx, float* __restrict__ dweight,
    float* __restrict__ dbias, float* slots, long long rows, int cols, int width) {
  float sums[8 * U] = {}; // of dy xh, then of dy
  const bool whole = aligned(x, dy, dx);
  const int lane = threadIdx.x & (width - 1);
  const int several = 32 / width;
  const float part = 1.0f / cols;
  Unit<4> w[U];
#pragma unroll
  for (int u = 0; u < U; u++) w[u] = orElse(weight, 4 * (lane + u * width), cols, 1.0f);
  const long long step = (long long)gridDim.x * ROWS * several;
  for (long long i0 = ((long long)blockIdx.x * ROWS + threadIdx.y) * several; i0 < rows; i0 += step) {
    const long long i = i0 + threadIdx.x / width;
    const float mu = i < rows ? mean[i] : 0.0f;
    const float r = i < rows ? rstd[i] : 0.0f;
    Unit<4> g[U], xh[U];
    float sum = 0.0f;
    float dot = 0.0f;
#pragma unroll
    for (int u = 0; u < U; u++) {
      const int j = 4 * (lane + u * width);
      const bool there = i < rows && j < cols;
      g[u] = there ? load<4>(dy + i * cols + j, whole) : Unit<4>{};
      xh[u] = there ? load<4>(x + i * cols + j, whole) : Unit<4>{};
#pragma unroll
      for (int k = 0; k < 4; k++) {
        xh[u].v[k] = (xh[u].v[k] - mu) * r;
        if constexpr (SUMS) {
          sums[4 * u + k] += g[u].v[k] * xh[u].v[k];
          sums[4 * (U + u) + k] += g[u].v[k];
        }
        g[u].v[k] *= w[u].v[k];
        sum += g[u].v[k];
        dot += g[u].v[k] * xh[u].v[k];
      }
    }
    sum = warpSum(sum, width) * part;
    dot = warpSum(dot, width) * part;
#pragma unroll
    for (int u = 0; u < U; u++) {
      const int j = 4 * (lane + u * width);
      if (i < rows && j < cols) {
#pragma unroll
        for (int k = 0; k < 4; k++) g[u].v[k] = r * (g[u].v[k] - sum - xh[u].v[k] * dot);
        store<4>(dx + i * cols + j, g[u].v, whole);
      }
    }
  }
  if constexpr (SUMS) {
    const int t = threadIdx.y * 32 + threadIdx.x;
#pragma unroll
    for (int k = 0; k < 8 * U; k++) slots[k * THREADS + t] = sums[k];
    for (int half = THREADS / 2; half >= width; half >>= 1) { // threads that are `width` apart have the same columns
      __syncthreads();
      if (t < half) {
#pragma unroll
        for (int k = 0; k < 8 * U; k++) {
          sums[k] += slots[k * THREADS + t + half];
          slots[k * THREADS + t] = sums[k];
        }
      }
    }
#pragma unroll
    for (int u = 0; u < U; u++) {
      const int j = 4 * (lane + u * width);
      if (t < width && j < cols) {
#pragma unroll
        for (int k = 0; k < 4; k++) {
          if (dweight != nullptr) dweight[(long long)blockIdx.x * cols + j + k] = sums[4 * u + k];
          if (dbias != nullptr) dbias[(long long)blockIdx.x * cols + j + k] = sums[4 * (U + u) + k];
        }
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256, 3) norm_layer_backward_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ mean,
    const float* __restrict__ rstd, const float* __restrict__ dy, float* __restrict__ dx, float* __restrict__ dweight,
    float* __restrict__ dbias, long long rows, int cols) {
  __shared__ float slots[16 * THREADS];
  if (cols <= 128) {
    layerBackward<1, true>(x, weight, mean, rstd, dy, dx, dweight, dbias, slots, rows, cols, lanesOf(cols));
  } else {
    layerBackward<2, true>(x, weight, mean, rstd, dy, dx, dweight, dbias, slots, rows, cols, 32);
  }
}

extern "C" __global__ void __launch_bounds__(256, 3) norm_layer_backward_input_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ mean,
    const float* __restrict__ rstd, const float* __restrict__ dy, float* __restrict__ dx, long long rows, long long cols) {
  if ((cols & 3) == 0 && cols > 0 && cols <= 512) {
    const int n = (int)cols;
    float* no = nullptr;
    if (n <= 128) layerBackward<1, false>(x, weight, mean, rstd, dy, dx, no, no, no, rows, n, lanesOf(n));
    else if (n <= 256) layerBackward<2, false>(x, weight, mean, rstd, dy, dx, no, no, no, rows, n, 32);
    else layerBackward<4, false>(x, weight, mean, rstd, dy, dx, no, no, no, rows, n, 32);
    return;
  }
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

// Column sums of dy xh and dy over a chunk of rows.
template <int W>
static __device__ __forceinline__ void weights(
    float* slots, const float* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, float* __restrict__ dweight, float* __restrict__ dbias, long long rows, long long cols,
    long long span) {
  const bool whole = aligned(x, dy);
  const long long from = (long long)blockIdx.y * span;
  const long long to = from + span < rows ? from + span : rows;
  for (long long j0 = (long long)blockIdx.x * blockDim.x * W; j0 < cols; j0 += (long long)gridDim.x * blockDim.x * W) {
    const long long j = j0 + threadIdx.x * W;
    float sums[2 * W] = {}; // of dy xh, of dy
    if (j < cols) {
#pragma unroll 4
      for (long long i = from + threadIdx.y; i < to; i += blockDim.y) {
        const Unit<W> g = load<W>(dy + i * cols + j, whole);
        const Unit<W> v = load<W>(x + i * cols + j, whole);
        const float mu = mean[i];
        const float r = rstd[i];
#pragma unroll
        for (int k = 0; k < W; k++) {
          sums[k] += g.v[k] * ((v.v[k] - mu) * r);
          sums[W + k] += g.v[k];
        }
      }
    }
    sumOfLines(sums, slots);
    if (threadIdx.y == 0 && j < cols) {
#pragma unroll
      for (int k = 0; k < W; k++) {
        if (dweight != nullptr) dweight[blockIdx.y * cols + j + k] = sums[k];
        if (dbias != nullptr) dbias[blockIdx.y * cols + j + k] = sums[W + k];
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) norm_layer_backward_weights_f32(
    const float* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, float* __restrict__ dweight, float* __restrict__ dbias, long long rows, long long cols,
    long long span) {
  __shared__ float slots[8 * THREADS];
  if ((cols & 3) == 0) weights<4>(slots, x, mean, rstd, dy, dweight, dbias, rows, cols, span);
  else weights<1>(slots, x, mean, rstd, dy, dweight, dbias, rows, cols, span);
}

template <int W>
static __device__ __forceinline__ void finishWeights(
    float* slots, const float* __restrict__ x, float* __restrict__ y, long long cols, long long chunks) {
  for (long long j0 = (long long)blockIdx.x * blockDim.x * W; j0 < cols; j0 += (long long)gridDim.x * blockDim.x * W) {
    const long long j = j0 + threadIdx.x * W;
    float sum[W] = {};
    if (j < cols) {
#pragma unroll 4
      for (long long c = threadIdx.y; c < chunks; c += blockDim.y) {
        const Unit<W> u = load<W>(x + c * cols + j, aligned(x));
#pragma unroll
        for (int k = 0; k < W; k++) sum[k] += u.v[k];
      }
    }
    sumOfLines(sum, slots);
    if (threadIdx.y == 0 && j < cols) store<W>(y + j, sum, false);
  }
}

extern "C" __global__ void __launch_bounds__(256) norm_finish_weights_f32(
    const float* __restrict__ dweights, const float* __restrict__ dbiases, const float* __restrict__ dslopes,
    float* __restrict__ dweight, float* __restrict__ dbias, float* __restrict__ dslope, long long cols,
    long long chunks) {
  __shared__ float slots[4 * THREADS];
  const float* x = blockIdx.y == 0 ? dweights : blockIdx.y == 1 ? dbiases : dslopes;
  float* y = blockIdx.y == 0 ? dweight : blockIdx.y == 1 ? dbias : dslope;
  if (y == nullptr) return;
  if ((cols & 3) == 0) finishWeights<4>(slots, x, y, cols, chunks);
  else finishWeights<1>(slots, x, y, cols, chunks);
}
