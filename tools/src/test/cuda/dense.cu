// Matrix product with tiles in shared memory, transpose, convolution, stencil, sorting network.
#define T 16
extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float as[T][T], bs[T][T + 1];
  int row = blockIdx.y * T + threadIdx.y, col = blockIdx.x * T + threadIdx.x;
  float sum = 0;
  for (int p = 0; p < k; p += T) {
    as[threadIdx.y][threadIdx.x] = row < m && p + threadIdx.x < k ? a[row * k + p + threadIdx.x] : 0;
    bs[threadIdx.y][threadIdx.x] = p + threadIdx.y < k && col < n ? b[(p + threadIdx.y) * n + col] : 0;
    __syncthreads();
    for (int q = 0; q < T; q++) sum = fmaf(as[threadIdx.y][q], bs[q][threadIdx.x], sum);
    __syncthreads();
  }
  if (row < m && col < n) c[row * n + col] = sum;
}

extern "C" __global__ void transpose(const double* x, double* y, int rows, int cols) {
  __shared__ double tile[32][33];
  int c = blockIdx.x * 32 + threadIdx.x;
  for (int j = threadIdx.y; j < 32; j += blockDim.y) {
    int r = blockIdx.y * 32 + j;
    if (r < rows && c < cols) tile[j][threadIdx.x] = x[(long long)r * cols + c];
  }
  __syncthreads();
  int r = blockIdx.y * 32 + threadIdx.x;
  for (int j = threadIdx.y; j < 32; j += blockDim.y) {
    int cc = blockIdx.x * 32 + j;
    if (r < rows && cc < cols) y[(long long)cc * rows + r] = tile[threadIdx.x][j];
  }
}

__constant__ float filter[25];
extern "C" __global__ void convolve(const float* x, float* y, int h, int w) {
  int i = blockIdx.y * blockDim.y + threadIdx.y, j = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= h || j >= w) return;
  float sum = 0;
  for (int di = -2; di <= 2; di++)
    for (int dj = -2; dj <= 2; dj++) {
      int r = min(max(i + di, 0), h - 1), c = min(max(j + dj, 0), w - 1);
      sum += filter[(di + 2) * 5 + dj + 2] * x[r * w + c];
    }
  y[i * w + j] = sum;
}

extern "C" __global__ void stencil(const float4* x, float4* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i > 0 && i < n - 1) {
    float4 l = x[i - 1], m = x[i], r = x[i + 1];
    y[i] = make_float4(l.w + m.y - 2 * m.x, m.x + m.z - 2 * m.y, m.y + m.w - 2 * m.z, m.z + r.x - 2 * m.w);
  }
}

extern "C" __global__ void bitonic(unsigned long long* x) {
  __shared__ unsigned long long s[512];
  int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  for (int k = 2; k <= blockDim.x; k <<= 1)
    for (int j = k >> 1; j > 0; j >>= 1) {
      int other = t ^ j;
      if (other > t) {
        bool up = (t & k) == 0;
        if ((s[t] > s[other]) == up) { auto v = s[t]; s[t] = s[other]; s[other] = v; }
      }
      __syncthreads();
    }
  x[t] = s[t];
}

// A KAN layer's forward pass: cubic B-splines on a uniform grid, 4 of which are not 0 at a point.
extern "C" __global__ void kan_forward(const float* x, const float* w, float* y, int batch, int in, int out, int grid) {
  int o = blockIdx.x * blockDim.x + threadIdx.x, b = blockIdx.y;
  if (o >= out) return;
  float sum = 0;
  for (int i = 0; i < in; i++) {
    float u = (x[b * in + i] + 1.0f) * 0.5f * grid;
    int cell = min(max((int)floorf(u), 0), grid - 1);
    float t = u - cell, s = 1 - t;
    const float* c = w + ((long long)i * (grid + 3) + cell) * out + o;
    sum = fmaf(s * s * s * (1 / 6.0f), c[0], sum);
    sum = fmaf((3 * t * t * t - 6 * t * t + 4) * (1 / 6.0f), c[out], sum);
    sum = fmaf((3 * s * s * s - 6 * s * s + 4) * (1 / 6.0f), c[2 * out], sum);
    sum = fmaf(t * t * t * (1 / 6.0f), c[3 * out], sum);
  }
  y[b * out + o] = sum;
}
