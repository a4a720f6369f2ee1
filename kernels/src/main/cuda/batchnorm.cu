// Mean and variance of the columns of float32 matrices [rows, cols], for batch norm: columns.cu does the rest. Any grid
// covers any size; no dynamic shared memory; sums follow an order that depends on the sizes and the launch alone. Blocks
// (lanes, lines) of at most 256 threads; the rows are cut into gridDim.y chunks, chunk c has c span <= i < (c + 1) span.
//
// batchnorm_statistics_f32 (float* x, float* means, float* rests, float* squares, long long rows, long long cols,
//                           long long span)
//   of chunk c, read once: means[c, j], rests[c, j] which its rounding left, and squares[c, j] = sum of (x - mean)^2.
//   A lane has a unit: 4 columns where cols % 4 == 0, else 1; best grid ceil(units / lanes) in x.
// batchnorm_finish_f32 (float* means, float* rests, float* squares, float* runningMean, float* runningVar, float* mean,
//                       float* rest, float* rstd, long long rows, long long cols, long long span, float eps,
//                       float momentum)
//   merges the ceil(rows / span) chunks; mean + rest is what mean alone would round; moves the running values by momentum
//   (variance unbiased). A lane has a column; best grid ceil(cols / lanes).

#define THREADS 256 // at most, of a block

// The elements of a unit.
template <int W>
struct Unit {
  float v[W];
};

static __device__ __forceinline__ bool aligned(const void* a, const void* b = nullptr, const void* c = nullptr) {
  return (((unsigned long long)a | (unsigned long long)b | (unsigned long long)c) & 15) == 0;
}

// `whole`: at once, from an aligned address.
template <int W>
static __device__ __forceinline__ Unit<W> load(const float* p, bool whole) {
  if constexpr (W == 4) {
    if (whole) {
      const float4 q = *(const float4*)p;
      return {{q.x, q.y, q.z, q.w}};
    }
  }
  Unit<W> u;
#pragma unroll
  for (int k = 0; k < W; k++) u.v[k] = p[k];
  return u;
}

// Count, mean and sum of squares about it; a merge needs no second look at the numbers (Chan, Golub and LeVeque 1983).
template <int W>
struct Moments {
  float count, mean[W], squares[W];
};

template <int W>
static __device__ __forceinline__ void merge(Moments<W>& a, float count, const float (&mean)[W], const float (&squares)[W]) {
  const float all = a.count + count;
  const float part = all == 0.0f ? 0.0f : count / all;
#pragma unroll
  for (int k = 0; k < W; k++) {
    const float apart = mean[k] - a.mean[k];
    a.mean[k] += apart * part;
    a.squares[k] += squares[k] + apart * apart * a.count * part;
  }
  a.count = all;
}

// Of the rows from, from + step, .. below `to` of x - shift. Eight rows at a time are averaged in registers and merged.
template <int W>
static __device__ __forceinline__ Moments<W> moments(
    const float* __restrict__ x, const Unit<W>& shift, long long from, long long to, long long step, long long cols,
    bool whole) {
  Moments<W> all = {};
  long long i = from;
  for (; i + 7 * step < to; i += 8 * step) {
    Unit<W> v[8];
#pragma unroll
    for (int r = 0; r < 8; r++) v[r] = load<W>(x + (i + r * step) * cols, whole);
    float mean[W], squares[W];
#pragma unroll
    for (int k = 0; k < W; k++) {
      float sum = 0.0f;
#pragma unroll
      for (int r = 0; r < 8; r++) {
        v[r].v[k] -= shift.v[k];
        sum += v[r].v[k];
      }
      mean[k] = sum * 0.125f;
      squares[k] = 0.0f;
#pragma unroll
      for (int r = 0; r < 8; r++) squares[k] += (v[r].v[k] - mean[k]) * (v[r].v[k] - mean[k]);
    }
    merge(all, 8.0f, mean, squares);
  }
  for (; i < to; i += step) {
    Unit<W> v = load<W>(x + i * cols, whole);
    const float none[W] = {};
#pragma unroll
    for (int k = 0; k < W; k++) v.v[k] -= shift.v[k];
    merge(all, 1.0f, v.v, none);
  }
  return all;
}

