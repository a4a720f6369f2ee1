// The fused KAN layer, float32: u[b, i, o] = scaleBase[i, o] silu(x[b, i]) + scaleSpline[i, o] sum_j B_j(x[b, i]) coef[i, j, o],
// reduced over i (SUM, MEAN) or not (NONE), and its gradients. coef [inputs, basis, outputs], scales [inputs, outputs],
// basis = gridSize + order, order 0 to 5.
//
// First the points: for every (b, i) the first spline that may be non-zero and order + 2 numbers, b fastest, so that a
// tile of samples reads them side by side. They are the only intermediate; nothing of size n x inputs x outputs is made.
//   first [inputs, n] (int, 0 <= first <= gridSize - 1), points [inputs, order + 2, n]:
//   the order + 1 splines from first on, then silu(x) (forward), or their derivatives (backward).
// kan_points_forward_f32, kan_points_backward_f32
//   (const float* x, const float* knots, int* first, float* points, long long n, long long inputs, int gridSize, int order)
//   block any (128), grid (any, any), best (ceil(n / block), inputs); a block row is an input.
//
// Below, "rows" is basis + 1: the coefficients of one input times their scale, and its base scale, staged in dynamic
// shared memory as [rows, tile] floats. Without *_direct_ a kernel needs rows * tile * 4 bytes <= 48 KiB.
// g strides: gradient (or edge value) of sample b, input i lies at b * sampleStride + i * inputStride:
// SUM and MEAN: (outputs, 0); NONE: (inputs * outputs, outputs). divisor: inputs for MEAN, else 1.
//
// kan_forward_f32 (int* first, float* points, float* coef, float* scaleBase, float* scaleSpline, float* y,
//                  long long n, long long inputs, long long outputs, int basis, int order, float divisor, long long span)
//   y[z, b, o] = sum over the inputs z * span <= i < (z + 1) * span, divided by divisor. SUM and MEAN.
//   block (32, 8), tile = 128 outputs x 64 samples, shared rows * 128 * 4; grid (any, any, ceil(inputs / span)), best
//   (ceil(outputs / 128), ceil(n / 64), ..). More than one z: let y be a buffer [z, n, outputs], divisor 1, and finish
//   with kan_forward_finish_f32.
// kan_forward_finish_f32 (float* partial, float* y, long long elements, int parts, float divisor)
//   y[e] = (sum over z of partial[z, e], in order) / divisor; block any (256), grid any.
// kan_forward_direct_f32: parameters of kan_forward_f32, nothing staged, any basis; block any (256), grid (any, 1, z),
//   best ceil(n * outputs / 256) in x.
// kan_forward_edges_f32 (first, points, coef, scaleBase, scaleSpline, y, n, inputs, outputs, basis, order)
//   NONE: y [n, inputs, outputs]; block any (256), grid any in x.
//
// kan_backward_input_f32, kan_backward_input_direct_f32
//   (int* first, float* points (backward), float* coef, float* scaleBase, float* scaleSpline, float* dy, float* dx,
//    long long n, long long inputs, long long outputs, int basis, int order, float divisor, long long sampleStride,
//    long long inputStride)
//   block (32, 8), tile = 128 outputs of one input, 64 samples; shared rows * 128 * 4 (direct: none);
//   grid (any, any), best (inputs, ceil(n / 64)).
//
// kan_backward_weights_f32 (int* first, float* points (forward), float* dy, float* partial, long long n, long long inputs,
//    long long outputs, int basis, int order, float divisor, long long sampleStride, long long inputStride, long long span)
//   partial[z, i, row, o] = sum over the samples z * span <= b < (z + 1) * span of g[b, i, o] B_row, the last row of
//   g silu(x); partial [z, inputs, rows, outputs]. block (T) with T = 32, 64 or 128 outputs a tile,
//   shared rows * T * 4 + 32 * (order + 3) * 4; grid (any, any, ceil(n / span)), best (ceil(outputs / T), inputs, ..).
// kan_backward_weights_direct_f32: the same, sums kept in partial itself; shared 32 * (order + 3) * 4.
// kan_backward_weights_finish_f32 (float* partial, float* coef, float* scaleSpline, float* dcoef, float* dscaleBase,
//    float* dscaleSpline, long long inputs, long long outputs, int basis, int parts)
//   sums the parts in order; writes dcoef, dscaleBase, dscaleSpline, each skipped where null; block any (128), grid any in x.
//
// All sums follow a fixed order: the same bits in every run. Any grid covers any size.

