// Gradients of the fused KAN layer's coefficients and scales, float32; kan.cu says what the layer is and what
// points, strides of g and divisor are. The points are sorted by the splines that they touch.
//
// kan_sort_f32 (float* points (forward), int* counts, float* sorted, int* bounds, long long n, long long inputs,
//    int gridSize, long long span)
//   sorted [inputs, n, 8]: the points of every part z of the samples, z * span <= b < (z + 1) * span, in the order of first,
//   then b; in place of first the int b - z * span. bounds [z, inputs, gridSize + 1]: of part z the points with first = m
//   are those from z * span + bounds[m] to z * span + bounds[m + 1]. span below 2^31. block (32, W), grid (any, parts);
//   shared W * gridSize * 4, or none and counts [parts, inputs, W, gridSize] instead of null.
// kan_backward_weights_f32 (float* sorted, int* bounds, float* dy, float* coef, float* scaleSpline, float* partial,
//    float* dcoef, float* dscaleBase, float* dscaleSpline, long long n, long long inputs, long long outputs, int gridSize,
//    int order, float divisor, long long span, long long sampleStride, long long inputStride)
//   A warp has one input and 64 outputs, and its row of sums moves along the sorted points: nothing is added up in memory.
//   partial null: the gradients, each skipped where null. Else partial [z, inputs, basis + 1, outputs]: sums of
//   g B_row over the part's samples, and last of g silu(x). block (32, W <= 8), grid (any, any, parts), best
//   (ceil(outputs / 64), ceil(inputs / W), ..).
// kan_backward_weights_finish_f32 (float* partial, float* coef, float* scaleSpline, float* dcoef, float* dscaleBase,
//    float* dscaleSpline, long long inputs, long long outputs, int basis, int parts)
//   sums the parts in order; the gradients, each skipped where null; block (32, 8), grid (any, any), best
//   (ceil(outputs / 32), inputs).
//
// All sums follow a fixed order: the same bits in every run. Any grid covers any size, but for the parts.

#define LANES 32
#define GROUPS 8 // warps a block
#define POINT 8  // numbers a point
#define ALL 0xffffffffu

static __device__ __forceinline__ bool aligned(const void* p) { return ((unsigned long long)p & 15) == 0; }

extern "C" __global__ void kan_sort_f32(
    const float* __restrict__ points, int* counts, float* __restrict__ sorted, int* __restrict__ bounds, long long n,
    long long inputs, int gridSize, long long span) {
  extern __shared__ float4 shared4[];
  const int thread = threadIdx.y * LANES + threadIdx.x;
  const int threads = LANES * blockDim.y;
  const long long begin = (long long)blockIdx.y * span;
  const int count = (int)((begin + span < n ? begin + span : n) - begin);
  const int length = (count + threads - 1) / threads * LANES; // samples a warp
  const int from = threadIdx.y * length;
  for (long long i = blockIdx.x; i < inputs; i += gridDim.x) {
    const long long part = blockIdx.y * inputs + i;
    int* places = counts == nullptr ? (int*)shared4 : counts + part * blockDim.y * gridSize; // [warps, gridSize]
    int* mine = places + threadIdx.y * gridSize;
    const float4* in = (const float4*)(points + (i * n + begin) * POINT);
    float4* out = (float4*)(sorted + (i * n + begin) * POINT);
    for (int e = thread; e < blockDim.y * gridSize; e += threads) places[e] = 0;
    __syncthreads();
    // How many points of each interval a warp has.
    for (int b0 = from; b0 < from + length && b0 < count; b0 += LANES) {
      const int b = b0 + threadIdx.x;
      const int m = b < count ? __float_as_int(in[2 * b + 1].y) : -1;
      const unsigned peers = __match_any_sync(ALL, m);
      if (m >= 0 && (peers & ((1u << threadIdx.x) - 1)) == 0) mine[m] += __popc(peers);
      __syncwarp();
    }
    __syncthreads();
    // Where its first of each goes: after smaller intervals and after earlier warps.
    int* ends = bounds + part * (gridSize + 1);
    for (int m = thread; m < gridSize; m += threads) {
      int total = 0;
      for (int warp = 0; warp < blockDim.y; warp++) {
        const int own = places[warp * gridSize + m];
        places[warp * gridSize + m] = total;
        total += own;
      }
      ends[m + 1] = total;
    }
    __syncthreads();
    if (thread == 0) {
      int total = 0;
      ends[0] = 0;
      for (int m = 1; m <= gridSize; m++) ends[m] = total += ends[m];
    }
    __syncthreads();
    for (int b0 = from; b0 < from + length && b0 < count; b0 += LANES) {
      const int b = b0 + threadIdx.x;
      float4 more = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
      if (b < count) more = in[2 * b + 1];
      const int m = b < count ? __float_as_int(more.y) : -1;
      const unsigned peers = __match_any_sync(ALL, m);
      const int rank = __popc(peers & ((1u << threadIdx.x) - 1));
      const int place = m < 0 ? 0 : ends[m] + mine[m] + rank;
      __syncwarp();
      if (m >= 0) {
        if (rank == 0) mine[m] += __popc(peers);
        more.y = __int_as_float(b);
        out[2 * place] = in[2 * b];
        out[2 * place + 1] = more;
      }
      __syncwarp();
    }
    __syncthreads();
  }
}

