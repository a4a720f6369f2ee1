// The fused KAN layer, float32: u[b, i, o] = scaleBase[i, o] silu(x[b, i]) + scaleSpline[i, o] sum_j B_j(x[b, i]) coef[i, j, o],
// reduced over i (SUM, MEAN) or not (NONE), and its gradients. coef [inputs, basis, outputs], scales [inputs, outputs],
// basis = gridSize + order, order 0 to 5.
//
// First the points, 8 numbers for every (b, i), b fastest, 16-byte aligned:
//   points [inputs, n, 8]: 0 to 3 the splines from first on, 4 silu(x), 5 first (int bits, 0 <= first <= gridSize - 1),
//   6 and 7 splines first + 4 and first + 5. Backward: the derivatives of these functions.
// They are the only intermediate; nothing of size n x inputs x outputs is made.
// kan_points_forward_f32, kan_points_backward_f32
//   (const float* x, const float* knots, float* points, long long n, long long inputs, int gridSize, int order)
//   block any (128), grid (any, any), best (ceil(n / block), inputs); a block row is an input.
//
// g strides: gradient (or edge value) of sample b, input i lies at b * sampleStride + i * inputStride:
// SUM and MEAN: (outputs, 0); NONE: (inputs * outputs, outputs). divisor: inputs for MEAN, else 1.
//
// Staged kernels: a block (32, 8) has 128 outputs x 64 samples and goes through the inputs of its span. In dynamic shared
// memory lie an input's coefficients, scaleSpline and scaleBase, [basis + 2, 128], and the samples' points, [64, 8]:
// `buffers` times (basis + 6) * 512 bytes, 1 or 2. With 2 the next input is copied while this one is used. At most 48 KiB.
//
// kan_forward_f32 (float* points, float* coef, float* scaleBase, float* scaleSpline, float* y, long long n,
//                  long long inputs, long long outputs, int basis, int order, int buffers, float divisor, long long span)
//   y[z, b, o] = sum over the inputs z * span <= i < (z + 1) * span, divided by divisor. SUM and MEAN.
//   Staged; grid (any, any, ceil(inputs / span)), best (ceil(outputs / 128), ceil(n / 64), ..). More than one z: let y be
//   a buffer [z, n, outputs], divisor 1, and finish with kan_finish_f32.
// kan_forward_direct_f32 (float* points, float* coef, float* scaleBase, float* scaleSpline, float* y, long long n,
//                  long long inputs, long long outputs, int basis, int order, float divisor)
//   y [n, outputs], nothing staged, any basis: for few samples. block (32, W), W any up to 32 warps that share the inputs,
//   shared W * 32 * 4; grid (any, any), best (ceil(outputs / 32), n).
// kan_forward_edges_f32 (points, coef, scaleBase, scaleSpline, y, n, inputs, outputs, basis, order)
//   NONE: y [n, inputs, outputs]; block any (256), grid any in x.
//
// kan_backward_input_f32 (float* points (backward), float* coef, float* scaleBase, float* scaleSpline, float* dy, float* dx,
//    long long n, long long inputs, long long outputs, int basis, int order, int buffers, float divisor, long long span)
//   SUM and MEAN. dx[t, b, i] = sum over the outputs 128 t <= o < 128 (t + 1), divided by divisor. Staged; grid as of kan_forward_f32.
//   More than 128 outputs: let dx be a buffer [ceil(outputs / 128), n, inputs], divisor 1, and finish with kan_finish_f32.
// kan_backward_input_direct_f32 (.., int basis, int order, float divisor, long long sampleStride, long long inputStride)
//   dx [n, inputs], nothing staged; block (32, any), grid (any, any), best (inputs, ceil(n / block.y)).
// kan_finish_f32 (float* partial, float* y, long long elements, int parts, float divisor)
//   y[e] = (sum over z of partial[z, e], in order) / divisor; block any (256), grid any.
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

#define TILE 128   // outputs a block
#define LANES 32
#define GROUPS 8   // warps a block
#define EACH 8     // samples a warp
#define SAMPLES 64 // GROUPS * EACH
#define RESIDENT 2 // blocks a multiprocessor, of a staged kernel
#define POINT 8    // numbers a point
#define ALL 0xffffffffu

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

