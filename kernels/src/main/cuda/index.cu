// Rows by number, float32; index is I64, inside its range and below 2^53. Any grid covers any size; no dynamic shared memory.
//
// index_gather_f32 (long long* index, float* x, float* y, long long count, long long cols)
//   y[i, :] = x[index[i], :]. block (32, 8): a warp a row; best grid ceil(count / 8).
//
// Adding rows: the same bits as one after the other in the order of i, without float atomics. Chunks of 1024 numbers are
// sorted; equal ones are then a run, in the order of i, and the runs of a row in several chunks are linked in that order.
// Time grows with count, however often a row is named.
// index_sort_i64 (long long* index, long long* keys, long long count)
//   keys[count]: index << 10 | place within the chunk, ascending in each chunk. block any (512), best grid the chunks.
// index_link_i64 (long long* keys, long long* last, long long* before, long long* after, long long count)
//   Not needed for one chunk. At the begin of each run the run of the same row before it and after it, or -1; last [rows
//   of y] is all -1 before. One block, any (1024).
// index_scatter_add_f32 (long long* keys, long long* before, long long* after, float* x, float* y, long long count,
//                        long long cols)
//   y[index[i], :] += x[i, :]; before and after are null for one chunk. block (32, 8): a warp a row of y; best grid
//   (ceil(count / 8), ceil(cols / 128)).

#define FULL 0xffffffffu
#define BITS 10
#define CHUNK (1 << BITS)

template <int W>
struct Unit {
  float v[W];
};

static __device__ __forceinline__ bool fours(long long cols, const void* a, const void* b) {
  return (cols & 3) == 0 && (((unsigned long long)a | (unsigned long long)b) & 15) == 0;
}

template <int W>
static __device__ __forceinline__ Unit<W> load(const float* p) {
  if constexpr (W == 4) {
    const float4 q = *(const float4*)p;
    return {{q.x, q.y, q.z, q.w}};
  } else {
    return {{*p}};
  }
}

template <int W>
static __device__ __forceinline__ void store(float* p, const Unit<W>& u) {
  if constexpr (W == 4) *(float4*)p = make_float4(u.v[0], u.v[1], u.v[2], u.v[3]);
  else *p = u.v[0];
}

template <int W>
static __device__ __forceinline__ void gather(
    const long long* __restrict__ index, const float* __restrict__ x, float* __restrict__ y, long long count,
    long long cols) {
  for (long long i = (long long)blockIdx.x * 8 + threadIdx.y; i < count; i += (long long)gridDim.x * 8) {
    const float* row = x + index[i] * cols;
    for (long long j = threadIdx.x * W; j < cols; j += 32 * W) store<W>(y + i * cols + j, load<W>(row + j));
  }
}

extern "C" __global__ void __launch_bounds__(256) index_gather_f32(
    const long long* __restrict__ index, const float* __restrict__ x, float* __restrict__ y, long long count,
    long long cols) {
  if (fours(cols, x, y)) gather<4>(index, x, y, count, cols);
  else gather<1>(index, x, y, count, cols);
}

// Bitonic (Batcher 1968).
extern "C" __global__ void __launch_bounds__(512) index_sort_i64(
    const long long* __restrict__ index, long long* __restrict__ keys, long long count) {
  __shared__ long long slots[CHUNK];
  for (long long from = (long long)blockIdx.x * CHUNK; from < count; from += (long long)gridDim.x * CHUNK) {
    const int n = count - from < CHUNK ? (int)(count - from) : CHUNK;
    int size = 1;
    while (size < n) size *= 2;
    for (int t = threadIdx.x; t < size; t += blockDim.x) {
      slots[t] = t < n ? index[from + t] << BITS | t : 0x7fffffffffffffff;
    }
    for (int span = 2; span <= size; span *= 2) {
      for (int gap = span / 2; gap > 0; gap /= 2) {
        __syncthreads();
        for (int t = threadIdx.x; t < size / 2; t += blockDim.x) {
          const int at = 2 * t - (t & (gap - 1));
          const long long a = slots[at];
          const long long b = slots[at + gap];
          if ((a > b) == ((at & span) == 0)) {
            slots[at] = b;
            slots[at + gap] = a;
          }
        }
      }
    }
    __syncthreads();
    for (int t = threadIdx.x; t < n; t += blockDim.x) keys[from + t] = slots[t];
    __syncthreads();
  }
}

