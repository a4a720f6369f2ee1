// Elementwise work and strided copies, float32. Any block (256) and any grid in x cover any size unless a kernel says
// otherwise; no dynamic shared memory. Where all pointers are aligned to 16 bytes, four elements move at once.
// A result may lie where an operand lies (the same block, not one shifted against it).
//
// elementwise_fill_f32 (float* y, long long n, float value)
// elementwise_affine_f32 (float* x, float* y, long long n, float scale, float shift)          y = scale x + shift
// elementwise_axpy_f32 (float* x, float* y, long long n, float alpha)                         y += alpha x
// elementwise_clamp_forward_f32 (float* x, float* y, long long n, float low, float high)      NaN stays
// elementwise_clamp_backward_f32 (float* x, float* dy, float* dx, long long n, float low, float high)
// elementwise_unary_forward_f32 (float* x, float* y, long long n, int f)                      y = f(x)
// elementwise_unary_backward_f32 (float* x, float* dy, float* dx, long long n, int f)         dx = dy f'(x)
//   f: 0 negate, 1 abs, 2 square, 3 sqrt, 4 reciprocal, 5 exp, 6 log, 7 sin, 8 cos, 9 relu, 10 silu, 11 gelu (erf),
//   12 sigmoid, 13 tanh
// elementwise_binary_same_f32 (float* a, float* b, float* y, long long n, int f)              contiguous, equal sizes
// elementwise_binary_f32 (float* a, float* b, float* y, long long numel, int rank, Walk walk, int f)
//   f: 0 add, 1 subtract, 2 multiply, 3 divide, 4 maximum, 5 minimum (NaN wins). y is contiguous over the walk's axes.
// elementwise_copy_f32 (float* source, float* target, long long numel, int rank, Walk walk)
//   Walk, by value, 192 bytes: long long dims[8], first[8], second[8], the last axis at index 7, unused ones in front;
//   1 <= rank <= 8. Strides count elements; first is of a or source, second of b or target.
// elementwise_scale_residual_f32 (float* x, float* scale, float* residual, float* y, long long rows, long long cols)
//   y[i, j] = residual[i, j] + scale[j] x[i, j]
// elementwise_prelu_forward_f32 (float* x, float* weight, float* y, long long rows, long long cols)
// elementwise_prelu_backward_f32 (float* x, float* weight, float* dy, float* dx, float* partial, long long rows,
//                                 long long cols, long long span)
//   dx, and partial[c, j] = sum over the rows c span <= i < (c + 1) span of dy x where x <= 0; dweight is partial's sum
//   over c (reduce_sum_columns_f32). block (lanes, lines) of at most 256 threads, a lane a unit; grid (any,
//   ceil(rows / span)), best ceil(units / lanes) in x.
//   In the last three a unit is 4 columns where cols % 4 == 0, else 1; a thread keeps its unit, so that what belongs to
//   it stays in registers; fewer than 2^31 threads in the two before.

#define THREADS 256 // at most, of a block that sums columns

template <typename F>
static __device__ __forceinline__ void map(const float* x, float* y, long long n, F f) {
  const long long step = (long long)gridDim.x * blockDim.x;
  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  long long done = 0;
  if ((((unsigned long long)x | (unsigned long long)y) & 15) == 0) {
    const long long quads = n >> 2;
    for (long long i = thread; i < quads; i += step) {
      const float4 v = ((const float4*)x)[i];
      ((float4*)y)[i] = make_float4(f(v.x), f(v.y), f(v.z), f(v.w));
    }
    done = quads << 2;
  }
  for (long long i = done + thread; i < n; i += step) y[i] = f(x[i]);
}

template <typename F>
static __device__ __forceinline__ void map(const float* a, const float* b, float* y, long long n, F f) {
  const long long step = (long long)gridDim.x * blockDim.x;
  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  long long done = 0;
  if ((((unsigned long long)a | (unsigned long long)b | (unsigned long long)y) & 15) == 0) {
    const long long quads = n >> 2;
    for (long long i = thread; i < quads; i += step) {
      const float4 v = ((const float4*)a)[i];
      const float4 w = ((const float4*)b)[i];
      ((float4*)y)[i] = make_float4(f(v.x, w.x), f(v.y, w.y), f(v.z, w.z), f(v.w, w.w));
    }
    done = quads << 2;
  }
  for (long long i = done + thread; i < n; i += step) y[i] = f(a[i], b[i]);
}