// The K + 1 splines (or derivatives) that may be non-zero at x: w[slot], slot 0 being spline `*first`.
template <int K, bool DERIVATIVE>
static __device__ __forceinline__ void point(
    const float* __restrict__ t, int knots, int gridSize, float x, int* first, float* w) {
  int m = interval(t, knots, x);
  if (m < 0) {
    *first = 0;
#pragma unroll
    for (int d = 0; d <= K; d++) w[d] = 0.0f;
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
  const int start = m - K < 0 ? 0 : m - K < gridSize ? m - K : gridSize - 1;
  *first = start;
#pragma unroll
  for (int slot = 0; slot <= K; slot++) {
    w[slot] = 0.0f;
#pragma unroll
    for (int d = 0; d <= K; d++) {
      if (m - K + d == start + slot) w[slot] = DERIVATIVE ? dv[d] : v[d];
    }
  }
}

template <bool DERIVATIVE>
static __device__ __forceinline__ void everyPoint(
    const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ points, long long n,
    long long inputs, int gridSize, int order) {
  const int count = gridSize + 2 * order + 1;
  for (long long i = blockIdx.y; i < inputs; i += gridDim.y) {
    const float* t = knots + i * count;
    for (long long b = (long long)blockIdx.x * blockDim.x + threadIdx.x; b < n; b += (long long)gridDim.x * blockDim.x) {
      const float v = x[b * inputs + i];
      float w[6] = {0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f};
      int first;
      switch (order) {
        case 0: point<0, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        case 1: point<1, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        case 2: point<2, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        case 3: point<3, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        case 4: point<4, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
        default: point<5, DERIVATIVE>(t, count, gridSize, v, &first, w); break;
      }
      const float s = 1.0f / (1.0f + expf(-v));
      const float base = DERIVATIVE ? s * (1.0f + v * (1.0f - s)) : v / (1.0f + expf(-v));
      float4* out = (float4*)(points + (i * n + b) * POINT);
      out[0] = make_float4(w[0], w[1], w[2], w[3]);
      out[1] = make_float4(base, __int_as_float(first), w[4], w[5]);
    }
  }
}

extern "C" __global__ void kan_points_forward_f32(
    const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ points, long long n,
    long long inputs, int gridSize, int order) {
  everyPoint<false>(x, knots, points, n, inputs, gridSize, order);
}

extern "C" __global__ void kan_points_backward_f32(
    const float* __restrict__ x, const float* __restrict__ knots, float* __restrict__ points, long long n,
    long long inputs, int gridSize, int order) {
  everyPoint<true>(x, knots, points, n, inputs, gridSize, order);
}

// What every kernel on edges reads.
struct Layer {
  const float* __restrict__ points;
  const float* __restrict__ coef;
  const float* __restrict__ scaleBase;
  const float* __restrict__ scaleSpline;
  long long n, inputs, outputs;
  int basis, order;
};

static __device__ __forceinline__ bool aligned(const void* p) { return ((unsigned long long)p & 15) == 0; }

// Copies 4 or 16 bytes from global to shared memory, done after arrived().
template <int BYTES>
static __device__ __forceinline__ void copy(float* to, const float* from) {
#if __CUDA_ARCH__ >= 800
  const unsigned at = (unsigned)__cvta_generic_to_shared(to);
  if (BYTES == 16) asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(at), "l"(from) : "memory");
  else asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(at), "l"(from) : "memory");
#else
  if (BYTES == 16) *(float4*)to = *(const float4*)from;
  else *to = *from;
#endif
}

static __device__ __forceinline__ void arrived() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_all;" ::: "memory");
#endif
  __syncthreads();
}

