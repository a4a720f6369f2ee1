// The fused KAN layer, float32: u[b, i, o] = scaleBase[i, o] silu(x[b, i]) + scaleSpline[i, o] sum_j B_j(x[b, i]) coef[i, j, o],
// reduced over i (SUM, MEAN) or not (NONE), and its gradients. coef [inputs, basis, outputs], scales [inputs, outputs],
// basis = gridSize + order, order 0 to 5.
//
// points [inputs, n, 8], b fastest, 16-byte aligned, come from kan_points.cu: values for the layer, derivatives for the
// gradient of x. They are the only intermediate; nothing of size n x inputs x outputs is made. The gradients of
// coefficients and scales are in kan_weights.cu.
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
// All sums follow a fixed order: the same bits in every run. Any grid covers any size, but for the parts.

#define TILE 128   // outputs a block
#define LANES 32
#define GROUPS 8   // warps a block
#define EACH 8     // samples a warp
#define SAMPLES 64 // GROUPS * EACH
#define RESIDENT 2 // blocks a multiprocessor, of a staged kernel
#define POINT 8    // numbers a point
#define ALL 0xffffffffu

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