// The chunk's first row is taken off: where a column hardly varies that is exact, and all its digits are left.
template <int W>
static __device__ __forceinline__ void statistics(
    float* slots, const float* __restrict__ x, float* __restrict__ means, float* __restrict__ rests,
    float* __restrict__ squares, long long rows, long long cols, long long span) {
  const bool whole = aligned(x);
  const int t = threadIdx.y * blockDim.x + threadIdx.x;
  const long long from = (long long)blockIdx.y * span;
  const long long to = from + span < rows ? from + span : rows;
  for (long long j0 = (long long)blockIdx.x * blockDim.x * W; j0 < cols; j0 += (long long)gridDim.x * blockDim.x * W) {
    const long long j = j0 + threadIdx.x * W;
    Unit<W> shift = {};
    Moments<W> all = {};
    if (j < cols && from < to) {
      shift = load<W>(x + from * cols + j, whole);
      all = moments<W>(x + j, shift, from + threadIdx.y, to, blockDim.y, cols, whole);
    }
    slots[t] = all.count;
#pragma unroll
    for (int k = 0; k < W; k++) {
      slots[(1 + k) * THREADS + t] = all.mean[k];
      slots[(1 + W + k) * THREADS + t] = all.squares[k];
    }
    for (int half = blockDim.y > 1 ? 1 << (31 - __clz(blockDim.y - 1)) : 0; half > 0; half >>= 1) {
      __syncthreads();
      if (threadIdx.y < half && threadIdx.y + half < blockDim.y) {
        const int other = t + half * blockDim.x;
        float mean[W], square[W];
#pragma unroll
        for (int k = 0; k < W; k++) {
          mean[k] = slots[(1 + k) * THREADS + other];
          square[k] = slots[(1 + W + k) * THREADS + other];
        }
        merge(all, slots[other], mean, square);
        slots[t] = all.count;
#pragma unroll
        for (int k = 0; k < W; k++) {
          slots[(1 + k) * THREADS + t] = all.mean[k];
          slots[(1 + W + k) * THREADS + t] = all.squares[k];
        }
      }
    }
    if (threadIdx.y == 0 && j < cols && from < to) {
#pragma unroll
      for (int k = 0; k < W; k++) {
        const long long at = blockIdx.y * cols + j + k;
        const float mu = shift.v[k] + all.mean[k];
        const float more = mu - shift.v[k]; // of all.mean, what mu has (Knuth's exact sum)
        means[at] = mu;
        rests[at] = (shift.v[k] - (mu - more)) + (all.mean[k] - more);
        squares[at] = all.squares[k];
      }
    }
    __syncthreads();
  }
}

extern "C" __global__ void __launch_bounds__(256) batchnorm_statistics_f32(
    const float* __restrict__ x, float* __restrict__ means, float* __restrict__ rests, float* __restrict__ squares,
    long long rows, long long cols, long long span) {
  __shared__ float slots[9 * THREADS];
  if ((cols & 3) == 0) statistics<4>(slots, x, means, rests, squares, rows, cols, span);
  else statistics<1>(slots, x, means, rests, squares, rows, cols, span);
}

// Every line gets the sum of the tile's lines; a fixed tree.
static __device__ __forceinline__ double sumForLines(double v, double* slots) {
  const int t = threadIdx.y * blockDim.x + threadIdx.x;
  slots[t] = v;
  for (int half = blockDim.y > 1 ? 1 << (31 - __clz(blockDim.y - 1)) : 0; half > 0; half >>= 1) {
    __syncthreads();
    if (threadIdx.y < half && threadIdx.y + half < blockDim.y) slots[t] += slots[t + half * blockDim.x];
  }
  __syncthreads();
  v = slots[threadIdx.x];
  __syncthreads();
  return v;
}

extern "C" __global__ void __launch_bounds__(256) batchnorm_finish_f32(
    const float* __restrict__ means, const float* __restrict__ rests, const float* __restrict__ squares,
    float* __restrict__ runningMean, float* __restrict__ runningVar, float* __restrict__ mean, float* __restrict__ rest,
    float* __restrict__ rstd, long long rows, long long cols, long long span, float eps, float momentum) {
  __shared__ double slots[THREADS];
  const long long chunks = (rows + span - 1) / span;
  for (long long j0 = (long long)blockIdx.x * blockDim.x; j0 < cols; j0 += (long long)gridDim.x * blockDim.x) {
    const long long j = j0 + threadIdx.x;
    double sum = 0.0;
    if (j < cols) {
#pragma unroll 4
      for (long long c = threadIdx.y; c < chunks; c += blockDim.y) {
        const double count = c + 1 < chunks ? span : rows - c * span;
        sum += count * ((double)means[c * cols + j] + rests[c * cols + j]);
      }
    }
    const double mu = sumForLines(sum, slots) / rows;
    sum = 0.0;
    if (j < cols) {
#pragma unroll 4
      for (long long c = threadIdx.y; c < chunks; c += blockDim.y) {
        const double count = c + 1 < chunks ? span : rows - c * span;
        const double apart = (double)means[c * cols + j] + rests[c * cols + j] - mu;
        sum += squares[c * cols + j] + count * (apart * apart);
      }
    }
    const double square = sumForLines(sum, slots);
    if (threadIdx.y == 0 && j < cols) {
      mean[j] = (float)mu;
      rest[j] = (float)(mu - (float)mu);
      rstd[j] = 1.0f / sqrtf((float)(square / rows) + eps);
      runningMean[j] = (1.0f - momentum) * runningMean[j] + momentum * (float)mu;
      runningVar[j] = (1.0f - momentum) * runningVar[j] + momentum * (float)(square / (rows - 1));
    }
  }
}