// Starts copying input i: rows [basis + 2, TILE] and points [SAMPLES, POINT], 0 beyond the outputs and samples.
static __device__ __forceinline__ void stage(
    float* rows, const Layer& l, long long i, long long sample0, long long output0, bool wide) {
  const int thread = threadIdx.y * LANES + threadIdx.x;
  const float* coef = l.coef + i * l.basis * l.outputs;
  const int width = wide ? 4 : 1;
  const int lanes = TILE / width; // threads a row
  const int c = thread % lanes * width;
  const long long o = output0 + c;
#pragma unroll 1
  for (int j = thread / lanes; j < l.basis + 2; j += LANES * GROUPS / lanes) {
    const float* from = j < l.basis ? coef + j * l.outputs : (j == l.basis ? l.scaleSpline : l.scaleBase) + i * l.outputs;
    float* to = rows + j * TILE + c;
    if (wide) {
      if (o < l.outputs) copy<16>(to, from + o);
      else *(float4*)to = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    } else {
      if (o < l.outputs) copy<4>(to, from + o);
      else *to = 0.0f;
    }
  }
  if (thread < SAMPLES * POINT / 4) {
    float* to = rows + (l.basis + 2) * TILE + thread * 4;
    if (sample0 + thread / 2 < l.n) copy<16>(to, l.points + (i * l.n + sample0) * POINT + thread * 4);
    else *(float4*)to = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  }
}

// Floats of a buffer of stage().
static __device__ __forceinline__ int bufferSize(int basis) { return (basis + 2) * TILE + SAMPLES * POINT; }

static __device__ __forceinline__ void addScaled(float4& sum, float weight, float4 row) {
  sum.x += weight * row.x;
  sum.y += weight * row.y;
  sum.z += weight * row.z;
  sum.w += weight * row.w;
}

static __device__ __forceinline__ void addProduct(float4& sum, float4 a, float4 b) {
  sum.x += a.x * b.x;
  sum.y += a.y * b.y;
  sum.z += a.z * b.z;
  sum.w += a.w * b.w;
}

// Adds one edge's values for the lane's four outputs, of the sample at p: scale curve + base w. K < 0: order at run time.
template <int K>
static __device__ __forceinline__ void addEdges(
    float4& sum, const float* __restrict__ rows, const float* __restrict__ p, float4 scale, float4 base, int order) {
  const float4 w = *(const float4*)p;
  const float4 more = *(const float4*)(p + 4);
  const float* row = rows + __float_as_int(more.y) * TILE;
  const int last = K < 0 ? order : K;
  const float4 c = *(const float4*)row;
  float4 curve = make_float4(w.x * c.x, w.x * c.y, w.x * c.z, w.x * c.w);
  if (last >= 1) addScaled(curve, w.y, *(const float4*)(row + TILE));
  if (last >= 2) addScaled(curve, w.z, *(const float4*)(row + 2 * TILE));
  if (last >= 3) addScaled(curve, w.w, *(const float4*)(row + 3 * TILE));
  if (last >= 4) addScaled(curve, more.z, *(const float4*)(row + 4 * TILE));
  if (last >= 5) addScaled(curve, more.w, *(const float4*)(row + 5 * TILE));
  addScaled(sum, more.x, base);
  addProduct(sum, scale, curve);
}

// Calls use(i, rows, points) for every input of [from, to), its rows (of the lane) and points (of the warp) being staged.
template <typename Use>
static __device__ __forceinline__ void everyInput(
    const Layer& l, float* shared, int buffers, long long from, long long to, long long sample0, long long output0,
    bool wide, Use use) {
  const int other = buffers > 1 ? bufferSize(l.basis) : 0; // floats from one buffer to the other
  int now = 0;
  __syncthreads();
  if (from < to) stage(shared, l, from, sample0, output0, wide);
  for (int k = 0; k < (int)(to - from); k++) {
    const long long i = from + k;
    arrived();
    if (buffers > 1 && i + 1 < to) stage(shared + (other - now), l, i + 1, sample0, output0, wide);
    use(i, shared + now + threadIdx.x * 4, shared + now + (l.basis + 2) * TILE + threadIdx.y * EACH * POINT);
    if (buffers == 1) {
      __syncthreads();
      if (i + 1 < to) stage(shared, l, i + 1, sample0, output0, wide);
    }
    now = other - now;
  }
}

