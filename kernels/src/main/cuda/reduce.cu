// Reductions over the middle axis of [outer, n, inner] and softmax over rows, float32. Every sum follows an order that
// depends on the sizes and the launch alone. Any grid covers any size; no dynamic shared memory.
//
// A sum may be cut into chunks of `span` rows of the axis: y is then [outer, chunks, inner], chunks = ceil(n / span), and
// a second launch with n = chunks, span >= n makes one of them. n = 0: launch with chunks 1.
// reduce_sum_rows_f32 (float* x, float* y, long long outer, long long n, long long chunks, long long span, float scale)
//   inner = 1. A block reduces a chunk; block T = 32, 64, .. 1024 (32 for short rows), best grid outer * chunks.
// reduce_sum_columns_f32 (float* x, float* y, long long outer, long long n, long long inner, long long chunks,
//                         long long span, float scale)
//   block (lanes, lines) of at most 256 threads, best grid (ceil(units / lanes), outer * chunks): a lane has 4 columns where
//   inner % 4 == 0, else 1.
// reduce_product_columns_f32 (float* a, float* b, float* y, long long n, long long inner, long long chunks, long long span)
//   the same for sum_i a[i, j] b[i, j]; finish with reduce_sum_columns_f32.
// reduce_max_rows_f32 (float* x, float* y, long long* index, long long outer, long long n)
//   inner = 1, n >= 1; y and the first place that has it; NaN wins. block T as above, best grid outer.
// reduce_max_columns_f32 (float* x, float* y, long long* index, long long outer, long long n, long long inner)
//   a thread an output; block any (256), best grid ceil(outer * inner / block).
// reduce_squares_f32 (float* x, double* partial, long long n)      partial[block] = sum of its squares, in double
// reduce_squares_finish_f64 (double* partial, double* y, int count)  y[0] = their sum; one block
//   block 256 (exactly) in both.
// reduce_finite_f32 (float* x, int* flag, long long n)             flag[0], 0 before, becomes 1 where one is not finite
// reduce_softmax_forward_f32, reduce_logsoftmax_forward_f32 (float* x, float* y, long long rows, long long cols)
// reduce_softmax_backward_f32, reduce_logsoftmax_backward_f32
//   (float* y, float* dy, float* dx, long long rows, long long cols)
//   y may be x, dx may be dy. block T = 32, 64, .. 1024, best grid rows.

#define FULL 0xffffffffu
#define MOST __int_as_float(0x7f800000) // infinity
#define THREADS 256 // at most, of a block that sums columns

static __device__ __forceinline__ float warpSum(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(FULL, v, offset);
  return v;
}

// The larger one; NaN wins.
static __device__ __forceinline__ float larger(float a, float b) { return a > b || a != a ? a : b; }

static __device__ __forceinline__ float warpMax(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v = larger(v, __shfl_xor_sync(FULL, v, offset));
  return v;
}

// Every thread gets the whole block's sum; `slots` has room for 32.
static __device__ __forceinline__ float blockSum(float v, float* slots) {
  v = warpSum(v);
  if (blockDim.x <= 32) return v;
  if ((threadIdx.x & 31) == 0) slots[threadIdx.x >> 5] = v;
  __syncthreads();
  v = warpSum((threadIdx.x & 31) < (blockDim.x >> 5) ? slots[threadIdx.x & 31] : 0.0f);
  __syncthreads();
  return v;
}

static __device__ __forceinline__ float blockMax(float v, float* slots) {
  v = warpMax(v);
  if (blockDim.x <= 32) return v;
  if ((threadIdx.x & 31) == 0) slots[threadIdx.x >> 5] = v;
  __syncthreads();
  v = warpMax((threadIdx.x & 31) < (blockDim.x >> 5) ? slots[threadIdx.x & 31] : -MOST);
  __syncthreads();
  return v;
}

extern "C" __global__ void reduce_sum_rows_f32(
    const float* __restrict__ x, float* __restrict__ y, long long outer, long long n, long long chunks, long long span,
    float scale) {
  __shared__ float slots[32];
  for (long long c = blockIdx.x; c < outer * chunks; c += gridDim.x) {
    const long long o = c / chunks;
    const long long from = (c - o * chunks) * span;
    const long long to = from + span < n ? from + span : n;
    float sum = 0.0f;
    for (long long j = from + threadIdx.x; j < to; j += blockDim.x) sum += x[o * n + j];
    sum = blockSum(sum, slots);
    if (threadIdx.x == 0) y[c] = scale * sum;
  }
}

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

// The sum of f(i) over a thread's rows of from <= i < to, one above the other.
template <int W, typename F>
static __device__ __forceinline__ void sumOfRows(float (&sum)[W], long long from, long long to, F f) {
#pragma unroll 4
  for (long long i = from + threadIdx.y; i < to; i += blockDim.y) {
    const Unit<W> u = f(i);
#pragma unroll
    for (int k = 0; k < W; k++) sum[k] += u.v[k];
  }
}

