// Sums: a tree in shared memory, warp shuffles, and a float atomic for the last step.
extern "C" __global__ void reduce_shared(const float* x, float* partial, int n) {
  __shared__ float s[256];
  int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
  s[t] = i < n ? x[i] : 0.0f;
  __syncthreads();
  for (int h = blockDim.x / 2; h > 0; h >>= 1) {
    if (t < h) s[t] += s[t + h];
    __syncthreads();
  }
  if (t == 0) partial[blockIdx.x] = s[0];
}

extern "C" __global__ void reduce_shuffle(const int* x, int* sum, int n) {
  __shared__ int warps[32];
  int i = blockIdx.x * blockDim.x + threadIdx.x, v = 0;
  for (; i < n; i += gridDim.x * blockDim.x) v += x[i];
  for (int d = 16; d > 0; d >>= 1) v += __shfl_down_sync(0xffffffff, v, d);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = v;
  __syncthreads();
  if (threadIdx.x < 32) {
    v = threadIdx.x < blockDim.x / 32 ? warps[threadIdx.x] : 0;
    for (int d = 16; d > 0; d >>= 1) v += __shfl_xor_sync(0xffffffff, v, d);
    if (threadIdx.x == 0) atomicAdd(sum, v);
  }
}

// Inclusive scan of one block by Hillis and Steele, and one with shuffles.
extern "C" __global__ void scan_shared(const int* x, int* y) {
  extern __shared__ int buffer[];
  int t = threadIdx.x, n = blockDim.x, in = 0, out = n;
  buffer[t] = x[t];
  __syncthreads();
  for (int d = 1; d < n; d <<= 1) {
    buffer[out + t] = buffer[in + t] + (t >= d ? buffer[in + t - d] : 0);
    __syncthreads();
    int swap = in; in = out; out = swap;
  }
  y[t] = buffer[in + t];
}

extern "C" __global__ void scan_warp(const int* x, int* y) {
  int v = x[threadIdx.x], lane = threadIdx.x & 31;
  for (int d = 1; d < 32; d <<= 1) {
    int u = __shfl_up_sync(0xffffffff, v, d);
    if (lane >= d) v += u;
  }
  y[threadIdx.x] = v;
}

// The last block to finish adds up what the others left.
__device__ unsigned finished;
extern "C" __global__ void reduce_last_block(const double* x, double* partial, double* sum, int n) {
  __shared__ double s[128];
  __shared__ bool last;
  double v = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) v += x[i];
  s[threadIdx.x] = v;
  __syncthreads();
  for (int h = 64; h > 0; h >>= 1) {
    if (threadIdx.x < h) s[threadIdx.x] += s[threadIdx.x + h];
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = s[0];
    __threadfence();
    last = atomicInc(&finished, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    double total = 0;
    for (int b = 0; b < gridDim.x; b++) total += ((volatile double*)partial)[b];
    *sum = total;
  }
}

extern "C" __global__ void histogram(const unsigned char* x, unsigned* bins, int n) {
  __shared__ unsigned local[256];
  for (int b = threadIdx.x; b < 256; b += blockDim.x) local[b] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    atomicAdd(&local[x[i]], 1u);
  __syncthreads();
  for (int b = threadIdx.x; b < 256; b += blockDim.x) atomicAdd(&bins[b], local[b]);
}
