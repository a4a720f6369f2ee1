// Work on lists of float32 blocks: one launch for many tensors. A list comes by value, in a structure of arrays; block b of
// the grid's work is part b - first[t] of the tensor t with first[t] <= b < first[t + 1], a part being `span` elements.
// Entries behind the last tensor repeat the number of parts, first[tensors .. capacity] = parts.
// block 256 (exactly) where it says so, else any; any grid, best `parts`; no dynamic shared memory.
//
// many_squares_f32 (Blocks list, double* partial, long long span)   block 256
//   partial[b] = the sum of squares of part b, in double; reduce_squares_finish_f64 adds them up.
// many_finite_f32 (Blocks list, int* flag, long long span)
//   flag[0], 0 before, becomes 1 where an element is not finite.
// many_unscale_f32 (Blocks list, int* flag, long long span, float factor)
//   x = factor x, and flag[0], 0 before, becomes 1 where a result is not finite.
// many_sgd_f32 (States list, long long span, float lr, float momentum, float undamped, float weightDecay, float gradScale,
//               int nesterov, int first)
//   as optimizer_sgd_f32; velocity is a[t], b is not used.
// many_adam_f32 (States list, long long span, float shrink, float weightDecay, float beta1, float rest1, float beta2,
//                float rest2, float step, float root2, float eps, float gradScale)
//   as optimizer_adam_f32; m is a[t], v is b[t].

#define FULL 0xffffffffu
#define BLOCKS 128
#define STATES 72

struct Blocks {
  float* x[BLOCKS];
  long long n[BLOCKS];
  long long first[BLOCKS + 1];
};

struct States {
  float* parameter[STATES];
  float* grad[STATES];
  float* a[STATES];
  float* b[STATES];
  long long n[STATES];
  long long first[STATES + 1];
};

// The last t with first[t] <= b that has parts.
#define FIND(t, list, capacity, b)               \
  int t = 0;                                     \
  for (int end = capacity; end - t > 1;) {       \
    const int middle = (t + end) >> 1;           \
    if (list.first[middle] <= b) t = middle;     \
    else end = middle;                           \
  }

// The elements of part b.
#define PART(t, list, b)                                         \
  const long long from = (b - list.first[t]) * span;             \
  const long long to = from + span < list.n[t] ? from + span : list.n[t];

extern "C" __global__ void __launch_bounds__(256) many_squares_f32(const Blocks list, double* __restrict__ partial, long long span) {
  __shared__ double slots[8];
  for (long long b = blockIdx.x; b < list.first[BLOCKS]; b += gridDim.x) {
    FIND(t, list, BLOCKS, b)
    PART(t, list, b)
    const float* __restrict__ x = list.x[t];
    double sum = 0.0;
    for (long long i = from + threadIdx.x; i < to; i += 256) sum += (double)x[i] * x[i];
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) sum += __shfl_xor_sync(FULL, sum, offset);
    if ((threadIdx.x & 31) == 0) slots[threadIdx.x >> 5] = sum;
    __syncthreads();
    if (threadIdx.x == 0) {
      for (int w = 1; w < 8; w++) sum += slots[w];
      partial[b] = sum;
    }
    __syncthreads();
  }
}

extern "C" __global__ void many_finite_f32(const Blocks list, int* __restrict__ flag, long long span) {
  bool bad = false;
  for (long long b = blockIdx.x; b < list.first[BLOCKS]; b += gridDim.x) {
    FIND(t, list, BLOCKS, b)
    PART(t, list, b)
    const float* __restrict__ x = list.x[t];
    for (long long i = from + threadIdx.x; i < to; i += blockDim.x) bad |= x[i] - x[i] != 0.0f;
  }
  if (bad) atomicOr(flag, 1);
}

extern "C" __global__ void many_unscale_f32(const Blocks list, int* __restrict__ flag, long long span, float factor) {
  bool bad = false;
  for (long long b = blockIdx.x; b < list.first[BLOCKS]; b += gridDim.x) {
    FIND(t, list, BLOCKS, b)
    PART(t, list, b)
    float* __restrict__ x = list.x[t];
    for (long long i = from + threadIdx.x; i < to; i += blockDim.x) {
      const float v = factor * x[i];
      x[i] = v;
      bad |= v - v != 0.0f;
    }
  }
  if (bad) atomicOr(flag, 1);
}

extern "C" __global__ void many_sgd_f32(
    const States list, long long span, float lr, float momentum, float undamped, float weightDecay, float gradScale,
    int nesterov, int first) {
  for (long long b = blockIdx.x; b < list.first[STATES]; b += gridDim.x) {
    FIND(t, list, STATES, b)
    PART(t, list, b)
    float* __restrict__ parameter = list.parameter[t];
    const float* __restrict__ grad = list.grad[t];
    float* __restrict__ velocity = list.a[t];
    for (long long i = from + threadIdx.x; i < to; i += blockDim.x) {
      const float p = parameter[i];
      const float g = gradScale * grad[i] + weightDecay * p;
      float direction = g;
      if (momentum != 0.0f) {
        const float v = first ? g : momentum * velocity[i] + undamped * g;
        velocity[i] = v;
        direction = nesterov ? g + momentum * v : v;
      }
      parameter[i] = p - lr * direction;
    }
  }
}

extern "C" __global__ void many_adam_f32(
    const States list, long long span, float shrink, float weightDecay, float beta1, float rest1, float beta2, float rest2,
    float step, float root2, float eps, float gradScale) {
  for (long long b = blockIdx.x; b < list.first[STATES]; b += gridDim.x) {
    FIND(t, list, STATES, b)
    PART(t, list, b)
    float* __restrict__ parameter = list.parameter[t];
    const float* __restrict__ grad = list.grad[t];
    float* __restrict__ m = list.a[t];
    float* __restrict__ v = list.b[t];
    for (long long i = from + threadIdx.x; i < to; i += blockDim.x) {
      const float p = parameter[i];
      const float g = gradScale * grad[i] + weightDecay * p;
      const float first = beta1 * m[i] + rest1 * g;
      const float second = beta2 * v[i] + rest2 * g * g;
      m[i] = first;
      v[i] = second;
      parameter[i] = shrink * p - step * first / (sqrtf(second) / root2 + eps);
    }
  }
}