// Whether a run begins at p.
static __device__ __forceinline__ bool begins(const long long* keys, long long p) {
  return (p & (CHUNK - 1)) == 0 || keys[p] >> BITS != keys[p - 1] >> BITS;
}

extern "C" __global__ void __launch_bounds__(1024) index_link_i64(
    const long long* __restrict__ keys, long long* last, long long* before, long long* after, long long count) {
  for (long long from = 0; from < count; from += CHUNK) {
    for (long long p = from + threadIdx.x; p < count && p < from + CHUNK; p += blockDim.x) {
      if (!begins(keys, p)) continue;
      const long long row = keys[p] >> BITS;
      const long long other = last[row];
      before[p] = other;
      after[p] = -1;
      if (other >= 0) after[other] = p;
      last[row] = p;
    }
    __syncthreads(); // the next chunk reads what this one wrote
  }
}

// Adds the run's rows to `sum`, one after the other; all lanes take part.
template <int W>
static __device__ __forceinline__ void addRun(
    const long long* __restrict__ keys, long long run, long long row, const float* __restrict__ x, long long count,
    long long cols, bool there, Unit<W>& sum) {
  const long long from = run & ~(long long)(CHUNK - 1);
  const long long to = from + CHUNK < count ? from + CHUNK : count;
  for (long long p = run; p < to; p += 32) {
    const long long key = p + threadIdx.x < to ? keys[p + threadIdx.x] : -1;
    const int mine = __popc(__ballot_sync(FULL, key >= 0 && key >> BITS == row));
#pragma unroll 4
    for (int k = 0; k < mine; k++) {
      const long long i = from + (__shfl_sync(FULL, (int)key, k) & (CHUNK - 1));
      if (there) {
        const Unit<W> u = load<W>(x + i * cols);
#pragma unroll
        for (int w = 0; w < W; w++) sum.v[w] += u.v[w];
      }
    }
    if (mine < 32) break;
  }
}

template <int W>
static __device__ __forceinline__ void scatterAdd(
    const long long* __restrict__ keys, const long long* __restrict__ before, const long long* __restrict__ after,
    const float* __restrict__ x, float* __restrict__ y, long long count, long long cols) {
  for (long long p = (long long)blockIdx.x * 8 + threadIdx.y; p < count; p += (long long)gridDim.x * 8) {
    if (!begins(keys, p) || (before != nullptr && before[p] >= 0)) continue;
    const long long row = keys[p] >> BITS;
    for (long long j0 = (long long)blockIdx.y * 32 * W; j0 < cols; j0 += (long long)gridDim.y * 32 * W) {
      const long long j = j0 + threadIdx.x * W;
      const bool there = j < cols;
      Unit<W> sum = there ? load<W>(y + row * cols + j) : Unit<W>{};
      for (long long run = p; run >= 0; run = after == nullptr ? -1 : after[run]) {
        addRun<W>(keys, run, row, x + j, count, cols, there, sum);
      }
      if (there) store<W>(y + row * cols + j, sum);
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) index_scatter_add_f32(
    const long long* __restrict__ keys, const long long* __restrict__ before, const long long* __restrict__ after,
    const float* __restrict__ x, float* __restrict__ y, long long count, long long cols) {
  if (fours(cols, x, y)) scatterAdd<4>(keys, before, after, x, y, count, cols);
  else scatterAdd<1>(keys, before, after, x, y, count, cols);
}
