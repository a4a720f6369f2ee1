// What follows a matrix product, float32. A thread keeps its columns (4 side by side where cols and leading are multiples of
// 4 and all addresses of 16 bytes, else 1) and walks rows. Any block (256) and any grid in x of fewer than 2^31 threads.
//
// gemm_epilogue_f32 (float* c, float* bias, float* preactivation, float* scale, float* residual, long long rows,
//                    long long cols, long long leading, int activation)
//   t = c[i, j] + bias[j], preactivation[i, j] = t, c[i, j] = residual[i, j] + scale[j] activation(t); rows begin
//   leading elements apart in c, preactivation and residual; what is absent is null.
//   activation: 0 none, 1 relu (NaN stays), 2 silu, 3 gelu (erf)

static __device__ __forceinline__ float activate(int f, float x) {
  switch (f) {
    case 1: return x > 0.0f || x != x ? x : 0.0f;
    case 2: return x / (1.0f + expf(-x));
    case 3: return x * (0.5f * erfcf(-0.70710678118654752f * x)); // no cancellation for negative x
    default: return x;
  }
}

template <int W>
struct Unit {
  float v[W];
};

template <int W>
static __device__ __forceinline__ Unit<W> load(const float* p) {
  if constexpr (W == 4) {
    const float4 q = *(const float4*)p;
    return {{q.x, q.y, q.z, q.w}};
  } else {
    return {{*p}};
  }
}

template <int W>
static __device__ __forceinline__ void store(float* p, const Unit<W>& u) {
  if constexpr (W == 4) *(float4*)p = make_float4(u.v[0], u.v[1], u.v[2], u.v[3]);
  else *p = u.v[0];
}

// R rows at a time, `step` elements apart, so that their loads are on the way together.
template <int W, int R>
static __device__ __forceinline__ void finish(
    float* c, const Unit<W>& shift, float* preactivation, const Unit<W>& factor, const float* residual, long long at,
    long long step, int activation) {
  Unit<W> t[R], rest[R];
#pragma unroll
  for (int r = 0; r < R; r++) t[r] = load<W>(c + at + r * step);
#pragma unroll
  for (int r = 0; r < R; r++) rest[r] = residual ? load<W>(residual + at + r * step) : Unit<W>{};
#pragma unroll
  for (int r = 0; r < R; r++) {
#pragma unroll
    for (int k = 0; k < W; k++) t[r].v[k] += shift.v[k];
    if (preactivation) store<W>(preactivation + at + r * step, t[r]);
#pragma unroll
    for (int k = 0; k < W; k++) {
      const float u = factor.v[k] * activate(activation, t[r].v[k]);
      t[r].v[k] = residual ? rest[r].v[k] + u : u;
    }
    store<W>(c + at + r * step, t[r]);
  }
}

template <int W>
static __device__ __forceinline__ void column(
    float* c, const float* bias, float* preactivation, const float* scale, const float* residual, long long row,
    long long rows, long long lines, long long j, long long leading, int activation) {
  Unit<W> shift, factor;
#pragma unroll
  for (int k = 0; k < W; k++) {
    shift.v[k] = bias ? bias[j + k] : 0.0f;
    factor.v[k] = scale ? scale[j + k] : 1.0f;
  }
  const long long step = lines * leading;
  long long i = row;
  for (; i + lines < rows; i += 2 * lines) {
    finish<W, 2>(c, shift, preactivation, factor, residual, i * leading + j, step, activation);
  }
  if (i < rows) finish<W, 1>(c, shift, preactivation, factor, residual, i * leading + j, step, activation);
}

template <int W>
static __device__ __forceinline__ void epilogue(
    float* c, const float* bias, float* preactivation, const float* scale, const float* residual, long long rows,
    long long cols, long long leading, int activation) {
  const long long units = cols / W;
  const unsigned threads = gridDim.x * blockDim.x;
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (units >= threads) {
    for (long long u = thread; u < units; u += threads) {
      column<W>(c, bias, preactivation, scale, residual, 0, rows, 1, u * W, leading, activation);
    }
  } else if (units > 0) {
    const unsigned lines = threads / (unsigned)units;
    const unsigned line = thread / (unsigned)units;
    const long long j = (long long)(thread - line * (unsigned)units) * W;
    if (line < lines) {
      column<W>(c, bias, preactivation, scale, residual, line, rows, lines, j, leading, activation);
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) gemm_epilogue_f32(
    float* __restrict__ c, const float* __restrict__ bias, float* __restrict__ preactivation,
    const float* __restrict__ scale, const float* __restrict__ residual, long long rows, long long cols,
    long long leading, int activation) {
  const unsigned long long addresses =
      (unsigned long long)c | (unsigned long long)preactivation | (unsigned long long)residual;
  if (((cols | leading) & 3) == 0 && (addresses & 15) == 0) {
    epilogue<4>(c, bias, preactivation, scale, residual, rows, cols, leading, activation);
  } else {
    epilogue<1>(c, bias, preactivation, scale, residual, rows, cols, leading, activation);
  }
}
