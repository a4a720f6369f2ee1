// Lines of float32 tensors divided by their Euclidean length. Any grid covers any size; no dynamic shared memory; sums
// follow an order that depends on the sizes and the launch alone.
//
// norm_l2_forward_rows_f32 (float* x, float* y, float* norm, long long rows, long long cols, float eps)
// norm_l2_backward_rows_f32 (float* y, float* norm, float* dy, float* dx, long long rows, long long cols, float eps)
//   along rows: y = x / max(|x|, eps); dx = (dy - y sum(y dy)) / norm where norm > eps, else dy / eps.
//   block (32, 8): a warp a row; best grid ceil(rows / 8).
// norm_l2_forward_columns_f32 (float* x, float* y, float* norm, long long outer, long long n, long long inner, float eps)
// norm_l2_backward_columns_f32 (float* y, float* norm, float* dy, float* dx, long long outer, long long n, long long inner,
//                               float eps)
//   along the middle axis of [outer, n, inner]; a thread a line, block any (128), best grid ceil(outer * inner / block).

#define FULL 0xffffffffu
#define ROWS 8 // a block

static __device__ __forceinline__ float warpSum(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(FULL, v, offset);
  return v;
}

extern "C" __global__ void __launch_bounds__(256) norm_l2_forward_rows_f32(
    const float* __restrict__ x, float* __restrict__ y, float* __restrict__ norm, long long rows, long long cols,
    float eps) {
  for (long long i = (long long)blockIdx.x * ROWS + threadIdx.y; i < rows; i += (long long)gridDim.x * ROWS) {
    float squares = 0.0f;
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += 32) squares += x[j] * x[j];
    const float length = sqrtf(warpSum(squares));
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += 32) y[j] = x[j] / (length < eps ? eps : length);
    if (threadIdx.x == 0) norm[i] = length;
  }
}

extern "C" __global__ void __launch_bounds__(256) norm_l2_backward_rows_f32(
    const float* __restrict__ y, const float* __restrict__ norm, const float* __restrict__ dy, float* __restrict__ dx,
    long long rows, long long cols, float eps) {
  for (long long i = (long long)blockIdx.x * ROWS + threadIdx.y; i < rows; i += (long long)gridDim.x * ROWS) {
    float dot = 0.0f;
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += 32) dot += y[j] * dy[j];
    dot = warpSum(dot);
    const bool shorter = !(norm[i] > eps);
    const float divisor = shorter ? eps : norm[i];
    for (long long j = i * cols + threadIdx.x; j < (i + 1) * cols; j += 32) {
      dx[j] = (shorter ? dy[j] : dy[j] - y[j] * dot) / divisor;
    }
  }
}

extern "C" __global__ void norm_l2_forward_columns_f32(
    const float* __restrict__ x, float* __restrict__ y, float* __restrict__ norm, long long outer, long long n,
    long long inner, float eps) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < outer * inner; e += step) {
    const long long o = e / inner;
    const long long start = o * n * inner + (e - o * inner);
    float squares = 0.0f;
    for (long long j = 0; j < n; j++) squares += x[start + j * inner] * x[start + j * inner];
    const float length = sqrtf(squares);
    for (long long j = 0; j < n; j++) y[start + j * inner] = x[start + j * inner] / (length < eps ? eps : length);
    norm[e] = length;
  }
}

extern "C" __global__ void norm_l2_backward_columns_f32(
    const float* __restrict__ y, const float* __restrict__ norm, const float* __restrict__ dy, float* __restrict__ dx,
    long long outer, long long n, long long inner, float eps) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < outer * inner; e += step) {
    const long long o = e / inner;
    const long long start = o * n * inner + (e - o * inner);
    float dot = 0.0f;
    for (long long j = 0; j < n; j++) dot += y[start + j * inner] * dy[start + j * inner];
    const bool shorter = !(norm[e] > eps);
    const float divisor = shorter ? eps : norm[e];
    for (long long j = 0; j < n; j++) {
      const long long at = start + j * inner;
      dx[at] = (shorter ? dy[at] : dy[at] - y[at] * dot) / divisor;
    }
  }
}
