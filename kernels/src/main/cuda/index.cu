// Rows by number, float32; index is I64, inside its range and below 2^53. Any grid covers any size; no dynamic shared memory.
//
// index_gather_f32 (long long* index, float* x, float* y, long long count, long long cols)
//   y[i, :] = x[index[i], :]. block (32, 8): a warp a row; best grid ceil(count / 8).
//
// Adding rows: the same bits as one after the other in the order of i, without float atomics. Chunks of 1024 numbers are
// sorted; equal ones are then a run, in the order of i. The runs of a row in several chunks are a list, in any order.
// index_sort_i64 (long long* index, long long* keys, long long count)
//   keys[count]: index << 10 | place within the chunk, ascending in each chunk. block any (512), best grid the chunks.
// index_link_i64 (long long* keys, long long* head, long long* next, long long count)
//   Not needed for one chunk. head [rows of y], all -1 before: where some run of the row begins; next [count]: there, where
//   another begins, or -1. block any (256), grid any.
// index_scatter_add_f32 (long long* keys, long long* head, long long* next, float* x, float* y, long long count,
//                        long long cols)
//   y[index[i], :] += x[i, :]; head and next are null for one chunk. block (32, 8): a warp a row of y; best grid
//   (ceil(count / 8), ceil(cols / 128)). Time grows with count, however often a row is named; a row of runs in more than 32
//   chunks is looked for in each chunk.

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

extern "C" __global__ void index_link_i64(
    const long long* __restrict__ keys, long long* __restrict__ head, long long* __restrict__ next, long long count) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long p = (long long)blockIdx.x * blockDim.x + threadIdx.x; p < count; p += step) {
    if (!begins(keys, p)) continue;
    next[p] = (long long)atomicExch((unsigned long long*)(head + (keys[p] >> BITS)), (unsigned long long)p);
  }
}

// Where the row's run begins in the chunk of n keys, or -1.
static __device__ __forceinline__ long long find(const long long* keys, long long from, int n, long long row) {
  int low = 0;
  int high = n; // the first key of the row or of one after it is in low .. high
  while (low < high) {
    const int middle = (low + high) >> 1;
    if (keys[from + middle] >> BITS < row) low = middle + 1;
    else high = middle;
  }
  return low < n && keys[from + low] >> BITS == row ? from + low : -1;
}

static __device__ __forceinline__ long long warpMin(long long v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset >>= 1) {
    const long long other = __shfl_xor_sync(FULL, v, offset);
    v = other < v ? other : v;
  }
  return v;
}

// Adds the run's rows to `sum`, one after the other, four on their way together; all lanes take part.
template <int W>
static __device__ __forceinline__ void addRun(
    const long long* __restrict__ keys, long long run, long long row, const float* __restrict__ x, long long count,
    long long cols, bool there, Unit<W>& sum) {
  const long long from = run & ~(long long)(CHUNK - 1);
  const long long to = from + CHUNK < count ? from + CHUNK : count;
  for (long long p = run; p < to; p += 32) {
    const long long key = p + threadIdx.x < to ? keys[p + threadIdx.x] : -1;
    const int mine = __popc(__ballot_sync(FULL, key >= 0 && key >> BITS == row));
    for (int k = 0; k < mine; k += 4) {
      Unit<W> u[4];
#pragma unroll
      for (int q = 0; q < 4; q++) {
        const long long i = from + (__shfl_sync(FULL, (int)key, k + q) & (CHUNK - 1));
        if (there && k + q < mine) u[q] = load<W>(x + i * cols);
      }
#pragma unroll
      for (int q = 0; q < 4; q++) {
        if (k + q < mine) {
#pragma unroll
          for (int w = 0; w < W; w++) sum.v[w] += u[q].v[w];
        }
      }
    }
    if (mine < 32) break;
  }
}

// Calls f(run) for the row's runs in their order. Its list, from p on, has them in any order: up to 32 are sorted in
// registers; of more, all chunks are asked.
template <typename F>
static __device__ __forceinline__ void inOrder(
    const long long* __restrict__ keys, const long long* __restrict__ next, long long p, long long row, long long count,
    F f) {
  const long long none = 0x7fffffffffffffff;
  long long mine = none;
  int runs = 0;
  for (long long k = p; k >= 0 && runs <= 32; k = next == nullptr ? -1 : next[k]) {
    if (runs == threadIdx.x) mine = k;
    runs++;
  }
  if (runs <= 32) {
    for (int r = 0; r < runs; r++) {
      const long long run = runs == 1 ? p : warpMin(mine);
      f(run);
      if (mine == run) mine = none;
    }
    return;
  }
  for (long long from = 0; from < count; from += 32 * CHUNK) {
    const long long chunk = from + threadIdx.x * CHUNK;
    const long long left = count - chunk;
    const long long run = left > 0 ? find(keys, chunk, left < CHUNK ? (int)left : CHUNK, row) : -1;
    unsigned found = __ballot_sync(FULL, run >= 0);
    for (; found != 0; found &= found - 1) f(__shfl_sync(FULL, run, __ffs(found) - 1));
  }
}

template <int W>
static __device__ __forceinline__ void scatterAdd(
    const long long* __restrict__ keys, const long long* __restrict__ head, const long long* __restrict__ next,
    const float* __restrict__ x, float* __restrict__ y, long long count, long long cols) {
  for (long long p = (long long)blockIdx.x * 8 + threadIdx.y; p < count; p += (long long)gridDim.x * 8) {
    if (!begins(keys, p)) continue;
    const long long row = keys[p] >> BITS;
    if (head != nullptr && head[row] != p) continue; // another run of this row leads its list
    for (long long j0 = (long long)blockIdx.y * 32 * W; j0 < cols; j0 += (long long)gridDim.y * 32 * W) {
      const long long j = j0 + threadIdx.x * W;
      const bool there = j < cols;
      Unit<W> sum = there ? load<W>(y + row * cols + j) : Unit<W>{};
      inOrder(keys, next, p, row, count, [&](long long run) {
        addRun<W>(keys, run, row, x + j, count, cols, there, sum);
      });
      if (there) store<W>(y + row * cols + j, sum);
    }
  }
}

extern "C" __global__ void __launch_bounds__(256, 4) index_scatter_add_f32(
    const long long* __restrict__ keys, const long long* __restrict__ head, const long long* __restrict__ next,
    const float* __restrict__ x, float* __restrict__ y, long long count, long long cols) {
  if (fours(cols, x, y)) scatterAdd<4>(keys, head, next, x, y, count, cols);
  else scatterAdd<1>(keys, head, next, x, y, count, cols);
}
