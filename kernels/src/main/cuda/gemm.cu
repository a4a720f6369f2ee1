// Products of few numbers and what follows any product, float32.
//
// gemm_small_f32 (float* a, float* b, float* c, float* bias, float* preactivation, float* scale, float* residual,
//                 long long m, long long n, long long k, long long lda, long long ldb, long long ldc, float alpha,
//                 int activation)
//   c[i, j] = epilogue(alpha sum_p a[i, p] b[j, p]), the epilogue as below. A warp computes 2 rows of 4 columns, its lanes
//   share the sum (4 numbers at a time where k, lda and ldb are multiples of 4 and a, b of 16 bytes). block (32, 8);
//   grid (any, any), best (ceil(n / 32), ceil(m / 2)).
//
// gemm_epilogue_f32 (float* c, float* bias, float* preactivation, float* scale, float* residual, long long rows,
//                    long long cols, long long leading, int activation)
//   t = c[i, j] + bias[j], preactivation[i, j] = t, c[i, j] = residual[i, j] + scale[j] activation(t); rows begin
//   leading elements apart in c, preactivation and residual; what is absent is null.
//   activation: 0 none, 1 relu (NaN stays), 2 silu, 3 gelu (erf)
//   A thread keeps its columns (4 side by side where cols and leading are multiples of 4 and all addresses of 16 bytes,
//   else 1) and walks rows. Any block (256) and any grid in x of fewer than 2^31 threads.

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

#define SMALL_ROWS 2
#define SMALL_COLUMNS 4

// The warp's sums for rows i, i + 1 and columns j ... j + 3; what lies outside repeats the last one inside.
template <int W>
static __device__ __forceinline__ void smallProduct(
    float (&sums)[SMALL_ROWS][SMALL_COLUMNS], const float* __restrict__ a, const float* __restrict__ b, long long i,
    long long j, long long m, long long n, long long k, long long lda, long long ldb) {
  const float* rows[SMALL_ROWS];
  const float* columns[SMALL_COLUMNS];
#pragma unroll
  for (int r = 0; r < SMALL_ROWS; r++) rows[r] = a + (i + r < m ? i + r : m - 1) * lda;
#pragma unroll
  for (int q = 0; q < SMALL_COLUMNS; q++) columns[q] = b + (j + q < n ? j + q : n - 1) * ldb;
  for (long long p = (long long)threadIdx.x * W; p < k; p += 32 * W) {
    Unit<W> x[SMALL_ROWS], y[SMALL_COLUMNS];
#pragma unroll
    for (int r = 0; r < SMALL_ROWS; r++) x[r] = load<W>(rows[r] + p);
#pragma unroll
    for (int q = 0; q < SMALL_COLUMNS; q++) y[q] = load<W>(columns[q] + p);
#pragma unroll
    for (int r = 0; r < SMALL_ROWS; r++) {
#pragma unroll
      for (int q = 0; q < SMALL_COLUMNS; q++) {
#pragma unroll
        for (int e = 0; e < W; e++) sums[r][q] += x[r].v[e] * y[q].v[e];
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) gemm_small_f32(
    const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, const float* __restrict__ bias,
    float* __restrict__ preactivation, const float* __restrict__ scale, const float* __restrict__ residual, long long m,
    long long n, long long k, long long lda, long long ldb, long long ldc, float alpha, int activation) {
  const bool wide = ((k | lda | ldb) & 3) == 0 && (((unsigned long long)a | (unsigned long long)b) & 15) == 0;
  for (long long i = (long long)blockIdx.y * SMALL_ROWS; i < m; i += (long long)gridDim.y * SMALL_ROWS) {
    for (long long j = ((long long)blockIdx.x * 8 + threadIdx.y) * SMALL_COLUMNS; j < n;
         j += (long long)gridDim.x * 8 * SMALL_COLUMNS) {
      float sums[SMALL_ROWS][SMALL_COLUMNS] = {};
      if (wide) smallProduct<4>(sums, a, b, i, j, m, n, k, lda, ldb);
      else smallProduct<1>(sums, a, b, i, j, m, n, k, lda, ldb);
      float mine = 0.0f; // lane 4 r + q keeps sums[r][q]
#pragma unroll
      for (int r = 0; r < SMALL_ROWS; r++) {
#pragma unroll
        for (int q = 0; q < SMALL_COLUMNS; q++) {
          float sum = sums[r][q];
#pragma unroll
          for (int offset = 16; offset > 0; offset >>= 1) sum += __shfl_xor_sync(0xffffffffu, sum, offset);
          if (threadIdx.x == r * SMALL_COLUMNS + q) mine = sum;
        }
      }
      const long long row = i + threadIdx.x / SMALL_COLUMNS;
      const long long column = j + threadIdx.x % SMALL_COLUMNS;
      if (threadIdx.x < SMALL_ROWS * SMALL_COLUMNS && row < m && column < n) {
        const long long at = row * ldc + column;
        const float t = alpha * mine + (bias ? bias[column] : 0.0f);
        if (preactivation) preactivation[at] = t;
        const float u = (scale ? scale[column] : 1.0f) * activate(activation, t);
        c[at] = residual ? residual[at] + u : u;
      }
    }
  }
}