extern "C" __global__ void elementwise_fill_f32(float* __restrict__ y, long long n, float value) {
  const long long step = (long long)gridDim.x * blockDim.x;
  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  long long done = 0;
  if (((unsigned long long)y & 15) == 0) {
    const long long quads = n >> 2;
    for (long long i = thread; i < quads; i += step) ((float4*)y)[i] = make_float4(value, value, value, value);
    done = quads << 2;
  }
  for (long long i = done + thread; i < n; i += step) y[i] = value;
}

extern "C" __global__ void elementwise_affine_f32(const float* x, float* y, long long n, float scale, float shift) {
  map(x, y, n, [=](float v) { return scale * v + shift; });
}

extern "C" __global__ void elementwise_axpy_f32(const float* __restrict__ x, float* y, long long n, float alpha) {
  map(x, y, y, n, [=](float v, float w) { return w + alpha * v; });
}

extern "C" __global__ void elementwise_clamp_forward_f32(const float* x, float* y, long long n, float low, float high) {
  map(x, y, n, [=](float v) { return v != v ? v : fminf(fmaxf(v, low), high); });
}

extern "C" __global__ void elementwise_clamp_backward_f32(
    const float* x, const float* dy, float* dx, long long n, float low, float high) {
  map(x, dy, dx, n, [=](float v, float g) { return v >= low && v <= high ? g : 0.0f; });
}

static __device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// The distribution function of the standard normal distribution, without cancellation for negative x.
static __device__ __forceinline__ float normal(float x) { return 0.5f * erfcf(-0.70710678118654752f * x); }

static __device__ __forceinline__ float apply(int f, float x) {
  switch (f) {
    case 0: return -x;
    case 1: return fabsf(x);
    case 2: return x * x;
    case 3: return sqrtf(x);
    case 4: return 1.0f / x;
    case 5: return expf(x);
    case 6: return logf(x);
    case 7: return sinf(x);
    case 8: return cosf(x);
    case 9: return x > 0.0f || x != x ? x : 0.0f;
    case 10: return x / (1.0f + expf(-x));
    case 11: return x * normal(x);
    case 12: return sigmoid(x);
    default: return tanhf(x);
  }
}

static __device__ __forceinline__ float slope(int f, float x) {
  switch (f) {
    case 0: return -1.0f;
    case 1: return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x; // 0 at 0, NaN at NaN
    case 2: return 2.0f * x;
    case 3: return 0.5f / sqrtf(x);
    case 4: return -1.0f / (x * x);
    case 5: return expf(x);
    case 6: return 1.0f / x;
    case 7: return cosf(x);
    case 8: return -sinf(x);
    case 9: return x > 0.0f ? 1.0f : 0.0f;
    case 10: {
      const float s = sigmoid(x);
      return s * (1.0f + x * (1.0f - s));
    }
    case 11: return normal(x) + x * expf(-0.5f * x * x) * 0.39894228040143268f;
    case 12: {
      const float s = sigmoid(x);
      return s * (1.0f - s);
    }
    default: {
      const float t = tanhf(x);
      return 1.0f - t * t;
    }
  }
}

extern "C" __global__ void elementwise_unary_forward_f32(const float* x, float* y, long long n, int f) {
  map(x, y, n, [=](float v) { return apply(f, v); });
}

extern "C" __global__ void elementwise_unary_backward_f32(const float* x, const float* dy, float* dx, long long n, int f) {
  map(x, dy, dx, n, [=](float v, float g) { return g * slope(f, v); });
}

static __device__ __forceinline__ float apply(int f, float a, float b) {
  switch (f) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a / b;
    case 4: return a != a ? a : b != b ? b : fmaxf(a, b);
    default: return a != a ? a : b != b ? b : fminf(a, b);
  }
}

extern "C" __global__ void elementwise_binary_same_f32(const float* a, const float* b, float* y, long long n, int f) {
  map(a, b, y, n, [=](float v, float w) { return apply(f, v, w); });
}

struct Walk {
  long long dims[8], first[8], second[8];
};

// Where element i of the walk lies in both operands; I is wide enough for i.
template <typename I>
static __device__ __forceinline__ void place(const Walk& walk, int rank, I i, long long& first, long long& second) {
  first = 0;
  second = 0;
#pragma unroll
  for (int axis = 7; axis >= 0; axis--) {
    if (7 - axis < rank) {
      I at = i;
      if (8 - axis < rank) { // the outermost axis needs no division
        i /= (I)walk.dims[axis];
        at -= i * (I)walk.dims[axis];
      }
      first += (long long)at * walk.first[axis];
      second += (long long)at * walk.second[axis];
    }
  }
}

