// Programs with one mistake each, and the same without it.
extern "C" __global__ void beyond(float* x, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) x[i] = i;
}
extern "C" __global__ void misaligned(char* x) { *(int*)(x + 4 * threadIdx.x + 1) = 7; }
extern "C" __global__ void unwritten(float* y) {
  __shared__ float s[64];
  if (threadIdx.x < 40) s[threadIdx.x] = threadIdx.x;
  __syncthreads();
  y[threadIdx.x] = s[63 - threadIdx.x];
}
extern "C" __global__ void race(int* y) {
  __shared__ int s[64];
  s[threadIdx.x] = threadIdx.x;
  y[threadIdx.x] = s[63 - threadIdx.x];
}
extern "C" __global__ void warp_race(int* y) {
  volatile __shared__ int s[64];
  s[threadIdx.x] = threadIdx.x;
  __syncwarp();
  int v = s[threadIdx.x ^ 1];
  s[threadIdx.x] = v + 1;
  __syncwarp();
  y[threadIdx.x] = s[threadIdx.x ^ 2];
}
extern "C" __global__ void divergent(int* y) {
  if (threadIdx.x < 16) { y[threadIdx.x] = 1; __syncthreads(); }
}
extern "C" __global__ void left_early(int* y, int n) {
  if (threadIdx.x >= n) return;
  y[threadIdx.x] = 1;
  __syncthreads();
  y[threadIdx.x + 1] += 1;
}
extern "C" __global__ void clean(int* y) {
  __shared__ int s[64];
  __shared__ int flag, total;
  if (threadIdx.x == 0) { flag = 0; total = 0; }
  __syncthreads();
  s[threadIdx.x] = threadIdx.x;
  atomicAdd(&total, 1);
  if (threadIdx.x % 3 == 0) flag = 1;  // many write the same
  __syncthreads();
  int v = s[63 - threadIdx.x] + flag + total;
  __syncthreads();
  s[threadIdx.x] = v;
  __syncwarp();
  y[threadIdx.x] = s[threadIdx.x ^ 1];
}
extern "C" __global__ void strided(const float* x, float* y, int stride) {
  __shared__ float s[32 * 33];
  int t = threadIdx.x;
  s[t * 32 % 1024] = x[t * stride];
  __syncthreads();
  y[t] = s[t];
}
