// What follows a matrix product, float32. block (32, 8); grid: any, best ceil(cols / 32) in x and ceil(rows / 8) in y.
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

extern "C" __global__ void gemm_epilogue_f32(
    float* __restrict__ c, const float* __restrict__ bias, float* __restrict__ preactivation,
    const float* __restrict__ scale, const float* __restrict__ residual, long long rows, long long cols,
    long long leading, int activation) {
  const long long step = (long long)gridDim.y * blockDim.y;
  for (long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x; j < cols; j += (long long)gridDim.x * blockDim.x) {
    const float shift = bias ? bias[j] : 0.0f;
    const float factor = scale ? scale[j] : 1.0f;
    for (long long i = (long long)blockIdx.y * blockDim.y + threadIdx.y; i < rows; i += step) {
      const long long at = i * leading + j;
      const float t = c[at] + shift;
      if (preactivation) preactivation[at] = t;
      const float u = factor * activate(activation, t);
      c[at] = residual ? residual[at] + u : u;
    }
  }
}
