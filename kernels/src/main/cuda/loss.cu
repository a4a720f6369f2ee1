// Margins on cosines and softmax cross-entropy, float32 [rows, cols] with I64 labels; label -1 has no target.
// Any grid covers any size; no dynamic shared memory; sums follow an order that depends on sizes and launch alone.
//
// loss_margin_forward_f32 (float* cosines, long long* labels, float* logits, long long rows, long long cols, int kind,
//                          float scale, float margin, float filter)
//   kind 0 (angular): logits = scale cos(acos(z) + margin [target]); kind 1 (additive): scale (z - margin [target]).
//   Cosines of other classes above filter count as 0; filter is infinite for none. logits may be cosines.
// loss_margin_backward_f32 (float* cosines, long long* labels, float* dlogits, float* dcosines, long long rows,
//                           long long cols, int kind, float scale, float margin, float filter, int exact)
//   dcosines = dlogits scale, 0 where filtered; an exact angular target times sin(t + margin) / max(sin t, 1e-6).
//   block any (256), best grid ceil(rows * cols / block) for both. dcosines may be dlogits.
// loss_crossentropy_forward_f32 (float* logits, long long* labels, float* probabilities, float* losses, long long rows,
//                                long long cols, float floor)
//   losses[i] = -log p[label]; floor > 0: -log max(p, floor), p = 0 for label -1; floor = 0: log sum exp - x[label], 0 for
//   label -1. probabilities: null for none, may be logits. block T = 32, 64, .. 1024, best grid rows.
// loss_crossentropy_backward_f32 (float* probabilities, long long* labels, float* dlosses, float* dlogits, long long rows,
//                                 long long cols, int ignoreUnlabelled)
//   dlogits = dlosses[i] (p - [label]); rows of label -1 give 0 if they are ignored. dlogits may be probabilities.
//   block T any (256), best grid (ceil(cols / T), rows).
// loss_margin_crossentropy_forward_f32 (float* cosines, long long* labels, float* maxima, float* sums, float* losses,
//                          long long rows, long long cols, int kind, float scale, float margin, float filter)
// loss_margin_crossentropy_backward_f32 (float* cosines, long long* labels, float* maxima, float* sums, float* dlosses,
//                          float* dcosines, long long rows, long long cols, int kind, float scale, float margin, float filter)
//   both in one pass over the cosines, logits and probabilities never stored: losses as with floor 0, the row's largest
//   logit and its sum of exponentials kept for the backward pass, whose gradient is the straight-through one and 0 for
//   label -1. dcosines may be cosines. Launches as for crossentropy.

#define FULL 0xffffffffu
#define MOST __int_as_float(0x7f800000) // infinity

static __device__ __forceinline__ float warpSum(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_xor_sync(FULL, v, offset);
  return v;
}

// The larger one; NaN wins.
static __device__ __forceinline__ float larger(float a, float b) { return a > b || a != a ? a : b; }

static __device__ __forceinline__ float warpMax(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) v = larger(v, __shfl_xor_sync(FULL, v, offset));
  return v;
}

static __device__ __forceinline__ float blockSum(float v, float* slots) {
  v = warpSum(v);
  if (blockDim.x <= 32) return v;
  if ((threadIdx.x & 31) == 0) slots[threadIdx.x >> 5] = v;
  __syncthreads();
  v = warpSum((threadIdx.x & 31) < (blockDim.x >> 5) ? slots[threadIdx.x & 31] : 0.0f);
  __syncthreads();
  return v;
}

static __device__ __forceinline__ float blockMax(float v, float* slots) {
  v = warpMax(v);
  if (blockDim.x <= 32) return v;
  if ((threadIdx.x & 31) == 0) slots[threadIdx.x >> 5] = v;
  __syncthreads();
  v = warpMax((threadIdx.x & 31) < (blockDim.x >> 5) ? slots[threadIdx.x & 31] : -MOST);
  __syncthreads();
  return v;
}

struct Margin {
  int kind;
  float scale, margin, filter;
};

static __device__ __forceinline__ bool filtered(Margin m, float z, bool target) { return !target && z > m.filter; }

static __device__ __forceinline__ float logit(Margin m, float z, bool target) {
  if (filtered(m, z, target)) z = 0.0f;
  if (m.kind == 1) return m.scale * (target ? z - m.margin : z);
  if (target) return m.scale * cosf(acosf(z) + m.margin);
  return fabsf(z) <= 1.0f ? m.scale * z : __int_as_float(0x7fffffff); // cos(acos(z)) is z, NaN beyond 1
}

extern "C" __global__ void loss_margin_forward_f32(
    const float* cosines, const long long* __restrict__ labels, float* logits, long long rows, long long cols, int kind,
    float scale, float margin, float filter) {
  const Margin m = {kind, scale, margin, filter};
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < rows * cols; e += step) {
    const long long i = e / cols;
    logits[e] = logit(m, cosines[e], e - i * cols == labels[i]);
  }
}

