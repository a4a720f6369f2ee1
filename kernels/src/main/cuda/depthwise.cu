// Depthwise convolution over NHWC images, float32: x [n, h, w, c], weight [c, kh, kw], y [n, outH, outW, c], any kernel up
// to 15 x 15, any stride, padding and dilation. Any grid covers any size; sums follow an order that depends on the sizes
// and the launch alone.
//
// Shape, by value, 15 ints: n, h, w, c, outH, outW, kh, kw, strideH, strideW, padH, padW, dilationH, dilationW, vector;
// each image at most 2^31 - 1 pixels.
//
// Lanes run along channels; `vector` is ignored. depthwise_strips.cu is faster where it can be used.
// depthwise_forward_f32 (float* x, float* weight, float* bias, float* y, Shape s)                     bias: null for none
// depthwise_backward_input_f32 (float* dy, float* weight, float* dx, Shape s)
//   block (32, 8); dynamic shared memory kh * kw * 33 * 4 bytes; grid (any, any), best (ceil(c / 32),
//   ceil(output pixels / 32)) (forward) or (ceil(c / 32), n * h) (backward). A warp computes a pixel of 32 channels, whose
//   weights lie in shared memory.
// depthwise_backward_weight_f32 (float* x, float* dy, float* partial, Shape s, long long span)
//   partial[z, c, u, v] = sum over the output rows z span <= r < (z + 1) span, of n * outH, of dy x; dweight is partial's
//   sum over z (reduce_sum_columns_f32). block (32, 8); no dynamic shared memory;
//   grid (any, any, ceil(n * outH / span)), best (ceil(c / 32), kh): a block sums a row of taps of 32 channels.

struct Shape {
  int n, h, w, c, outH, outW, kh, kw, strideH, strideW, padH, padW, dilationH, dilationW, vector;
};

#define PITCH 33 // of a tap's 32 channels in shared memory: no bank conflicts when they are written

// taps[t, lane] = weight[c0 + lane, t], 0 beyond the channels.
static __device__ __forceinline__ void stage(float* taps, const float* __restrict__ weight, const Shape& s, int c0) {
  const int count = s.kh * s.kw;
  for (int e = threadIdx.y * 32 + threadIdx.x; e < count * 32; e += 256) {
    const int lane = e / count; // neighbours read neighbours
    const int t = e - lane * count;
    taps[t * PITCH + lane] = c0 + lane < s.c ? weight[(long long)c0 * count + e] : 0.0f;
  }
}

// sum_uv x[top + u dilationH, left + v dilationW] taps[u, v] at one output; KW 0: width at run time.
template <int KW>
static __device__ __forceinline__ float window(
    float sum, const float* __restrict__ image, const float* taps, const Shape& s, int top, int left) {
  const int kw = KW == 0 ? s.kw : KW;
  const int hop = s.dilationW * s.c;
  for (int u = 0; u < s.kh; u++, taps += kw * PITCH) {
    const int i = top + u * s.dilationH;
    if (i < 0 || i >= s.h) continue;
    const float* at = image + ((long long)i * s.w + left) * s.c;
    int j = left;
#pragma unroll
    for (int v = 0; v < kw; v++, at += hop, j += s.dilationW) {
      if ((unsigned)j < (unsigned)s.w) sum += *at * taps[v * PITCH];
    }
  }
  return sum;
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
    const float* own = taps + threadIdx.x;
    for (long long p = (long long)blockIdx.y * 8 + threadIdx.y; p < pixels; p += (long long)gridDim.y * 8) {
      const long long row = p / s.outW;
      const long long image = row / s.outH;
      const float* in = x + image * s.h * s.w * s.c + c;
      const int left = (int)(p - row * s.outW) * s.strideW - s.padW;
      const int top = (int)(row - image * s.outH) * s.strideH - s.padH;
      float sum;
      switch (s.kw) {
        case 3: sum = window<3>(start, in, own, s, top, left); break;
        case 5: sum = window<5>(start, in, own, s, top, left); break;
        case 7: sum = window<7>(start, in, own, s, top, left); break;
        case 9: sum = window<9>(start, in, own, s, top, left); break;
        default: sum = window<0>(start, in, own, s, top, left); break;
      }
      y[p * s.c + c] = sum;
    }
  }
}