template <int W>
static __device__ __forceinline__ void sumColumns(
    float* slots, const float* __restrict__ x, float* __restrict__ y, long long outer, long long n, long long inner,
    long long chunks, long long span, float scale) {
  const bool whole = aligned(x);
  const long long hop = (long long)gridDim.x * blockDim.x * W;
  for (long long c = blockIdx.y; c < outer * chunks; c += gridDim.y) {
    const long long o = chunks == 1 ? c : c / chunks;
    const long long from = (c - o * chunks) * span;
    const long long to = from + span < n ? from + span : n;
    for (long long j0 = (long long)blockIdx.x * blockDim.x * W; j0 < inner; j0 += hop) {
      const long long j = j0 + threadIdx.x * W;
      const float* column = x + o * n * inner + j;
      float sum[W] = {};
      if (j < inner) sumOfRows(sum, from, to, [=](long long i) { return load<W>(column + i * inner, whole); });
      sumOfLines(sum, slots);
      if (threadIdx.y == 0 && j < inner) {
#pragma unroll
        for (int k = 0; k < W; k++) y[c * inner + j + k] = scale * sum[k];
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) reduce_sum_columns_f32(
    const float* __restrict__ x, float* __restrict__ y, long long outer, long long n, long long inner, long long chunks,
    long long span, float scale) {
  __shared__ float slots[4 * THREADS];
  if ((inner & 3) == 0) sumColumns<4>(slots, x, y, outer, n, inner, chunks, span, scale);
  else sumColumns<1>(slots, x, y, outer, n, inner, chunks, span, scale);
}

template <int W>
static __device__ __forceinline__ void sumProducts(
    float* slots, const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ y, long long n,
    long long inner, long long chunks, long long span) {
  const bool whole = aligned(a, b);
  const long long hop = (long long)gridDim.x * blockDim.x * W;
  for (long long c = blockIdx.y; c < chunks; c += gridDim.y) {
    const long long to = (c + 1) * span < n ? (c + 1) * span : n;
    for (long long j0 = (long long)blockIdx.x * blockDim.x * W; j0 < inner; j0 += hop) {
      const long long j = j0 + threadIdx.x * W;
      float sum[W] = {};
      if (j < inner) {
        sumOfRows(sum, c * span, to, [=](long long i) {
          Unit<W> u = load<W>(a + i * inner + j, whole);
          const Unit<W> v = load<W>(b + i * inner + j, whole);
#pragma unroll
          for (int k = 0; k < W; k++) u.v[k] *= v.v[k];
          return u;
        });
      }
      sumOfLines(sum, slots);
      if (threadIdx.y == 0 && j < inner) {
#pragma unroll
        for (int k = 0; k < W; k++) y[c * inner + j + k] = sum[k];
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) reduce_product_columns_f32(
    const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ y, long long n, long long inner,
    long long chunks, long long span) {
  __shared__ float slots[4 * THREADS];
  if ((inner & 3) == 0) sumProducts<4>(slots, a, b, y, n, inner, chunks, span);
  else sumProducts<1>(slots, a, b, y, n, inner, chunks, span);
}

// Whether (value, at) comes before (best, bestAt): NaN first, then the larger, then the earlier.
static __device__ __forceinline__ bool before(float value, long long at, float best, long long bestAt) {
  if (value != value || best != best) return value != value && (best == best || at < bestAt);
  return value > best || (value == best && at < bestAt);
}

extern "C" __global__ void reduce_max_rows_f32(
    const float* __restrict__ x, float* __restrict__ y, long long* __restrict__ index, long long outer, long long n) {
  __shared__ float values[32];
  __shared__ long long places[32];
  for (long long o = blockIdx.x; o < outer; o += gridDim.x) {
    float best = -MOST;
    long long at = n; // after every place
    for (long long j = threadIdx.x; j < n; j += blockDim.x) {
      if (before(x[o * n + j], j, best, at)) {
        best = x[o * n + j];
        at = j;
      }
    }
    for (int round = 0; round < 2; round++) { // within the warps, then among them
#pragma unroll
      for (int offset = 16; offset > 0; offset >>= 1) {
        const float value = __shfl_xor_sync(FULL, best, offset);
        const long long place = __shfl_xor_sync(FULL, at, offset);
        if (before(value, place, best, at)) {
          best = value;
          at = place;
        }
      }
      if (round == 1 || blockDim.x <= 32) break;
      if ((threadIdx.x & 31) == 0) {
        values[threadIdx.x >> 5] = best;
        places[threadIdx.x >> 5] = at;
      }
      __syncthreads();
      const bool there = (threadIdx.x & 31) < (blockDim.x >> 5);
      best = there ? values[threadIdx.x & 31] : -MOST;
      at = there ? places[threadIdx.x & 31] : n;
      __syncthreads();
    }
    if (threadIdx.x == 0) {
      y[o] = best;
      index[o] = at;
    }
  }
}

extern "C" __global__ void reduce_max_columns_f32(
    const float* __restrict__ x, float* __restrict__ y, long long* __restrict__ index, long long outer, long long n,
    long long inner) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < outer * inner; e += step) {
    const long long o = e / inner;
    const float* in = x + o * n * inner + (e - o * inner);
    float best = in[0];
    long long at = 0;
    for (long long j = 1; j < n; j++) {
      const float v = in[j * inner];
      if (v > best || (v != v && best == best)) {
        best = v;
        at = j;
      }
    }
    y[e] = best;
    index[e] = at;
  }
}

static __device__ __forceinline__ double warpSum(double v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(FULL, v, offset);
  return v;
}

// Thread 0 gets the sum of the block's 256.
static __device__ __forceinline__ double blockSum(double v, double* slots) {
  v = warpSum(v);
  if ((threadIdx.x & 31) == 0) slots[threadIdx.x >> 5] = v;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int w = 1; w < 8; w++) v += slots[w];
  }
  __syncthreads();
  return v;
}

extern "C" __global__ void __launch_bounds__(256) reduce_squares_f32(
    const float* __restrict__ x, double* __restrict__ partial, long long n) {
  __shared__ double slots[8];
  const long long step = (long long)gridDim.x * 256;
  double sum = 0.0;
  for (long long i = (long long)blockIdx.x * 256 + threadIdx.x; i < n; i += step) sum += (double)x[i] * x[i];
  sum = blockSum(sum, slots);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

extern "C" __global__ void __launch_bounds__(256) reduce_squares_finish_f64(
    const double* __restrict__ partial, double* __restrict__ y, int count) {
  __shared__ double slots[8];
  double sum = 0.0;
  for (int i = threadIdx.x; i < count; i += 256) sum += partial[i];
  sum = blockSum(sum, slots);
  if (threadIdx.x == 0) y[0] = sum;
}

extern "C" __global__ void reduce_finite_f32(const float* __restrict__ x, int* __restrict__ flag, long long n) {
  const long long step = (long long)gridDim.x * blockDim.x;
  bool bad = false;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    const float v = x[i];
    bad |= v - v != 0.0f;
  }
  if (bad) atomicOr(flag, 1);
}

static __device__ __forceinline__ float rowMax(const float* x, long long cols, float* slots) {
  float highest = -MOST;
  for (long long j = threadIdx.x; j < cols; j += blockDim.x) highest = larger(highest, x[j]);
  return blockMax(highest, slots);
}

static __device__ __forceinline__ float rowSumExp(const float* x, long long cols, float highest, float* slots) {
  float sum = 0.0f;
  for (long long j = threadIdx.x; j < cols; j += blockDim.x) sum += expf(x[j] - highest);
  return blockSum(sum, slots);
}

extern "C" __global__ void reduce_softmax_forward_f32(const float* x, float* y, long long rows, long long cols) {
  __shared__ float slots[32];
  for (long long i = blockIdx.x; i < rows; i += gridDim.x) {
    const float* in = x + i * cols;
    const float highest = rowMax(in, cols, slots);
    const float sum = rowSumExp(in, cols, highest, slots);
    for (long long j = threadIdx.x; j < cols; j += blockDim.x) y[i * cols + j] = expf(in[j] - highest) / sum;
  }
}

extern "C" __global__ void reduce_logsoftmax_forward_f32(const float* x, float* y, long long rows, long long cols) {
  __shared__ float slots[32];
  for (long long i = blockIdx.x; i < rows; i += gridDim.x) {
    const float* in = x + i * cols;
    const float highest = rowMax(in, cols, slots);
    const float log = logf(rowSumExp(in, cols, highest, slots));
    for (long long j = threadIdx.x; j < cols; j += blockDim.x) y[i * cols + j] = in[j] - highest - log;
  }
}

extern "C" __global__ void reduce_softmax_backward_f32(
    const float* __restrict__ y, const float* dy, float* dx, long long rows, long long cols) {
  __shared__ float slots[32];
  for (long long i = blockIdx.x; i < rows; i += gridDim.x) {
    float dot = 0.0f;
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += blockDim.x) dot += y[j] * dy[j];
    dot = blockSum(dot, slots);
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += blockDim.x) dx[j] = y[j] * (dy[j] - dot);
  }
}

extern "C" __global__ void reduce_logsoftmax_backward_f32(
    const float* __restrict__ y, const float* dy, float* dx, long long rows, long long cols) {
  __shared__ float slots[32];
  for (long long i = blockIdx.x; i < rows; i += gridDim.x) {
    float sum = 0.0f;
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += blockDim.x) sum += dy[j];
    sum = blockSum(sum, slots);
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += blockDim.x) dx[j] = dy[j] - expf(y[j]) * sum;
  }
}
