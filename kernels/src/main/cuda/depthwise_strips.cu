// Depthwise convolution over NHWC images, float32: x [n, h, w, c], weight [c, kh, kw], y [n, outH, outW, c], the kernels
// that networks have, by strips; depthwise.cu has all others. Any grid covers any size; sums follow an order that depends
// on the sizes and the launch alone.
//
// Shape, by value, 15 ints: n, h, w, c, outH, outW, kh, kw, strideH, strideW, padH, padW, dilationH, dilationW, vector;
// each image at most 2^31 - 1 pixels.
//
// Square kernels K = 3, 5, 7, 9 without dilation, strideW 1 (or 2 where K = 3), any strideH; padding may be negative. Lanes
// run along groups of `vector` channels, 4 (c a multiple of 4, all but weight and partial aligned to 16 bytes) or 1, best
// 32 channels a block. A strip is STRIP neighbouring outputs of a row; there are strips = n * ceil(outW / STRIP) * outH,
// counted downwards first, so that a block's neighbouring strips share rows of x.
// depthwise_forward_k{K}_f32 (float* x, float* weight, float* bias, float* y, Shape s, int flip)      bias: null for none
//   block (lanes, rows), at most 256 threads; dynamic shared memory K * K * (lanes * vector + 4) * 4 bytes; grid (any,
//   any), best (ceil(c / vector / lanes), strips / rows). A thread computes a strip; the block's weights lie in
//   shared memory. flip 1: taps in reverse, which makes dx from dy where strides are 1: padding K - 1 - pad.
// depthwise_backward_weight_k{K}_f32 (float* x, float* dy, float* partial, Shape s, long long span)
//   partial[z, c, u, v] = sum over the strips z span <= p < (z + 1) span of dy x; dweight is partial's sum over z
//   (reduce_sum_columns_f32). block (lanes, K, depth), at most 256 threads; dynamic shared memory
//   depth * K * K * (lanes * vector + 4) * 4 bytes; grid (any, ceil(strips / span)), best (ceil(c / vector / lanes), ..). A
//   thread sums a row of taps over every depth-th strip.

struct Shape {
  int n, h, w, c, outH, outW, kh, kw, strideH, strideW, padH, padW, dilationH, dilationW, vector;
};

#define STRIP 7 // outputs; the networks' images are 7, 14, 28, .. wide

// V neighbouring channels.
template <int V>
struct Vec {
  float at[V];
};

template <int V>
static __device__ __forceinline__ Vec<V> constant(float value) {
  Vec<V> r;
#pragma unroll
  for (int q = 0; q < V; q++) r.at[q] = value;
  return r;
}

template <int V>
static __device__ __forceinline__ Vec<V> load(const float* from) {
  Vec<V> r;
  if constexpr (V == 4) {
    const float4 q = *(const float4*)from;
    r.at[0] = q.x;
    r.at[1] = q.y;
    r.at[2] = q.z;
    r.at[3] = q.w;
  } else {
    r.at[0] = *from;
  }
  return r;
}

template <int V>
static __device__ __forceinline__ void store(float* to, const Vec<V>& r) {
  if constexpr (V == 4) {
    *(float4*)to = make_float4(r.at[0], r.at[1], r.at[2], r.at[3]);
  } else {
    *to = r.at[0];
  }
}

template <int V>
static __device__ __forceinline__ void addProduct(Vec<V>& sum, const Vec<V>& a, const Vec<V>& b) {
#pragma unroll
  for (int q = 0; q < V; q++) sum.at[q] += a.at[q] * b.at[q];
}

// Pixel j of a row of `width`, which would lie at `at`; 0 outside of it.
template <int V>
static __device__ __forceinline__ Vec<V> pixel(const float* at, int j, int width) {
  return (unsigned)j < (unsigned)width ? load<V>(at) : constant<V>(0.0f);
}

// Floats of a tap's `channels` in shared memory: groups of 4 stay aligned, neighbouring taps share few banks.
template <int V>
static __device__ __forceinline__ int pitchOf(int channels) {
  return V == 4 ? channels | 4 : channels | 1;
}