// sum_uv dy[i, j] taps[u, v] over the outputs (i, j) that read this input; (row, column) is its place in the padded image.
static __device__ __forceinline__ float reached(
    const float* __restrict__ image, const float* taps, const Shape& s, int row, int column) {
  float sum = 0.0f;
  for (int u = 0; u < s.kh; u++, row -= s.dilationH) {
    const int i = row / s.strideH;
    if (row < 0 || i * s.strideH != row || i >= s.outH) {
      taps += s.kw * PITCH;
      continue;
    }
    const float* line = image + (long long)i * s.outW * s.c;
    int left = column;
    for (int v = 0; v < s.kw; v++, left -= s.dilationW, taps += PITCH) {
      const int j = s.strideW == 1 ? left : left / s.strideW;
      if (left >= 0 && j * s.strideW == left && j < s.outW) sum += line[(long long)j * s.c] * *taps;
    }
  }
  return sum;
}

extern "C" __global__ void __launch_bounds__(256) depthwise_backward_input_f32(
    const float* __restrict__ dy, const float* __restrict__ weight, float* __restrict__ dx, Shape s) {
  extern __shared__ float taps[];
  const long long rows = (long long)s.n * s.h;
  for (int c0 = blockIdx.x * 32; c0 < s.c; c0 += gridDim.x * 32) {
    __syncthreads();
    stage(taps, weight, s, c0);
    __syncthreads();
    const int c = c0 + threadIdx.x;
    if (c >= s.c) continue;
    for (long long r = blockIdx.y; r < rows; r += gridDim.y) { // the block shares a row of an image
      const long long image = r / s.h;
      const int row = (int)(r - image * s.h) + s.padH;
      const float* in = dy + image * s.outH * s.outW * s.c + c;
      for (int j = threadIdx.y; j < s.w; j += 8) {
        dx[(r * s.w + j) * s.c + c] = reached(in, taps + threadIdx.x, s, row, j + s.padW);
      }
    }
  }
}

// The sums of KW taps of row u from v0 on, over the chunk's output rows, to partial.
template <int KW>
static __device__ __forceinline__ void correlate(
    float (*slots)[33], const float* __restrict__ x, const float* __restrict__ dy, float* __restrict__ partial,
    const Shape& s, int c0, int u, int v0, long long from, long long to) {
  const int c = c0 + threadIdx.x;
  float sums[KW];
#pragma unroll
  for (int v = 0; v < KW; v++) sums[v] = 0.0f;
  for (long long row = from; row < to && c < s.c; row++) {
    const long long image = row / s.outH;
    const int i = (int)(row - image * s.outH) * s.strideH + u * s.dilationH - s.padH;
    if (i < 0 || i >= s.h) continue;
    const float* line = x + (image * s.h + i) * s.w * s.c + c;
    for (int j = threadIdx.y; j < s.outW; j += 8) {
      const float g = dy[(row * s.outW + j) * s.c + c];
#pragma unroll
      for (int v = 0; v < KW; v++) {
        const int k = j * s.strideW + (v0 + v) * s.dilationW - s.padW;
        if ((unsigned)k < (unsigned)s.w) sums[v] += g * line[(long long)k * s.c];
      }
    }
  }
#pragma unroll
  for (int v = 0; v < KW; v++) {
    slots[threadIdx.y][threadIdx.x] = sums[v];
    __syncthreads();
    if (threadIdx.y == 0 && c < s.c) {
      float sum = sums[v];
#pragma unroll
      for (int r = 1; r < 8; r++) sum += slots[r][threadIdx.x];
      partial[(((long long)blockIdx.z * s.c + c) * s.kh + u) * s.kw + v0 + v] = sum;
    }
    __syncthreads();
  }
}

extern "C" __global__ void __launch_bounds__(256) depthwise_backward_weight_f32(
    const float* __restrict__ x, const float* __restrict__ dy, float* __restrict__ partial, Shape s, long long span) {
  __shared__ float slots[8][33];
  const long long rows = (long long)s.n * s.outH;
  const long long from = (long long)blockIdx.z * span;
  const long long to = from + span < rows ? from + span : rows;
  for (int c0 = blockIdx.x * 32; c0 < s.c; c0 += gridDim.x * 32) {
    for (int u = blockIdx.y; u < s.kh; u += gridDim.y) {
      switch (s.kw) {
        case 3: correlate<3>(slots, x, dy, partial, s, c0, u, 0, from, to); break;
        case 5: correlate<5>(slots, x, dy, partial, s, c0, u, 0, from, to); break;
        case 7: correlate<7>(slots, x, dy, partial, s, c0, u, 0, from, to); break;
        case 9: correlate<9>(slots, x, dy, partial, s, c0, u, 0, from, to); break;
        default:
          for (int v = 0; v < s.kw; v++) correlate<1>(slots, x, dy, partial, s, c0, u, v, from, to);
          break;
      }
    }
  }
}