static __device__ __forceinline__ float2 two(const float* p, long long rest, bool wide) {
  if (wide && rest >= 2) return *(const float2*)p;
  return make_float2(rest > 0 ? p[0] : 0.0f, rest > 1 ? p[1] : 0.0f);
}

static __device__ __forceinline__ void put(float* p, long long rest, bool wide, float2 v) {
  if (wide && rest >= 2) {
    *(float2*)p = v;
  } else {
    if (rest > 0) p[0] = v.x;
    if (rest > 1) p[1] = v.y;
  }
}

static __device__ __forceinline__ void addScaled(float2& sum, float weight, float2 v) {
  sum.x += weight * v.x;
  sum.y += weight * v.y;
}

// What kan_backward_weights_f32 writes, at the warp's input and the lane's two outputs.
struct Gradients {
  const float* __restrict__ coef;
  float* __restrict__ rows; // of dcoef or of partial; null: none
  long long outputs, rest;
  float2 scale; // on the way to dcoef
  float divisor;
  bool wide, curves;
};

#define AHEAD 8 // gradients on their way at once

// The sums of one part of an input's samples, in points [count, POINT] sorted; `chunks` [2, LANES, POINT] are the warp's own.
template <int K>
static __device__ __forceinline__ void weigh(
    const Gradients& to, float* chunks, const float* __restrict__ points, const int* __restrict__ bounds,
    const float* __restrict__ dy, long long sampleStride, int count, int gridSize, float2& base, float2& curves) {
  const float4 none = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  const int second = to.rest == 1 || to.outputs == 1 ? 0 : 1;
  float2 sums[K + 1]; // of rows m to m + K
  float2 coef[K + 1]; // these rows
#pragma unroll
  for (int d = 0; d <= K; d++) {
    sums[d] = make_float2(0.0f, 0.0f);
    coef[d] = two(to.coef + d * to.outputs, to.curves ? to.rest : 0, to.wide);
  }
  int m = 0;
  int end = bounds[1];
  int later = bounds[gridSize > 1 ? 2 : 1];
  // Row m is complete: out with it, and a new one enters.
  auto next = [&]() {
    const float2 sum = make_float2(sums[0].x / to.divisor, sums[0].y / to.divisor);
    curves.x += sum.x * coef[0].x;
    curves.y += sum.y * coef[0].y;
    if (to.rows != nullptr) {
      put(to.rows + m * to.outputs, to.rest, to.wide, make_float2(to.scale.x * sum.x, to.scale.y * sum.y));
    }
#pragma unroll
    for (int d = 0; d < K; d++) {
      sums[d] = sums[d + 1];
      coef[d] = coef[d + 1];
    }
    m++;
    sums[K] = make_float2(0.0f, 0.0f);
    coef[K] = two(to.coef + (m + K) * to.outputs, to.curves && m < gridSize ? to.rest : 0, to.wide);
    end = later;
    if (m + 2 <= gridSize) later = bounds[m + 2];
  };
  // The lane's point of the chunk that comes next, on its way.
  float4 w, more;
  auto fetch = [&](int p) {
    w = p < count ? ((const float4*)points)[2 * p] : none;
    more = p < count ? ((const float4*)points)[2 * p + 1] : none;
  };
  auto keep = [&](int p0) {
    float4* to = (float4*)(chunks + ((p0 & LANES) + threadIdx.x) * POINT);
    __syncwarp();
    to[0] = w;
    to[1] = more;
    __syncwarp();
    fetch(p0 + LANES + threadIdx.x);
  };
  auto point = [&](int p) { return chunks + (p & (2 * LANES - 1)) * POINT; };
  auto gradient = [&](int p) {
    if (p >= count) return make_float2(0.0f, 0.0f);
    const float* at = dy + __float_as_int(point(p)[5]) * sampleStride;
    return to.wide ? *(const float2*)at : make_float2(at[0], at[second]);
  };
  fetch(threadIdx.x);
  keep(0);
  float2 g[AHEAD], following[AHEAD];
#pragma unroll
  for (int u = 0; u < AHEAD; u++) g[u] = gradient(u);
  for (int p0 = 0; p0 < count; p0 += AHEAD) {
    if (p0 % LANES == 0) keep(p0 + LANES);
#pragma unroll
    for (int u = 0; u < AHEAD; u++) following[u] = gradient(p0 + AHEAD + u);
#pragma unroll
    for (int u = 0; u < AHEAD; u++) {
      while (p0 + u == end && m < gridSize - 1) next();
      const float4 now = *(const float4*)point(p0 + u);
      const float4 then = *(const float4*)(point(p0 + u) + 4);
      const float weights[6] = {now.x, now.y, now.z, now.w, then.z, then.w};
#pragma unroll
      for (int d = 0; d <= K; d++) addScaled(sums[d], weights[d], g[u]);
      addScaled(base, then.x, g[u]);
      g[u] = following[u];
    }
  }
  while (m < gridSize + K) next();
}