// y of the block's channels from c0 on; S is strideW.
template <int V, int K, int S>
static __device__ __forceinline__ void strips(
    float* taps, const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias,
    float* __restrict__ y, const Shape& s, int c0, int flip) {
  const int wide = blockDim.x * V;
  const int pitch = pitchOf<V>(wide);
#pragma unroll 4
  for (int e = threadIdx.y * blockDim.x + threadIdx.x; e < K * K * wide; e += blockDim.x * blockDim.y) {
    const int lane = e / (K * K); // neighbours read neighbours
    const int t = e - lane * (K * K);
    taps[(flip ? K * K - 1 - t : t) * pitch + lane] = c0 + lane < s.c ? weight[(long long)c0 * (K * K) + e] : 0.0f;
  }
  __syncthreads();
  const int c = c0 + threadIdx.x * V;
  if (c >= s.c) return;
  const Vec<V> start = bias == nullptr ? constant<V>(0.0f) : load<V>(bias + c);
  const int columns = (s.outW + STRIP - 1) / STRIP;
  const long long count = (long long)s.n * columns * s.outH;
  const long long step = (long long)gridDim.y * blockDim.y;
  for (long long p = (long long)blockIdx.y * blockDim.y + threadIdx.y; p < count; p += step) {
    const long long column = p / s.outH;
    const long long image = column / columns;
    const int i = (int)(p - column * s.outH);
    const int j = (int)(column - image * columns) * STRIP;
    const int top = i * s.strideH - s.padH;
    const int left = j * S - s.padW;
    const float* line = x + ((image * s.h + top) * s.w + left) * s.c + c;
    const float* own = taps + threadIdx.x * V;
    Vec<V> sums[STRIP];
#pragma unroll
    for (int o = 0; o < STRIP; o++) sums[o] = start;
#pragma unroll (K == 3 ? 3 : 1)
    for (int u = 0; u < K; u++, line += (long long)s.w * s.c, own += K * pitch) {
      if ((unsigned)(top + u) >= (unsigned)s.h) continue;
      Vec<V> in[(STRIP - 1) * S + K];
#pragma unroll
      for (int k = 0; k < (STRIP - 1) * S + K; k++) in[k] = pixel<V>(line + (long long)k * s.c, left + k, s.w);
#pragma unroll
      for (int v = 0; v < K; v++) {
        const Vec<V> tap = load<V>(own + v * pitch);
#pragma unroll
        for (int o = 0; o < STRIP; o++) addProduct(sums[o], in[o * S + v], tap);
      }
    }
    float* out = y + ((image * s.outH + i) * s.outW + j) * s.c + c;
#pragma unroll
    for (int o = 0; o < STRIP; o++) {
      if (j + o < s.outW) store(out + (long long)o * s.c, sums[o]);
    }
  }
}

template <int K>
static __device__ __forceinline__ void forward(
    float* taps, const float* x, const float* weight, const float* bias, float* y, const Shape& s, int flip) {
  const int wide = blockDim.x * s.vector;
  for (int c0 = blockIdx.x * wide; c0 < s.c; c0 += gridDim.x * wide) {
    __syncthreads();
    if constexpr (K == 3) {
      if (s.strideW == 2) {
        s.vector == 4 ? strips<4, K, 2>(taps, x, weight, bias, y, s, c0, flip)
                      : strips<1, K, 2>(taps, x, weight, bias, y, s, c0, flip);
        continue;
      }
    }
    s.vector == 4 ? strips<4, K, 1>(taps, x, weight, bias, y, s, c0, flip)
                  : strips<1, K, 1>(taps, x, weight, bias, y, s, c0, flip);
  }
}

#define FORWARD(K) \
  extern "C" __global__ void __launch_bounds__(256) depthwise_forward_k##K##_f32( \
      const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias, \
      float* __restrict__ y, Shape s, int flip) { \
    extern __shared__ __align__(16) float shared[]; \
    forward<K>(shared, x, weight, bias, y, s, flip); \
  }
FORWARD(3)
FORWARD(5)
FORWARD(7)
FORWARD(9)