// The lane's four numbers at p, `rest` of which exist; 0 beyond.
static __device__ __forceinline__ float4 four(const float* p, long long rest, bool wide) {
  if (wide && rest >= 4) return *(const float4*)p;
  return make_float4(rest > 0 ? p[0] : 0.0f, rest > 1 ? p[1] : 0.0f, rest > 2 ? p[2] : 0.0f, rest > 3 ? p[3] : 0.0f);
}

template <int K>
static __device__ __forceinline__ void forwardTile(
    const Layer& l, float* shared, int buffers, float* __restrict__ y, float divisor, long long from, long long to,
    long long sample0, long long output0, bool wide) {
  float4 sums[EACH];
#pragma unroll
  for (int r = 0; r < EACH; r++) sums[r] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  const int group = threadIdx.y * EACH;
  const int mine = (int)(l.n - sample0 < SAMPLES ? l.n - sample0 : SAMPLES) - group; // samples of the warp
  everyInput(l, shared, buffers, from, to, sample0, output0, wide, [&](long long, const float* rows, const float* points) {
    if (mine <= 0) return;
    const float4 scale = *(const float4*)(rows + l.basis * TILE);
    const float4 base = *(const float4*)(rows + (l.basis + 1) * TILE);
#pragma unroll
    for (int r = 0; r < EACH; r++) {
      addEdges<K>(sums[r], rows, points + r * POINT, scale, base, l.order);
      if (K < 0 || r % 2 == 1) __syncwarp(); // bounds how far loads move ahead, and with it the registers
    }
  });
  const long long o = output0 + threadIdx.x * 4;
  float* out = y + (sample0 + group) * l.outputs + o;
#pragma unroll
  for (int r = 0; r < EACH; r++) {
    if (r >= mine) break;
    const float4 v = make_float4(sums[r].x / divisor, sums[r].y / divisor, sums[r].z / divisor, sums[r].w / divisor);
    if (wide && o < l.outputs) {
      *(float4*)out = v;
    } else {
      if (o < l.outputs) out[0] = v.x;
      if (o + 1 < l.outputs) out[1] = v.y;
      if (o + 2 < l.outputs) out[2] = v.z;
      if (o + 3 < l.outputs) out[3] = v.w;
    }
    out += l.outputs;
  }
}

extern "C" __global__ void __launch_bounds__(LANES * GROUPS, RESIDENT) kan_forward_f32(
    const float* __restrict__ points, const float* __restrict__ coef, const float* __restrict__ scaleBase,
    const float* __restrict__ scaleSpline, float* __restrict__ y, long long n, long long inputs, long long outputs,
    int basis, int order, int buffers, float divisor, long long span) {
  extern __shared__ float4 shared4[];
  const Layer l = {points, coef, scaleBase, scaleSpline, n, inputs, outputs, basis, order};
  const long long from = (long long)blockIdx.z * span;
  const long long to = from + span < inputs ? from + span : inputs;
  float* out = y + (long long)blockIdx.z * n * outputs;
  const bool wide = outputs % 4 == 0 && aligned(coef) && aligned(scaleBase) && aligned(scaleSpline) && aligned(y);
  for (long long b = (long long)blockIdx.y * SAMPLES; b < n; b += (long long)gridDim.y * SAMPLES) {
    for (long long o = (long long)blockIdx.x * TILE; o < outputs; o += (long long)gridDim.x * TILE) {
      if (order == 3) forwardTile<3>(l, (float*)shared4, buffers, out, divisor, from, to, b, o, wide);
      else forwardTile<-1>(l, (float*)shared4, 1, out, divisor, from, to, b, o, wide); // with two, registers run out
    }
  }
}