extern "C" __global__ void __launch_bounds__(LANES * GROUPS, 2) kan_backward_weights_f32(
    const float* __restrict__ sorted, const int* __restrict__ bounds, const float* __restrict__ dy,
    const float* __restrict__ coef, const float* __restrict__ scaleSpline, float* __restrict__ partial,
    float* __restrict__ dcoef, float* __restrict__ dscaleBase, float* __restrict__ dscaleSpline, long long n,
    long long inputs, long long outputs, int gridSize, int order, float divisor, long long span, long long sampleStride,
    long long inputStride) {
  __shared__ float4 chunks4[GROUPS * 2 * LANES * POINT / 4];
  float* chunks = (float*)(chunks4 + threadIdx.y * 2 * LANES * POINT / 4);
  const int basis = gridSize + order;
  const bool parts = partial != nullptr;
  const long long begin = (long long)blockIdx.z * span;
  const int count = (int)((begin + span < n ? begin + span : n) - begin);
  const bool wide = outputs % 2 == 0 && aligned(dy) && aligned(coef) && aligned(scaleSpline) && aligned(partial) &&
                    aligned(dcoef) && aligned(dscaleBase) && aligned(dscaleSpline);
  for (long long i = (long long)blockIdx.y * blockDim.y + threadIdx.y; i < inputs;
       i += (long long)gridDim.y * blockDim.y) {
    for (long long o = ((long long)blockIdx.x * LANES + threadIdx.x) * 2; o - 2 * threadIdx.x < outputs;
         o += (long long)gridDim.x * LANES * 2) {
      const long long part = blockIdx.z * inputs + i;
      const long long edge = i * outputs + o;
      Gradients to = {coef + i * basis * outputs + o, nullptr, outputs, outputs - o, make_float2(1.0f, 1.0f), divisor,
                      wide, !parts && dscaleSpline != nullptr};
      if (parts) to.rows = partial + part * (basis + 1) * outputs + o;
      else if (dcoef != nullptr) to.rows = dcoef + i * basis * outputs + o;
      if (!parts) to.scale = two(scaleSpline + edge, to.rest, wide);
      const float* points = sorted + (i * n + begin) * POINT;
      const int* ends = bounds + part * (gridSize + 1);
      const float* g = dy + begin * sampleStride + i * inputStride + (o < outputs ? o : 0); // a lane beyond reads anything
      float2 base = make_float2(0.0f, 0.0f);
      float2 curves = base;
      switch (order) {
        case 0: weigh<0>(to, chunks, points, ends, g, sampleStride, count, gridSize, base, curves); break;
        case 1: weigh<1>(to, chunks, points, ends, g, sampleStride, count, gridSize, base, curves); break;
        case 2: weigh<2>(to, chunks, points, ends, g, sampleStride, count, gridSize, base, curves); break;
        case 3: weigh<3>(to, chunks, points, ends, g, sampleStride, count, gridSize, base, curves); break;
        case 4: weigh<4>(to, chunks, points, ends, g, sampleStride, count, gridSize, base, curves); break;
        default: weigh<5>(to, chunks, points, ends, g, sampleStride, count, gridSize, base, curves); break;
      }
      base = make_float2(base.x / divisor, base.y / divisor);
      if (parts) put(to.rows + basis * outputs, to.rest, wide, base);
      else if (dscaleBase != nullptr) put(dscaleBase + edge, to.rest, wide, base);
      if (to.curves) put(dscaleSpline + edge, to.rest, wide, curves);
    }
  }
}