// The sums of a row of taps over the part's strips, to partial, for the block's channels from c0 on; S is strideW.
template <int V, int K, int S>
static __device__ __forceinline__ void correlateStrips(
    float* slots, const float* __restrict__ x, const float* __restrict__ dy, float* __restrict__ partial, const Shape& s,
    int c0, long long span) {
  const int c = c0 + threadIdx.x * V;
  const int columns = (s.outW + STRIP - 1) / STRIP;
  const long long from = blockIdx.y * span;
  const long long all = (long long)s.n * columns * s.outH;
  const long long to = from + span < all ? from + span : all;
  Vec<V> sums[K];
#pragma unroll
  for (int v = 0; v < K; v++) sums[v] = constant<V>(0.0f);
  long long p = from + threadIdx.z;
  if (c < s.c && p < to) {
    const long long first = p / s.outH;
    long long image = first / columns;
    int i = (int)(p - first * s.outH);
    int column = (int)(first - image * columns);
    for (; p < to; p += blockDim.z) {
      const int j = column * STRIP;
      Vec<V> g[STRIP];
      const float* grad = dy + ((image * s.outH + i) * s.outW + j) * s.c + c;
#pragma unroll
      for (int o = 0; o < STRIP; o++) g[o] = pixel<V>(grad + (long long)o * s.c, j + o, s.outW);
      const int left = j * S - s.padW;
      const int row = i * s.strideH + threadIdx.y - s.padH;
      if ((unsigned)row < (unsigned)s.h) {
        const float* line = x + ((image * s.h + row) * s.w + left) * s.c + c;
#pragma unroll
        for (int k = 0; k < (STRIP - 1) * S + K; k++) {
          const Vec<V> in = pixel<V>(line + (long long)k * s.c, left + k, s.w);
#pragma unroll
          for (int v = 0; v < K; v++) {
            const int o = (k - v) / S; // the output that pixel k reaches through tap v
            if (k >= v && o * S == k - v && o < STRIP) addProduct(sums[v], g[o], in);
          }
        }
      }
      for (i += blockDim.z; i >= s.outH; i -= s.outH) {
        if (++column == columns) {
          column = 0;
          image++;
        }
      }
    }
  }
  const int lanes = blockDim.x * V;
  const int pitch = pitchOf<V>(lanes);
  const int layer = K * K * pitch; // the block's sums, taps first, in each of its layers of threads
  float* own = slots + threadIdx.z * layer + threadIdx.y * K * pitch + threadIdx.x * V;
#pragma unroll
  for (int v = 0; v < K; v++) store(own + v * pitch, sums[v]);
  __syncthreads();
  float* out = partial + ((long long)blockIdx.y * s.c + c0) * (K * K);
  const int count = (s.c - c0 < lanes ? s.c - c0 : lanes) * (K * K);
  const int thread = (threadIdx.z * K + threadIdx.y) * blockDim.x + threadIdx.x;
  for (int e = thread; e < count; e += blockDim.x * K * blockDim.z) { // neighbours write neighbours
    const int lane = e / (K * K);
    const float* at = slots + (e - lane * (K * K)) * pitch + lane;
    float sum = 0.0f;
#pragma unroll 4
    for (int z = 0; z < blockDim.z; z++) sum += at[z * layer];
    out[e] = sum;
  }
  __syncthreads();
}

template <int K>
static __device__ __forceinline__ void backwardWeight(
    float* slots, const float* x, const float* dy, float* partial, const Shape& s, long long span) {
  const int wide = blockDim.x * s.vector;
  for (int c0 = blockIdx.x * wide; c0 < s.c; c0 += gridDim.x * wide) {
    if constexpr (K == 3) {
      if (s.strideW == 2) {
        s.vector == 4 ? correlateStrips<4, K, 2>(slots, x, dy, partial, s, c0, span)
                      : correlateStrips<1, K, 2>(slots, x, dy, partial, s, c0, span);
        continue;
      }
    }
    s.vector == 4 ? correlateStrips<4, K, 1>(slots, x, dy, partial, s, c0, span)
                  : correlateStrips<1, K, 1>(slots, x, dy, partial, s, c0, span);
  }
}

#define BACKWARD_WEIGHT(K) \
  extern "C" __global__ void __launch_bounds__(256, 2) depthwise_backward_weight_k##K##_f32( \
      const float* __restrict__ x, const float* __restrict__ dy, float* __restrict__ partial, Shape s, long long span) { \
    extern __shared__ __align__(16) float shared[]; \
    backwardWeight<K>(shared, x, dy, partial, s, span); \
  }
BACKWARD_WEIGHT(3)
BACKWARD_WEIGHT(5)
BACKWARD_WEIGHT(7)
BACKWARD_WEIGHT(9)