// One edge's value: scaleBase silu + scaleSpline sum_slot w[slot] coef[i, first + slot, o].
static __device__ __forceinline__ float edge(const Layer& l, long long b, long long i, long long o) {
  const float4* p = (const float4*)(l.points + (i * l.n + b) * POINT);
  const float4 w = p[0];
  const float4 more = p[1];
  const float* c = l.coef + (i * l.basis + __float_as_int(more.y)) * l.outputs + o;
  float curve = w.x * c[0];
  if (l.order >= 1) curve += w.y * c[l.outputs];
  if (l.order >= 2) curve += w.z * c[2 * l.outputs];
  if (l.order >= 3) curve += w.w * c[3 * l.outputs];
  if (l.order >= 4) curve += more.z * c[4 * l.outputs];
  if (l.order >= 5) curve += more.w * c[5 * l.outputs];
  return l.scaleBase[i * l.outputs + o] * more.x + l.scaleSpline[i * l.outputs + o] * curve;
}

extern "C" __global__ void __launch_bounds__(1024) kan_forward_direct_f32(
    const float* __restrict__ points, const float* __restrict__ coef, const float* __restrict__ scaleBase,
    const float* __restrict__ scaleSpline, float* __restrict__ y, long long n, long long inputs, long long outputs,
    int basis, int order, float divisor) {
  extern __shared__ float4 shared4[];
  float* sums = (float*)shared4; // [warps, LANES]
  const Layer l = {points, coef, scaleBase, scaleSpline, n, inputs, outputs, basis, order};
  for (long long b = blockIdx.y; b < n; b += gridDim.y) {
    for (long long o0 = (long long)blockIdx.x * LANES; o0 < outputs; o0 += (long long)gridDim.x * LANES) {
      const long long o = o0 + threadIdx.x;
      float sum = 0.0f;
      if (o < outputs) {
#pragma unroll 2
        for (long long i = threadIdx.y; i < inputs; i += blockDim.y) sum += edge(l, b, i, o);
      }
      sums[threadIdx.y * LANES + threadIdx.x] = sum;
      __syncthreads();
      if (threadIdx.y == 0 && o < outputs) {
        for (int warp = 1; warp < blockDim.y; warp++) sum += sums[warp * LANES + threadIdx.x];
        y[b * outputs + o] = sum / divisor;
      }
      __syncthreads();
    }
  }
}

extern "C" __global__ void kan_forward_edges_f32(
    const float* __restrict__ points, const float* __restrict__ coef, const float* __restrict__ scaleBase,
    const float* __restrict__ scaleSpline, float* __restrict__ y, long long n, long long inputs, long long outputs,
    int basis, int order) {
  const Layer l = {points, coef, scaleBase, scaleSpline, n, inputs, outputs, basis, order};
  const long long step = (long long)gridDim.x * blockDim.x;
  const long long elements = n * inputs * outputs;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < elements; e += step) {
    const long long point = e / outputs;
    const long long b = point / inputs;
    y[e] = edge(l, b, point - b * inputs, e - point * outputs);
  }
}

extern "C" __global__ void kan_finish_f32(
    const float* __restrict__ partial, float* __restrict__ y, long long elements, int parts, float divisor) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < elements; e += step) {
    float sum = 0.0f;
#pragma unroll 8
    for (int z = 0; z < parts; z++) sum += partial[z * elements + e];
    y[e] = sum / divisor;
  }
}

static __device__ __forceinline__ float warpSum(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(ALL, v, offset);
  return v;
}

// The warp's sum of v[r], for the r = lane / 4 of the calling lane: every step halves the lanes and what they keep.
static __device__ __forceinline__ float warpSums(float* v) {
#pragma unroll
  for (int half = EACH / 2, offset = 16; half > 0; half >>= 1, offset >>= 1) {
    const bool upper = threadIdx.x & offset;
#pragma unroll
    for (int r = 0; r < half; r++) {
      const float sent = upper ? v[r] : v[r + half];
      v[r] = (upper ? v[r + half] : v[r]) + __shfl_xor_sync(ALL, sent, offset);
    }
  }
  v[0] += __shfl_xor_sync(ALL, v[0], 2);
  return v[0] + __shfl_xor_sync(ALL, v[0], 1);
}

static __device__ __forceinline__ float dot(float4 a, float4 b) { return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w; }

