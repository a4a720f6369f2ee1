// Splines at points, float32: the first step of the fused KAN layer (kan.cu), 8 numbers for every (b, i), b fastest,
// 16-byte aligned. basis = gridSize + order, order 0 to 5.
//   points [inputs, n, 8]: 0 to 3 the splines from first on, 4 silu(x), 5 first (int bits, 0 <= first <= gridSize - 1),
//   6 and 7 splines first + 4 and first + 5. Backward: the derivatives of these functions.
// kan_points_forward_f32, kan_points_backward_f32
//   (const float* x, const float* knots, float* points, long long n, long long inputs, int gridSize, int order)
//   block any (128), grid (any, any), best (ceil(n / block), inputs); a block row is an input.

#define POINT 8 // numbers a point

static __device__ __forceinline__ int interval(const float* __restrict__ t, int knots, float x) {
  int low = 0; // t[0 .. low) <= x
  int high = knots;
  while (low < high) {
    int middle = (low + high) >> 1;
    if (t[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low >= 1 && low < knots && x < t[low] ? low - 1 : -1;
}

static __device__ __forceinline__ float finite(float v) {
  if (v != v) return 0.0f;
  return fminf(fmaxf(v, -3.402823466e38f), 3.402823466e38f);
}

// The K + 1 splines (or derivatives) that may be non-zero at x: w[slot], slot 0 being spline `*first`.
template <int K, bool DERIVATIVE>
static __device__ __forceinline__ void point(
    const float* __restrict__ t, int knots, int gridSize, float x, int* first, float* w) {
  int m = interval(t, knots, x);
  if (m < 0) {
    *first = 0;
#pragma unroll
    for (int d = 0; d <= K; d++) w[d] = 0.0f;
    return;
  }
  float u[2 * K + 2], v[K + 1], dv[K + 1];
#pragma unroll
  for (int c = 0; c < 2 * K + 2; c++) {
    int at = m - K + c;
    u[c] = t[at < 0 ? 0 : at < knots ? at : knots - 1];
  }
#pragma unroll
  for (int d = 0; d < K; d++) v[d] = dv[d] = 0.0f;
  v[K] = 1.0f;
  dv[K] = 0.0f;
#pragma unroll
  for (int q = 1; q <= K; q++) {
#pragma unroll
    for (int d = K - q; d <= K; d++) {
      float left = u[d + q] - u[d];
      float right = u[d + q + 1] - u[d + 1];
      float up = (x - u[d]) / left;
      float down = (u[d + q + 1] - x) / right;
      float next = d < K ? v[d + 1] : 0.0f;
      float sum = up * v[d] + down * next;
      if (DERIVATIVE) {
        float dnext = d < K ? dv[d + 1] : 0.0f;
        float slope = v[d] / left + up * dv[d] - next / right + down * dnext;
        dv[d] = sum - sum == 0.0f ? slope : 0.0f;
      }
      v[d] = finite(sum);
    }
  }
  // Of the K + 1 splines from m - K on, those that exist are kept; the window moves inside, zeros fill what it gains.
  const int start = m - K < 0 ? 0 : m - K < gridSize ? m - K : gridSize - 1;
  *first = start;
#pragma unroll
  for (int slot = 0; slot <= K; slot++) {
    w[slot] = 0.0f;
#pragma unroll
    for (int d = 0; d <= K; d++) {
      if (m - K + d == start + slot) w[slot] = DERIVATIVE ? dv[d] : v[d];
    }
  }
}

template <bool DERIVATIVE>
static __device__ __forceinline__ void everyPoint(
    const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ points, long long n,
    long long inputs, int gridSize, int order) {
  const int count = gridSize + 2 * order + 1;
  for (long long i = blockIdx.y; i < inputs; i += gridDim.y) {
    const float* t = knots + i * count;
    for (long long b = (long long)blockIdx.x * blockDim.x + threadIdx.x; b < n; b += (long long)gridDim.x * blockDim.x) {
      const float v = x[b * inputs + i];
      float w[6] = {0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f};
      int first;
      switch (order) {
        case 0: point<0, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        case 1: point<1, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        case 2: point<2, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        case 3: point<3, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        case 4: point<4, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        default: point<5, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
      }
      const float s = 1.0f / (1.0f + expf(-v));
      const float base = DERIVATIVE ? s * (1.0f + v * (1.0f - s)) : v / (1.0f + expf(-v));
      float4* out = (float4*)(points + (i * n + b) * POINT);
      out[0] = make_float4(w[0], w[1], w[2], w[3]);
      out[1] = make_float4(base, __int_as_float(first), w[4], w[5]);
    }
  }
}

extern "C" __global__ void kan_points_forward_f32(
    const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ points, long long n,
    long long inputs, int gridSize, int order) {
  everyPoint<false>(x, knots, points, n, inputs, gridSize, order);
}

extern "C" __global__ void kan_points_backward_f32(
    const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ points, long long n,
    long long inputs, int gridSize, int order) {
  everyPoint<true>(x, knots, points, n, inputs, gridSize, order);
}