extern "C" __global__ void loss_margin_backward_f32(
    const float* __restrict__ cosines, const long long* __restrict__ labels, const float* dlogits, float* dcosines,
    long long rows, long long cols, int kind, float scale, float margin, float filter, int exact) {
  const Margin m = {kind, scale, margin, filter};
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < rows * cols; e += step) {
    const long long i = e / cols;
    const bool target = e - i * cols == labels[i];
    const float z = cosines[e];
    float slope = scale;
    if (target && exact && kind == 0) {
      const float theta = acosf(z);
      slope *= sinf(theta + margin) / fmaxf(sinf(theta), 1e-6f);
    }
    dcosines[e] = filtered(m, z, target) ? 0.0f : dlogits[e] * slope;
  }
}

extern "C" __global__ void loss_crossentropy_forward_f32(
    const float* logits, const long long* __restrict__ labels, float* probabilities, float* __restrict__ losses,
    long long rows, long long cols, float floor) {
  __shared__ float slots[32];
  for (long long i = blockIdx.x; i < rows; i += gridDim.x) {
    const float* x = logits + i * cols;
    const long long label = labels[i];
    const float own = label < 0 ? 0.0f : x[label]; // before probabilities take its place
    float highest = -MOST;
    for (long long j = threadIdx.x; j < cols; j += blockDim.x) highest = larger(highest, x[j]);
    highest = blockMax(highest, slots);
    float sum = 0.0f;
    for (long long j = threadIdx.x; j < cols; j += blockDim.x) sum += expf(x[j] - highest);
    sum = blockSum(sum, slots);
    __syncwarp(); // all lanes have read their target's logit
    if (probabilities != nullptr) {
      for (long long j = threadIdx.x; j < cols; j += blockDim.x) probabilities[i * cols + j] = expf(x[j] - highest) / sum;
    }
    if (threadIdx.x == 0) {
      if (floor > 0.0f) {
        const float p = label < 0 ? 0.0f : expf(own - highest) / sum;
        losses[i] = -logf(p < floor ? floor : p);
      } else {
        losses[i] = label < 0 ? 0.0f : logf(sum) + (highest - own);
      }
    }
  }
}

extern "C" __global__ void loss_crossentropy_backward_f32(
    const float* probabilities, const long long* __restrict__ labels, const float* __restrict__ dlosses, float* dlogits,
    long long rows, long long cols, int ignoreUnlabelled) {
  for (long long i = blockIdx.y; i < rows; i += gridDim.y) {
    const long long label = labels[i];
    const bool ignored = label < 0 && ignoreUnlabelled;
    const float g = dlosses[i];
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x; j < cols; j += step) {
      const float p = probabilities[i * cols + j];
      dlogits[i * cols + j] = ignored ? 0.0f : g * (j == label ? p - 1.0f : p);
    }
  }
}

extern "C" __global__ void loss_margin_crossentropy_forward_f32(
    const float* __restrict__ cosines, const long long* __restrict__ labels, float* __restrict__ maxima,
    float* __restrict__ sums, float* __restrict__ losses, long long rows, long long cols, int kind, float scale,
    float margin, float filter) {
  __shared__ float slots[32];
  const Margin m = {kind, scale, margin, filter};
  for (long long i = blockIdx.x; i < rows; i += gridDim.x) {
    const float* z = cosines + i * cols;
    const long long label = labels[i];
    float highest = -MOST; // of this thread's part, and its sum of exponentials about it
    float sum = 0.0f;
    for (long long j = threadIdx.x; j < cols; j += blockDim.x) {
      const float x = logit(m, z[j], j == label);
      if (x > highest || x != x) {
        sum *= expf(highest - x);
        highest = x;
      }
      sum += expf(x - highest);
    }
    const float top = blockMax(highest, slots);
    sum = blockSum(sum == 0.0f ? 0.0f : sum * expf(highest - top), slots);
    if (threadIdx.x == 0) {
      maxima[i] = top;
      sums[i] = sum;
      losses[i] = label < 0 ? 0.0f : logf(sum) + (top - logit(m, z[label], true));
    }
  }
}

extern "C" __global__ void loss_margin_crossentropy_backward_f32(
    const float* cosines, const long long* __restrict__ labels, const float* __restrict__ maxima,
    const float* __restrict__ sums, const float* __restrict__ dlosses, float* dcosines, long long rows, long long cols,
    int kind, float scale, float margin, float filter) {
  const Margin m = {kind, scale, margin, filter};
  for (long long i = blockIdx.y; i < rows; i += gridDim.y) {
    const long long label = labels[i];
    const float g = label < 0 ? 0.0f : dlosses[i] * scale;
    const float top = maxima[i];
    const float sum = sums[i];
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x; j < cols; j += step) {
      const float z = cosines[i * cols + j];
      const bool target = j == label;
      const float p = expf(logit(m, z, target) - top) / sum;
      dcosines[i * cols + j] = label < 0 || filtered(m, z, target) ? 0.0f : g * (target ? p - 1.0f : p);
    }
  }
}