#define TILE 128   // outputs a block
#define LANES 32
#define GROUPS 8   // warps a block
#define EACH 8     // samples a warp
#define SAMPLES 64 // GROUPS * EACH

static __device__ __forceinline__ int interval(const float* __restrict__ t, int knots, float x) {
  int low = 0; // t[0 .. low) <= x
  int high = knots;
  while (low < high) {
    int middle = (low + high) >> 1;
    if (t[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low >= 1 && low < knots && x < t[low] ? low - 1 : -1;
}

static __device__ __forceinline__ float finite(float v) {
  if (v != v) return 0.0f;
  return fminf(fmaxf(v, -3.402823466e38f), 3.402823466e38f);
}

// The K + 1 splines (or derivatives) that may be non-zero at x, to out[slot * stride], slot 0 being spline `*first`.
template <int K, bool DERIVATIVE>
static __device__ __forceinline__ void point(
    const float* __restrict__ t, int knots, int gridSize, float x, int* first, float* out, long long stride) {
  int m = interval(t, knots, x);
  if (m < 0) {
    *first = 0;
#pragma unroll
    for (int d = 0; d <= K; d++) out[d * stride] = 0.0f;
    return;
  }
  float u[2 * K + 2], v[K + 1], dv[K + 1];
#pragma unroll
  for (int c = 0; c < 2 * K + 2; c++) {
    int at = m - K + c;
    u[c] = t[at < 0 ? 0 : at < knots ? at : knots - 1];
  }
#pragma unroll
  for (int d = 0; d < K; d++) v[d] = dv[d] = 0.0f;
  v[K] = 1.0f;
  dv[K] = 0.0f;
#pragma unroll
  for (int q = 1; q <= K; q++) {
#pragma unroll
    for (int d = K - q; d <= K; d++) {
      float left = u[d + q] - u[d];
      float right = u[d + q + 1] - u[d + 1];
      float up = (x - u[d]) / left;
      float down = (u[d + q + 1] - x) / right;
      float next = d < K ? v[d + 1] : 0.0f;
      float sum = up * v[d] + down * next;
      if (DERIVATIVE) {
        float dnext = d < K ? dv[d + 1] : 0.0f;
        float slope = v[d] / left + up * dv[d] - next / right + down * dnext;
        dv[d] = sum - sum == 0.0f ? slope : 0.0f;
      }
      v[d] = finite(sum);
    }
  }
  // Of the K + 1 splines from m - K on, those that exist are kept; the window moves inside, zeros fill what it gains.
  int start = m - K < 0 ? 0 : m - K < gridSize ? m - K : gridSize - 1;
  *first = start;
#pragma unroll
  for (int d = 0; d <= K; d++) {
    int slot = m - K + d - start;
    bool inside = slot >= 0 && slot <= K;
    int place = slot < 0 ? slot + K + 1 : slot > K ? slot - K - 1 : slot;
    out[place * stride] = inside ? (DERIVATIVE ? dv[d] : v[d]) : 0.0f;
  }
}

template <bool DERIVATIVE>
static __device__ __forceinline__ void everyPoint(
    const float* __restrict__ x, const float* __restrict__ knots, int* __restrict__ first, float* __restrict__ points,
    long long n, long long inputs, int gridSize, int order) {
  const int count = gridSize + 2 * order + 1;
  for (long long i = blockIdx.y; i < inputs; i += gridDim.y) {
    const float* t = knots + i * count;
    for (long long b = (long long)blockIdx.x * blockDim.x + threadIdx.x; b < n; b += (long long)gridDim.x * blockDim.x) {
      const float v = x[b * inputs + i];
      int* place = first + i * n + b;
      float* out = points + i * (order + 2) * n + b;
      switch (order) {
        case 0: point<0, DERIVATIVE>(t, count, gridSize, v, place, out, n); break;
        case 1: point<1, DERIVATIVE>(t, count, gridSize, v, place, out, n); break;
        case 2: point<2, DERIVATIVE>(t, count, gridSize, v, place, out, n); break;
        case 3: point<3, DERIVATIVE>(t, count, gridSize, v, place, out, n); break;
        case 4: point<4, DERIVATIVE>(t, count, gridSize, v, place, out, n); break;
        default: point<5, DERIVATIVE>(t, count, gridSize, v, place, out, n); break;
      }
      const float s = 1.0f / (1.0f + expf(-v));
      out[(order + 1) * n] = DERIVATIVE ? s * (1.0f + v * (1.0f - s)) : v / (1.0f + expf(-v));
    }
  }
}

extern "C" __global__ void kan_points_forward_f32(
    const float* __restrict__ x, const float* __restrict__ knots, int* __restrict__ first, float* __restrict__ points,
    long long n, long long inputs, int gridSize, int order) {
  everyPoint<false>(x, knots, first, points, n, inputs, gridSize, order);
}

extern "C" __global__ void kan_points_backward_f32(
    const float* __restrict__ x, const float* __restrict__ knots, int* __restrict__ first, float* __restrict__ points,
    long long n, long long inputs, int gridSize, int order) {
  everyPoint<true>(x, knots, first, points, n, inputs, gridSize, order);
}

// rows[j, c] = scaleSpline[i, o] coef[i, j, o] and, last, scaleBase[i, o], for the outputs o = from + c; 0 beyond them.
static __device__ __forceinline__ void stage(
    float* __restrict__ rows, const float* __restrict__ coef, const float* __restrict__ scaleBase,
    const float* __restrict__ scaleSpline, long long i, long long from, long long outputs, int basis) {
  const int thread = threadIdx.y * LANES + threadIdx.x;
  const int c = thread % TILE; // a thread stays in its column
  const long long o = from + c;
  const bool inside = o < outputs;
  const float scale = inside ? scaleSpline[i * outputs + o] : 0.0f;
  for (int j = thread / TILE; j < basis; j += LANES * GROUPS / TILE) {
    rows[j * TILE + c] = inside ? scale * coef[(i * basis + j) * outputs + o] : 0.0f;
  }
  if (thread < TILE) rows[basis * TILE + c] = inside ? scaleBase[i * outputs + o] : 0.0f;
}

static __device__ __forceinline__ void addScaled(float4& sum, float weight, float4 row) {
  sum.x += weight * row.x;
  sum.y += weight * row.y;
  sum.z += weight * row.z;
  sum.w += weight * row.w;
}

// sum_slot w[slot] rows[first + slot, lane's four columns] + w[K + 1] rows[basis], added to sum. K < 0: order at run time.
template <int K>
static __device__ __forceinline__ void combine(
    float4& sum, const float* __restrict__ rows, int start, const float* __restrict__ w, long long n, int basis, int order) {
  const int last = K < 0 ? order : K;
  const float* row = rows + start * TILE + threadIdx.x * 4;
#pragma unroll
  for (int d = 0; d <= last; d++) addScaled(sum, w[d * n], *(const float4*)(row + d * TILE));
  addScaled(sum, w[(last + 1) * n], *(const float4*)(rows + basis * TILE + threadIdx.x * 4));
}

template <int K>
static __device__ __forceinline__ void forwardTile(
    float* __restrict__ rows, const int* __restrict__ first, const float* __restrict__ points,
    const float* __restrict__ coef, const float* __restrict__ scaleBase, const float* __restrict__ scaleSpline,
    float* __restrict__ y, long long n, long long inputs, long long outputs, int basis, int order, float divisor,
    long long from, long long to, long long sample0, long long output0) {
  float4 sums[EACH];
#pragma unroll
  for (int r = 0; r < EACH; r++) sums[r] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  for (long long i = from; i < to; i++) {
    __syncthreads();
    stage(rows, coef, scaleBase, scaleSpline, i, output0, outputs, basis);
    __syncthreads();
#pragma unroll
    for (int r = 0; r < EACH; r++) {
      const long long b = sample0 + threadIdx.y * EACH + r;
      if (b < n) combine<K>(sums[r], rows, first[i * n + b], points + i * (order + 2) * n + b, n, basis, order);
    }
  }
#pragma unroll
  for (int r = 0; r < EACH; r++) {
    const long long b = sample0 + threadIdx.y * EACH + r;
    const long long o = output0 + threadIdx.x * 4;
    if (b < n) {
      float* out = y + b * outputs + o;
      if (o < outputs) out[0] = sums[r].x / divisor;
      if (o + 1 < outputs) out[1] = sums[r].y / divisor;
      if (o + 2 < outputs) out[2] = sums[r].z / divisor;
      if (o + 3 < outputs) out[3] = sums[r].w / divisor;
    }
  }
}

extern "C" __global__ void __launch_bounds__(LANES * GROUPS) kan_forward_f32(
    const int* __restrict__ first, const float* __restrict__ points, const float* __restrict__ coef,
    const float* __restrict__ scaleBase, const float* __restrict__ scaleSpline, float* __restrict__ y, long long n,
    long long inputs, long long outputs, int basis, int order, float divisor, long long span) {
  extern __shared__ float4 shared4[];
  float* rows = (float*)shared4;
  const long long from = (long long)blockIdx.z * span;
  const long long to = from + span < inputs ? from + span : inputs;
  float* out = y + (long long)blockIdx.z * n * outputs;
  for (long long b = (long long)blockIdx.y * SAMPLES; b < n; b += (long long)gridDim.y * SAMPLES) {
    for (long long o = (long long)blockIdx.x * TILE; o < outputs; o += (long long)gridDim.x * TILE) {
      if (order == 3) {
        forwardTile<3>(rows, first, points, coef, scaleBase, scaleSpline, out, n, inputs, outputs, basis, order, divisor,
                       from, to, b, o);
      } else {
        forwardTile<-1>(rows, first, points, coef, scaleBase, scaleSpline, out, n, inputs, outputs, basis, order, divisor,
                        from, to, b, o);
      }
    }
  }
}

// One edge's value: scaleBase silu + scaleSpline sum_slot w[slot] coef[i, first + slot, o].
static __device__ __forceinline__ float edge(
    const int* __restrict__ first, const float* __restrict__ points, const float* __restrict__ coef,
    const float* __restrict__ scaleBase, const float* __restrict__ scaleSpline, long long b, long long i, long long o,
    long long n, long long outputs, int basis, int order) {
  const float* w = points + i * (order + 2) * n + b;
  const float* c = coef + (i * basis + first[i * n + b]) * outputs + o;
  float curve = 0.0f;
  for (int d = 0; d <= order; d++) curve += w[d * n] * c[d * outputs];
  return scaleBase[i * outputs + o] * w[(order + 1) * n] + scaleSpline[i * outputs + o] * curve;
}

extern "C" __global__ void kan_forward_direct_f32(
    const int* __restrict__ first, const float* __restrict__ points, const float* __restrict__ coef,
    const float* __restrict__ scaleBase, const float* __restrict__ scaleSpline, float* __restrict__ y, long long n,
    long long inputs, long long outputs, int basis, int order, float divisor, long long span) {
  const long long from = (long long)blockIdx.z * span;
  const long long to = from + span < inputs ? from + span : inputs;
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < n * outputs; e += step) {
    const long long b = e / outputs;
    float sum = 0.0f;
    for (long long i = from; i < to; i++) {
      sum += edge(first, points, coef, scaleBase, scaleSpline, b, i, e - b * outputs, n, outputs, basis, order);
    }
    y[(long long)blockIdx.z * n * outputs + e] = sum / divisor;
  }
}

extern "C" __global__ void kan_forward_edges_f32(
    const int* __restrict__ first, const float* __restrict__ points, const float* __restrict__ coef,
    const float* __restrict__ scaleBase, const float* __restrict__ scaleSpline, float* __restrict__ y, long long n,
    long long inputs, long long outputs, int basis, int order) {
  const long long step = (long long)gridDim.x * blockDim.x;
  const long long elements = n * inputs * outputs;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < elements; e += step) {
    const long long point = e / outputs;
    const long long b = point / inputs;
    y[e] = edge(first, points, coef, scaleBase, scaleSpline, b, point - b * inputs, e - point * outputs, n, outputs, basis,
                order);
  }
}

extern "C" __global__ void kan_forward_finish_f32(
    const float* __restrict__ partial, float* __restrict__ y, long long elements, int parts, float divisor) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < elements; e += step) {
    float sum = 0.0f;
    for (int z = 0; z < parts; z++) sum += partial[z * elements + e];
    y[e] = sum / divisor;
  }
}

