// Images and weights from one order of axes to another. Any grid covers any size; no dynamic shared memory.
//
// layout_transpose_f32 (float* x, float* y, long long batch, long long rows, long long cols)
//   y[b, j, i] = x[b, i, j], x [batch, rows, cols], y [batch, cols, rows]. block (32, 8),
//   best grid (ceil(cols / 32), ceil(rows / 32), batch).
// layout_transpose4_f32 (float* x, float* y, long long batch, long long rows, long long cols)
//   The same where rows and cols are multiples of 4 and both blocks are aligned to 16 bytes. A thread turns 4 x 4 elements in
//   its registers: a warp of block (8, any) reads 4 x 4 rows of 128 bytes and writes 8 x 4 rows of 64 bytes, whole sectors each
//   way. block (8, any, best 16), best grid (ceil(cols / 32), ceil(rows / (4 block.y)), batch).

extern "C" __global__ void layout_transpose_f32(
    const float* __restrict__ x, float* __restrict__ y, long long batch, long long rows, long long cols) {
  __shared__ float tile[32][33];  // a column more: neither way do lanes meet in a bank
  for (long long b = blockIdx.z; b < batch; b += gridDim.z) {
    const float* from = x + b * rows * cols;
    float* to = y + b * rows * cols;
    for (long long top = 32LL * blockIdx.y; top < rows; top += 32LL * gridDim.y) {
      for (long long left = 32LL * blockIdx.x; left < cols; left += 32LL * gridDim.x) {
        for (int k = threadIdx.y; k < 32; k += 8) {
          if (top + k < rows && left + threadIdx.x < cols) {
            tile[k][threadIdx.x] = from[(top + k) * cols + left + threadIdx.x];
          }
        }
        __syncthreads();
        for (int k = threadIdx.y; k < 32; k += 8) {
          if (left + k < cols && top + threadIdx.x < rows) {
            to[(left + k) * rows + top + threadIdx.x] = tile[threadIdx.x][k];
          }
        }
        __syncthreads();
      }
    }
  }
}

extern "C" __global__ void layout_transpose4_f32(
    const float* __restrict__ x, float* __restrict__ y, long long batch, long long rows, long long cols) {
  for (long long b = blockIdx.z; b < batch; b += gridDim.z) {
    const float* from = x + b * rows * cols;
    float* to = y + b * rows * cols;
    const long long down = 4LL * gridDim.y * blockDim.y;
    const long long right = 4LL * gridDim.x * blockDim.x;
    for (long long i = 4 * ((long long)blockIdx.y * blockDim.y + threadIdx.y); i < rows; i += down) {
      for (long long j = 4 * ((long long)blockIdx.x * blockDim.x + threadIdx.x); j < cols; j += right) {
        const float* at = from + i * cols + j;
        const float4 r0 = *(const float4*)at;
        const float4 r1 = *(const float4*)(at + cols);
        const float4 r2 = *(const float4*)(at + 2 * cols);
        const float4 r3 = *(const float4*)(at + 3 * cols);
        float* turned = to + j * rows + i;
        *(float4*)turned = make_float4(r0.x, r1.x, r2.x, r3.x);
        *(float4*)(turned + rows) = make_float4(r0.y, r1.y, r2.y, r3.y);
        *(float4*)(turned + 2 * rows) = make_float4(r0.z, r1.z, r2.z, r3.z);
        *(float4*)(turned + 3 * rows) = make_float4(r0.w, r1.w, r2.w, r3.w);
      }
    }
  }
}