template <typename F>
static __device__ __forceinline__ void each(const Walk& walk, int rank, long long numel, F f) {
  const long long step = (long long)gridDim.x * blockDim.x;
  const bool narrow = numel <= 0x7fffffff;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < numel; i += step) {
    long long first, second;
    if (narrow) place<unsigned>(walk, rank, (unsigned)i, first, second);
    else place<unsigned long long>(walk, rank, (unsigned long long)i, first, second);
    f(i, first, second);
  }
}

// Whether four elements of the last axis lie side by side in both operands everywhere.
static __device__ __forceinline__ bool quads(const Walk& walk) {
  long long all = walk.dims[7];
#pragma unroll
  for (int axis = 0; axis < 7; axis++) all |= walk.first[axis] | walk.second[axis];
  return walk.first[7] == 1 && walk.second[7] == 1 && (all & 3) == 0;
}

static __device__ __forceinline__ Walk byQuads(Walk walk) {
  walk.dims[7] >>= 2;
  walk.first[7] = 4;
  walk.second[7] = 4;
  return walk;
}

extern "C" __global__ void __launch_bounds__(256) elementwise_binary_f32(
    const float* a, const float* b, float* y, long long numel, int rank, Walk walk, int f) {
  if (quads(walk) && ((((unsigned long long)a | (unsigned long long)b | (unsigned long long)y) & 15) == 0)) {
    each(byQuads(walk), rank, numel >> 2, [=](long long i, long long first, long long second) {
      const float4 v = *(const float4*)(a + first);
      const float4 w = *(const float4*)(b + second);
      ((float4*)y)[i] = make_float4(apply(f, v.x, w.x), apply(f, v.y, w.y), apply(f, v.z, w.z), apply(f, v.w, w.w));
    });
    return;
  }
  each(walk, rank, numel,
       [=](long long i, long long first, long long second) { y[i] = apply(f, a[first], b[second]); });
}

extern "C" __global__ void __launch_bounds__(256) elementwise_copy_f32(
    const float* __restrict__ source, float* __restrict__ target, long long numel, int rank, Walk walk) {
  if (quads(walk) && ((((unsigned long long)source | (unsigned long long)target) & 15) == 0)) {
    each(byQuads(walk), rank, numel >> 2, [=](long long, long long first, long long second) {
      *(float4*)(target + second) = *(const float4*)(source + first);
    });
    return;
  }
  each(walk, rank, numel, [=](long long, long long first, long long second) { target[second] = source[first]; });
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
static __device__ __forceinline__ void mapColumns(const float* x, float* y, long long rows, long long cols, F of) {
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
static __device__ __forceinline__ void mapColumns(
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

extern "C" __global__ void __launch_bounds__(256) elementwise_scale_residual_f32(
    const float* x, const float* __restrict__ scale, const float* residual, float* y, long long rows, long long cols) {
  const auto of = [=](long long j) {
    const float s = scale[j];
    return [=](float v, float r) { return r + s * v; };
  };
  if ((cols & 3) == 0 && aligned(x, residual, y)) mapColumns<4>(x, residual, y, rows, cols, of);
  else mapColumns<1>(x, residual, y, rows, cols, of);
}

extern "C" __global__ void __launch_bounds__(256) elementwise_prelu_forward_f32(
    const float* x, const float* __restrict__ weight, float* y, long long rows, long long cols) {
  const auto of = [=](long long j) {
    const float w = weight[j];
    return [=](float v) { return v > 0.0f ? v : w * v; };
  };
  if ((cols & 3) == 0 && aligned(x, y)) mapColumns<4>(x, y, rows, cols, of);
  else mapColumns<1>(x, y, rows, cols, of);
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

extern "C" __global__ void __launch_bounds__(256) elementwise_prelu_backward_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* dy, float* dx,
    float* __restrict__ partial, long long rows, long long cols, long long span) {
  __shared__ float slots[4 * THREADS];
  if ((cols & 3) == 0) preluBackward<4>(slots, x, weight, dy, dx, partial, rows, cols, span);
  else preluBackward<1>(slots, x, weight, dy, dx, partial, rows, cols, span);
}