extern "C" __global__ void __launch_bounds__(LANES * GROUPS) kan_backward_weights_finish_f32(
    const float* __restrict__ partial, const float* __restrict__ coef, const float* __restrict__ scaleSpline,
    float* __restrict__ dcoef, float* __restrict__ dscaleBase, float* __restrict__ dscaleSpline, long long inputs,
    long long outputs, int basis, int parts) {
  __shared__ float shares[GROUPS][LANES]; // of dscaleSpline
  const long long size = inputs * (basis + 1) * outputs;
  for (long long i = blockIdx.y; i < inputs; i += gridDim.y) {
    for (long long o0 = (long long)blockIdx.x * LANES; o0 < outputs; o0 += (long long)gridDim.x * LANES) {
      const long long o = o0 + threadIdx.x;
      const long long e = i * outputs + o;
      const float scale = o < outputs ? scaleSpline[e] : 0.0f;
      float curves = 0.0f;
      for (int j = threadIdx.y; j <= basis && o < outputs; j += GROUPS) {
        const float* at = partial + (i * (basis + 1) + j) * outputs + o;
        float sum = 0.0f;
#pragma unroll 1
        for (int z = 0; z < parts; z++) sum += at[z * size];
        const long long c = (i * basis + j) * outputs + o;
        if (j < basis) {
          if (dcoef != nullptr) dcoef[c] = scale * sum;
          if (dscaleSpline != nullptr) curves += sum * coef[c];
        } else if (dscaleBase != nullptr) {
          dscaleBase[e] = sum;
        }
      }
      if (dscaleSpline == nullptr) continue;
      shares[threadIdx.y][threadIdx.x] = curves;
      __syncthreads();
      if (threadIdx.y == 0 && o < outputs) {
        for (int warp = 1; warp < GROUPS; warp++) curves += shares[warp][threadIdx.x];
        dscaleSpline[e] = curves;
      }
      __syncthreads();
    }
  }
}