static __device__ __forceinline__ float warpSum(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(0xffffffffu, v, offset);
  return v;
}

// g . slope over this lane's four outputs. Beyond the outputs slope is 0, but 0 * NaN is not: those are left out.
static __device__ __forceinline__ float dot(const float* __restrict__ g, float4 slope, long long rest) {
  if (rest >= 4) return g[0] * slope.x + g[1] * slope.y + g[2] * slope.z + g[3] * slope.w;
  float sum = 0.0f;
  if (rest > 0) sum += g[0] * slope.x;
  if (rest > 1) sum += g[1] * slope.y;
  if (rest > 2) sum += g[2] * slope.z;
  return sum;
}

template <int K>
static __device__ __forceinline__ void backwardTile(
    float* __restrict__ rows, const int* __restrict__ first, const float* __restrict__ points,
    const float* __restrict__ coef, const float* __restrict__ scaleBase, const float* __restrict__ scaleSpline,
    const float* __restrict__ dy, float* __restrict__ dx, long long n, long long inputs, long long outputs, int basis,
    int order, float divisor, long long sampleStride, long long i, long long sample0) {
  float sums[EACH];
#pragma unroll
  for (int r = 0; r < EACH; r++) sums[r] = 0.0f;
  for (long long output0 = 0; output0 < outputs; output0 += TILE) {
    __syncthreads();
    stage(rows, coef, scaleBase, scaleSpline, i, output0, outputs, basis);
    __syncthreads();
    const long long o = output0 + threadIdx.x * 4;
#pragma unroll
    for (int r = 0; r < EACH; r++) {
      const long long b = sample0 + threadIdx.y * EACH + r;
      if (b < n) {
        float4 slope = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
        combine<K>(slope, rows, first[i * n + b], points + i * (order + 2) * n + b, n, basis, order);
        sums[r] += dot(dy + b * sampleStride + o, slope, outputs - o);
      }
    }
  }
#pragma unroll
  for (int r = 0; r < EACH; r++) {
    const long long b = sample0 + threadIdx.y * EACH + r;
    const float sum = warpSum(sums[r]);
    if (b < n && threadIdx.x == 0) dx[b * inputs + i] = sum / divisor;
  }
}