template <int K>
static __device__ __forceinline__ void backwardTile(
    const Layer& l, float* shared, int buffers, const float* __restrict__ dy, float* __restrict__ dx, float divisor,
    long long from, long long to, long long sample0, long long output0, bool wide, bool wideGradient) {
  const long long b0 = sample0 + threadIdx.y * EACH;
  const long long o = output0 + threadIdx.x * 4;
  const long long own = b0 + threadIdx.x / 4; // the sample whose sum this lane gets
  float4 g[EACH];
#pragma unroll
  for (int r = 0; r < EACH; r++) {
    g[r] = four(dy + (b0 + r) * l.outputs + o, b0 + r < l.n ? l.outputs - o : 0, wideGradient);
  }
  everyInput(l, shared, buffers, from, to, sample0, output0, wide, [&](long long i, const float* rows, const float* points) {
    if (b0 >= l.n) return;
    const float4 scale = *(const float4*)(rows + l.basis * TILE);
    const float4 base = *(const float4*)(rows + (l.basis + 1) * TILE);
    float v[EACH];
#pragma unroll
    for (int r = 0; r < EACH; r++) {
      float4 u = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
      addEdges<K>(u, rows, points + r * POINT, scale, base, l.order);
      v[r] = dot(g[r], u);
      if (K < 0 || r % 2 == 1) __syncwarp(); // bounds how far loads move ahead, and with it the registers
    }
    const float sum = warpSums(v);
    if (threadIdx.x % 4 == 0 && own < l.n) dx[own * l.inputs + i] = sum / divisor;
  });
}

extern "C" __global__ void __launch_bounds__(LANES * GROUPS, RESIDENT) kan_backward_input_f32(
    const float* __restrict__ points, const float* __restrict__ coef, const float* __restrict__ scaleBase,
    const float* __restrict__ scaleSpline, const float* __restrict__ dy, float* __restrict__ dx, long long n,
    long long inputs, long long outputs, int basis, int order, int buffers, float divisor, long long span) {
  extern __shared__ float4 shared4[];
  const Layer l = {points, coef, scaleBase, scaleSpline, n, inputs, outputs, basis, order};
  const long long from = (long long)blockIdx.z * span;
  const long long to = from + span < inputs ? from + span : inputs;
  const bool whole = outputs % 4 == 0;
  const bool wide = whole && aligned(coef) && aligned(scaleBase) && aligned(scaleSpline);
  const bool wideGradient = whole && aligned(dy);
  for (long long b = (long long)blockIdx.y * SAMPLES; b < n; b += (long long)gridDim.y * SAMPLES) {
    for (long long o = (long long)blockIdx.x * TILE; o < outputs; o += (long long)gridDim.x * TILE) {
      float* out = dx + o / TILE * n * inputs;
      if (order == 3) {
        backwardTile<3>(l, (float*)shared4, buffers, dy, out, divisor, from, to, b, o, wide, wideGradient);
      } else {
        backwardTile<-1>(l, (float*)shared4, buffers, dy, out, divisor, from, to, b, o, wide, wideGradient);
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(LANES * GROUPS) kan_backward_input_direct_f32(
    const float* __restrict__ points, const float* __restrict__ coef, const float* __restrict__ scaleBase,
    const float* __restrict__ scaleSpline, const float* __restrict__ dy, float* __restrict__ dx, long long n,
    long long inputs, long long outputs, int basis, int order, float divisor, long long sampleStride,
    long long inputStride) {
  const Layer l = {points, coef, scaleBase, scaleSpline, n, inputs, outputs, basis, order};
  const long long groups = (long long)gridDim.y * blockDim.y;
  for (long long i = blockIdx.x; i < inputs; i += gridDim.x) {
    for (long long b = (long long)blockIdx.y * blockDim.y + threadIdx.y; b < n; b += groups) {
      const float* g = dy + b * sampleStride + i * inputStride;
      float sum = 0.0f;
#pragma unroll 4
      for (long long o = threadIdx.x; o < outputs; o += LANES) sum += g[o] * edge(l, b, i, o);
      sum = warpSum(sum);
      if (threadIdx.x == 0) dx[b * inputs + i] = sum / divisor;
    }
  }
}

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
