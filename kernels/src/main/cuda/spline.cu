// Batched B-spline bases and their first derivatives on per-input knots, float32.
//
// x [n, inputs], knots [inputs, gridSize + 2 order + 1] (increasing along a row), y [n, inputs, basis] with
// basis = gridSize + order; order 0 to 5. Level 0 is 1 on t_j <= x < t_{j+1}; level q is
// (x - t_j)/(t_{j+q} - t_j) B_{j,q-1} + (t_{j+q+1} - x)/(t_{j+q+1} - t_{j+1}) B_{j+1,q-1}, and a sum that is not finite
// becomes 0 (NaN) or +-FLT_MAX; its derivative is then 0. Outside the knots, and for NaN, everything is 0.
//
// spline_forward_f32, spline_derivative_f32
//   (const float* x, const float* knots, float* y, long long n, long long inputs, int gridSize, int order)
//   block 128 (exactly); grid: any in x, best ceil(n * inputs / 128); static shared memory, no dynamic.
//   A block computes 128 points, a thread each, then writes their 128 * basis outputs side by side.

#define POINTS 128
#define SLOTS 6 // order 5 has 6 splines that are not zero at a point

// The last interval m with t[m] <= x < t[m + 1], or -1.
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

// v[d] = B_{m-K+d,K}(x) and dv its derivative, d = 0 .. K; meaningless where m - K + d is no spline's number.
template <int K>
static __device__ __forceinline__ void local(const float* __restrict__ t, int knots, int m, float x, float* v, float* dv) {
  float u[2 * K + 2];
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
      float dnext = d < K ? dv[d + 1] : 0.0f;
      float sum = up * v[d] + down * next;
      float slope = v[d] / left + up * dv[d] - next / right + down * dnext;
      bool usable = sum - sum == 0.0f;
      v[d] = finite(sum);
      dv[d] = usable ? slope : 0.0f;
    }
  }
}

template <int K>
static __device__ __forceinline__ void store(
    const float* __restrict__ t, int knots, int m, float x, bool derivative, float* slots) {
  float v[K + 1], dv[K + 1];
  local<K>(t, knots, m, x, v, dv);
#pragma unroll
  for (int d = 0; d <= K; d++) slots[d * POINTS] = derivative ? dv[d] : v[d];
}

static __device__ __forceinline__ void every(
    float* values, int* first, const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ y, long long n, long long inputs,
    int gridSize, int order, bool derivative) {
  const int count = gridSize + 2 * order + 1;
  const int basis = gridSize + order;
  const long long points = n * inputs;
  for (long long base = (long long)blockIdx.x * POINTS; base < points; base += (long long)gridDim.x * POINTS) {
    const long long at = base + threadIdx.x;
    int m = -1;
    if (at < points) {
      const float* t = knots + at % inputs * count;
      const float v = x[at];
      float* slots = values + threadIdx.x;
      m = interval(t, count, v);
      if (m >= 0) {
        switch (order) {
          case 0: store<0>(t, count, m, v, derivative, slots); break;
          case 1: store<1>(t, count, m, v, derivative, slots); break;
          case 2: store<2>(t, count, m, v, derivative, slots); break;
          case 3: store<3>(t, count, m, v, derivative, slots); break;
          case 4: store<4>(t, count, m, v, derivative, slots); break;
          default: store<5>(t, count, m, v, derivative, slots); break;
        }
      }
    }
    first[threadIdx.x] = m < 0 ? basis : m - order; // basis: beyond every output
    __syncthreads();
    const long long rest = points - base;
    const int outputs = (int)(rest < POINTS ? rest : POINTS) * basis;
    for (int e = threadIdx.x; e < outputs; e += POINTS) {
      const int point = e / basis;
      const int d = e - point * basis - first[point];
      y[base * basis + e] = d >= 0 && d <= order ? values[d * POINTS + point] : 0.0f;
    }
    __syncthreads();
  }
}

extern "C" __global__ void __launch_bounds__(POINTS) spline_forward_f32(
    const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ y, long long n, long long inputs,
    int gridSize, int order) {
  __shared__ float values[SLOTS * POINTS];
  __shared__ int first[POINTS];
  every(values, first, x, knots, y, n, inputs, gridSize, order, false);
}

extern "C" __global__ void __launch_bounds__(POINTS) spline_derivative_f32(
    const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ y, long long n, long long inputs,
    int gridSize, int order) {
  __shared__ float values[SLOTS * POINTS];
  __shared__ int first[POINTS];
  every(values, first, x, knots, y, n, inputs, gridSize, order, true);
}
