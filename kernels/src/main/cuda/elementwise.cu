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