extern "C" __global__ void __launch_bounds__(LANES * GROUPS) kan_backward_input_f32(
    const int* __restrict__ first, const float* __restrict__ points, const float* __restrict__ coef,
    const float* __restrict__ scaleBase, const float* __restrict__ scaleSpline, const float* __restrict__ dy,
    float* __restrict__ dx, long long n, long long inputs, long long outputs, int basis, int order, float divisor,
    long long sampleStride, long long inputStride) {
  extern __shared__ float4 shared4[];
  float* rows = (float*)shared4;
  for (long long i = blockIdx.x; i < inputs; i += gridDim.x) {
    for (long long b = (long long)blockIdx.y * SAMPLES; b < n; b += (long long)gridDim.y * SAMPLES) {
      if (order == 3) {
        backwardTile<3>(rows, first, points, coef, scaleBase, scaleSpline, dy + i * inputStride, dx, n, inputs, outputs,
                        basis, order, divisor, sampleStride, i, b);
      } else {
        backwardTile<-1>(rows, first, points, coef, scaleBase, scaleSpline, dy + i * inputStride, dx, n, inputs, outputs,
                         basis, order, divisor, sampleStride, i, b);
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(LANES * GROUPS) kan_backward_input_direct_f32(
    const int* __restrict__ first, const float* __restrict__ points, const float* __restrict__ coef,
    const float* __restrict__ scaleBase, const float* __restrict__ scaleSpline, const float* __restrict__ dy,
    float* __restrict__ dx, long long n, long long inputs, long long outputs, int basis, int order, float divisor,
    long long sampleStride, long long inputStride) {
  const long long groups = (long long)gridDim.y * GROUPS;
  for (long long i = blockIdx.x; i < inputs; i += gridDim.x) {
    for (long long b = (long long)blockIdx.y * GROUPS + threadIdx.y; b < n; b += groups) {
      const float* g = dy + b * sampleStride + i * inputStride;
      float sum = 0.0f;
      for (long long o = threadIdx.x; o < outputs; o += LANES) {
        sum += g[o] * edge(first, points, coef, scaleBase, scaleSpline, b, i, o, n, outputs, basis, order);
      }
      sum = warpSum(sum);
      if (threadIdx.x == 0) dx[b * inputs + i] = sum / divisor;
    }
  }
}

#define CHUNK 32 // samples whose points lie in shared memory

// Sums over samples for the column that is this thread's own: rows [basis + 1] at `sums`, `pitch` floats apart. K < 0:
// order at run time; P: int in shared memory.
template <int K, typename P>
static __device__ __forceinline__ void accumulate(
    float* sums, P pitch, float* chunk, const int* __restrict__ first, const float* __restrict__ points,
    const float* __restrict__ dy, long long n, long long i, long long o, long long outputs, int basis, int order,
    float divisor, long long sampleStride, long long inputStride, long long from, long long to) {
  const int last = K < 0 ? order : K;
  int* starts = (int*)(chunk + (order + 2) * CHUNK);
  const bool inside = o < outputs;
  float base = 0.0f;
  if (inside) {
    for (int j = 0; j < basis; j++) sums[j * pitch] = 0.0f;
  }
  for (long long b0 = from; b0 < to; b0 += CHUNK) {
    const int count = (int)(to - b0 < CHUNK ? to - b0 : CHUNK);
    __syncthreads();
    for (int e = threadIdx.x; e < (order + 3) * CHUNK; e += blockDim.x) {
      const int row = e / CHUNK;
      const int b = e % CHUNK;
      if (b < count) {
        if (row == order + 2) starts[b] = first[i * n + b0 + b];
        else chunk[e] = points[(i * (order + 2) + row) * n + b0 + b];
      }
    }
    __syncthreads();
    if (inside) {
      const float* g = dy + b0 * sampleStride + i * inputStride + o;
      for (int b = 0; b < count; b++, g += sampleStride) {
        const float own = *g;
        float* row = sums + starts[b] * pitch;
#pragma unroll
        for (int d = 0; d <= last; d++) row[d * pitch] += own * chunk[d * CHUNK + b];
        base += own * chunk[(last + 1) * CHUNK + b];
      }
    }
  }
  if (inside) {
    for (int j = 0; j < basis; j++) sums[j * pitch] /= divisor;
    sums[basis * pitch] = base / divisor;
  }
}

extern "C" __global__ void __launch_bounds__(TILE) kan_backward_weights_f32(
    const int* __restrict__ first, const float* __restrict__ points, const float* __restrict__ dy,
    float* __restrict__ partial, long long n, long long inputs, long long outputs, int basis, int order, float divisor,
    long long sampleStride, long long inputStride, long long span) {
  extern __shared__ float4 shared4[];
  float* sums = (float*)shared4 + threadIdx.x;
  float* chunk = (float*)shared4 + (basis + 1) * blockDim.x;
  const long long from = (long long)blockIdx.z * span;
  const long long to = from + span < n ? from + span : n;
  for (long long i = blockIdx.y; i < inputs; i += gridDim.y) {
    for (long long o0 = (long long)blockIdx.x * blockDim.x; o0 < outputs; o0 += (long long)gridDim.x * blockDim.x) {
      const long long o = o0 + threadIdx.x;
      if (order == 3) {
        accumulate<3>(sums, (int)blockDim.x, chunk, first, points, dy, n, i, o, outputs, basis, order, divisor, sampleStride,
                      inputStride, from, to);
      } else {
        accumulate<-1>(sums, (int)blockDim.x, chunk, first, points, dy, n, i, o, outputs, basis, order, divisor, sampleStride,
                       inputStride, from, to);
      }
      if (o < outputs) {
        float* out = partial + ((long long)blockIdx.z * inputs + i) * (basis + 1) * outputs + o;
        for (int j = 0; j <= basis; j++) out[j * outputs] = sums[j * blockDim.x];
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(TILE) kan_backward_weights_direct_f32(
    const int* __restrict__ first, const float* __restrict__ points, const float* __restrict__ dy,
    float* __restrict__ partial, long long n, long long inputs, long long outputs, int basis, int order, float divisor,
    long long sampleStride, long long inputStride, long long span) {
  extern __shared__ float4 shared4[];
  const long long from = (long long)blockIdx.z * span;
  const long long to = from + span < n ? from + span : n;
  for (long long i = blockIdx.y; i < inputs; i += gridDim.y) {
    for (long long o0 = (long long)blockIdx.x * blockDim.x; o0 < outputs; o0 += (long long)gridDim.x * blockDim.x) {
      const long long o = o0 + threadIdx.x;
      float* sums = partial + ((long long)blockIdx.z * inputs + i) * (basis + 1) * outputs + o;
      accumulate<-1>(sums, outputs, (float*)shared4, first, points, dy, n, i, o, outputs, basis, order, divisor,
                     sampleStride, inputStride, from, to);
    }
  }
}

extern "C" __global__ void kan_backward_weights_finish_f32(
    const float* __restrict__ partial, const float* __restrict__ coef, const float* __restrict__ scaleSpline,
    float* __restrict__ dcoef, float* __restrict__ dscaleBase, float* __restrict__ dscaleSpline, long long inputs,
    long long outputs, int basis, int parts) {
  const long long step = (long long)gridDim.x * blockDim.x;
  const long long size = inputs * (basis + 1) * outputs;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < inputs * outputs; e += step) {
    const long long i = e / outputs;
    const long long o = e - i * outputs;
    const float scale = scaleSpline[e];
    float curves = 0.0f;
    for (int j = 0; j <= basis; j++) {
      const float* at = partial + (i * (basis + 1) + j) * outputs + o;
      float sum = 0.0f;
      for (int z = 0; z < parts; z++) sum += at[z * size];
      const long long c = (i * basis + j) * outputs + o;
      if (j == basis) {
        if (dscaleBase != nullptr) dscaleBase[e] = sum;
      } else {
        if (dcoef != nullptr) dcoef[c] = scale * sum;
        if (dscaleSpline != nullptr) curves += sum * coef[c];
      }
    }
    if (dscaleSpline != nullptr) dscaleSpline[e] = curves;
  }
}
