// Depthwise convolution over NHWC images, float32: x [n, h, w, c], weight [c, kh, kw], y [n, outH, outW, c], any kernel up
// to 15 x 15, any stride, padding and dilation. Lanes run along channels. Any grid covers any size; sums follow an order
// that depends on the sizes and the launch alone.
//
// Shape, by value, 15 ints: n, h, w, c, outH, outW, kh, kw, strideH, strideW, padH, padW, dilationH, dilationW, 0; each
// image at most 2^31 - 1 pixels.
// depthwise_forward_f32 (float* x, float* weight, float* bias, float* y, Shape s)            bias: null for none
// depthwise_backward_input_f32 (float* dy, float* weight, float* dx, Shape s)
//   block (32, 8); dynamic shared memory kh * kw * 32 * 4 bytes; grid (any, any), best (ceil(c / 32),
//   ceil(pixels / (8 * 4))) with the pixels of all outputs (forward) or inputs (backward). A warp computes a pixel of 32
//   channels, whose weights lie in shared memory.
// depthwise_backward_weight_f32 (float* x, float* dy, float* partial, Shape s, long long span)
//   partial[z, c, u, v] = sum over the output pixels z span <= p < (z + 1) span of dy x; dweight is partial's sum over z
//   (reduce_sum_columns_f32). block (32, 8); no dynamic shared memory; grid (any, any, ceil(pixels / span)), best
//   (ceil(c / 32), kh * kw): a block sums one tap of 32 channels.

struct Shape {
  int n, h, w, c, outH, outW, kh, kw, strideH, strideW, padH, padW, dilationH, dilationW, unused;
};

// taps[t, lane] = weight[c0 + lane, t], 0 beyond the channels.
static __device__ __forceinline__ void stage(float* taps, const float* __restrict__ weight, const Shape& s, int c0) {
  const int count = s.kh * s.kw;
  for (int e = threadIdx.y * 32 + threadIdx.x; e < count * 32; e += 256) {
    const int lane = e / count; // neighbours read neighbours
    const int t = e - lane * count;
    taps[t * 32 + lane] = c0 + lane < s.c ? weight[(long long)c0 * count + e] : 0.0f;
  }
}

extern "C" __global__ void __launch_bounds__(256) depthwise_forward_f32(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias, float* __restrict__ y,
    Shape s) {
  extern __shared__ float taps[];
  const long long pixels = (long long)s.n * s.outH * s.outW;
  for (int c0 = blockIdx.x * 32; c0 < s.c; c0 += gridDim.x * 32) {
    __syncthreads();
    stage(taps, weight, s, c0);
    __syncthreads();
    const int c = c0 + threadIdx.x;
    if (c >= s.c) continue;
    const float start = bias == nullptr ? 0.0f : bias[c];
    for (long long p = (long long)blockIdx.y * 8 + threadIdx.y; p < pixels; p += (long long)gridDim.y * 8) {
      const long long row = p / s.outW;
      const long long image = row / s.outH;
      const int left = (int)(p - row * s.outW) * s.strideW - s.padW;
      const int top = (int)(row - image * s.outH) * s.strideH - s.padH;
      float sum = start;
      for (int u = 0; u < s.kh; u++) {
        const int i = top + u * s.dilationH;
        if (i < 0 || i >= s.h) continue;
        const float* line = x + (image * s.h + i) * s.w * s.c + c;
        for (int v = 0; v < s.kw; v++) {
          const int j = left + v * s.dilationW;
          if (j >= 0 && j < s.w) sum += line[(long long)j * s.c] * taps[(u * s.kw + v) * 32 + threadIdx.x];
        }
      }
      y[p * s.c + c] = sum;
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) depthwise_backward_input_f32(
    const float* __restrict__ dy, const float* __restrict__ weight, float* __restrict__ dx, Shape s) {
  extern __shared__ float taps[];
  const long long pixels = (long long)s.n * s.h * s.w;
  for (int c0 = blockIdx.x * 32; c0 < s.c; c0 += gridDim.x * 32) {
    __syncthreads();
    stage(taps, weight, s, c0);
    __syncthreads();
    const int c = c0 + threadIdx.x;
    if (c >= s.c) continue;
    for (long long p = (long long)blockIdx.y * 8 + threadIdx.y; p < pixels; p += (long long)gridDim.y * 8) {
      const long long row = p / s.w;
      const long long image = row / s.h;
      const int j = (int)(p - row * s.w);
      const int i = (int)(row - image * s.h);
      float sum = 0.0f;
      for (int u = 0; u < s.kh; u++) {
        const int top = i + s.padH - u * s.dilationH; // the output's row times the stride
        if (top < 0 || top % s.strideH != 0 || top / s.strideH >= s.outH) continue;
        const float* line = dy + (image * s.outH + top / s.strideH) * s.outW * s.c + c;
        for (int v = 0; v < s.kw; v++) {
          const int left = j + s.padW - v * s.dilationW;
          if (left >= 0 && left % s.strideW == 0 && left / s.strideW < s.outW) {
            sum += line[(long long)(left / s.strideW) * s.c] * taps[(u * s.kw + v) * 32 + threadIdx.x];
          }
        }
      }
      dx[p * s.c + c] = sum;
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) depthwise_backward_weight_f32(
    const float* __restrict__ x, const float* __restrict__ dy, float* __restrict__ partial, Shape s, long long span) {
  __shared__ float slots[8][33];
  const int count = s.kh * s.kw;
  const long long pixels = (long long)s.n * s.outH * s.outW;
  const long long from = (long long)blockIdx.z * span;
  const long long to = from + span < pixels ? from + span : pixels;
  for (int c0 = blockIdx.x * 32; c0 < s.c; c0 += gridDim.x * 32) {
    const int c = c0 + threadIdx.x;
    for (int t = blockIdx.y; t < count; t += gridDim.y) {
      const int down = t / s.kw * s.dilationH - s.padH;
      const int right = t % s.kw * s.dilationW - s.padW;
      float sum = 0.0f;
      for (long long p = from + threadIdx.y; p < to && c < s.c; p += 8) {
        const long long row = p / s.outW;
        const long long image = row / s.outH;
        const int j = (int)(p - row * s.outW) * s.strideW + right;
        const int i = (int)(row - image * s.outH) * s.strideH + down;
        if (i >= 0 && i < s.h && j >= 0 && j < s.w) sum += dy[p * s.c + c] * x[((image * s.h + i) * s.w + j) * s.c + c];
      }
      slots[threadIdx.y][threadIdx.x] = sum;
      __syncthreads();
      if (threadIdx.y == 0 && c < s.c) {
#pragma unroll
        for (int r = 1; r < 8; r++) sum += slots[r][threadIdx.x];
        partial[((long long)blockIdx.z * s.c + c) * count + t] = sum;
      }
      __syncthreads();
    }
  }
}
