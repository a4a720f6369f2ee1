// A sample of rows: the positives, and the rows of the largest draws, the first ones of equal draws; ascending. Draws are
// float32 in [0, 1), whose bits are in their order; row numbers are I64. Any grid covers any size where nothing else is
// said; no dynamic shared memory. Atomics add integers alone: the result depends on nothing but the numbers.
//
// The smallest key that is taken is found by counting, in three passes of digits: 11 bits from bit 20, 10 from bit 10 and
// 10 from bit 0. state [2], zeros before: the digits found so far, and how many keys are above all that have them; after
// the last pass those are the smallest key that is taken and how many are above it.
//
// sample_mark_f32 (long long* positives, unsigned* keys, long long n)
//   keys [rows]: the draws' bits; of positives[i] >= 0 those of 2, above every draw. block any (256), grid any.
// sample_bins_f32 (unsigned* keys, long long* state, unsigned long long* bins, long long rows, int shift, int width)
//   bins[d] += how many keys of the digits so far have d in `width` bits from `shift`. bins [2048], zeros before.
//   block any (256), best grid ceil(rows / 4096).
// sample_digit_i64 (unsigned long long* bins, long long* state, long long count, int shift)
//   The digit of the key at place count >= 1 from above. block 1024, grid 1.
// sample_count_f32 (unsigned* keys, long long* state, long long* sums, long long rows)
//   sums [chunks of 1024 rows, 2]: how many keys are above the smallest that is taken, and how many equal it.
//   block (32, 8): a warp a chunk; best grid ceil(rows / 8192).
// sample_scan_i64 (long long* sums, long long chunks)
//   sums: of the chunks before. block 1024, grid 1.
// sample_take_f32 (unsigned* keys, long long* state, long long* sums, long long* taken, long long rows, long long count)
//   taken [count], the rows. Launch as for sample_count_f32.
// sample_places_i64 (long long* positives, long long* taken, long long* places, long long n, long long count)
//   places [n]: where positives[i] stands among those taken, -1 for -1. block any (256), grid any.

#define FULL 0xffffffffu
#define BINS 2048
#define CHUNK 1024
#define POSITIVE 0x40000000u // 2.0f

extern "C" __global__ void sample_mark_f32(
    const long long* __restrict__ positives, unsigned* __restrict__ keys, long long n) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    const long long row = positives[i];
    if (row >= 0) keys[row] = POSITIVE;
  }
}

extern "C" __global__ void sample_bins_f32(
    const unsigned* __restrict__ keys, const long long* __restrict__ state, unsigned long long* __restrict__ bins,
    long long rows, int shift, int width) {
  __shared__ unsigned own[BINS];
  for (int d = threadIdx.x; d < BINS; d += blockDim.x) own[d] = 0;
  __syncthreads();
  const unsigned above = (unsigned)state[0] >> (shift + width);
  const unsigned mask = (1u << width) - 1;
  const long long step = (long long)gridDim.x * blockDim.x;
#pragma unroll 4
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < rows; i += step) {
    const unsigned key = keys[i];
    if (key >> (shift + width) == above) atomicAdd(own + (key >> shift & mask), 1u);
  }
  __syncthreads();
  for (int d = threadIdx.x; d < BINS; d += blockDim.x) {
    if (own[d] != 0) atomicAdd(bins + d, (unsigned long long)own[d]);
  }
}

static __device__ __forceinline__ long long warpUpTo(long long v) {
#pragma unroll
  for (int offset = 1; offset < 32; offset <<= 1) {
    const long long before = __shfl_up_sync(FULL, v, offset);
    if ((threadIdx.x & 31) >= offset) v += before;
  }
  return v;
}

// The sum of v over the threads up to this one of 1024, and over all.
static __device__ __forceinline__ long long upTo(long long v, long long* slots, long long& total) {
  const int warp = threadIdx.x >> 5;
  v = warpUpTo(v);
  if ((threadIdx.x & 31) == 31) slots[warp] = v;
  __syncthreads();
  if (warp == 0) slots[threadIdx.x] = warpUpTo(slots[threadIdx.x]);
  __syncthreads();
  if (warp > 0) v += slots[warp - 1];
  total = slots[31];
  __syncthreads();
  return v;
}

// Threads have two digits each, the largest ones first.
extern "C" __global__ void __launch_bounds__(1024) sample_digit_i64(
    const unsigned long long* __restrict__ bins, long long* __restrict__ state, long long count, int shift) {
  __shared__ long long slots[32];
  const long long left = count - state[1];
  const int digit = BINS - 1 - 2 * threadIdx.x;
  const long long high = bins[digit];
  const long long low = bins[digit - 1];
  long long total;
  const long long both = upTo(high + low, slots, total);
  const long long before = both - high - low;
  if (before < left && left <= both) {
    const bool first = left <= before + high;
    state[0] |= (long long)(first ? digit : digit - 1) << shift;
    state[1] += first ? before : before + high;
  }
}

extern "C" __global__ void __launch_bounds__(256) sample_count_f32(
    const unsigned* __restrict__ keys, const long long* __restrict__ state, long long* __restrict__ sums, long long rows) {
  const unsigned last = (unsigned)state[0];
  const long long step = (long long)gridDim.x * 8;
  for (long long c = (long long)blockIdx.x * 8 + threadIdx.y; c * CHUNK < rows; c += step) {
    const long long to = (c + 1) * CHUNK < rows ? (c + 1) * CHUNK : rows;
    int above = 0;
    int ties = 0;
#pragma unroll 8
    for (long long i = c * CHUNK + threadIdx.x; i < to; i += 32) {
      const unsigned key = keys[i];
      above += key > last;
      ties += key == last;
    }
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) {
      above += __shfl_xor_sync(FULL, above, offset);
      ties += __shfl_xor_sync(FULL, ties, offset);
    }
    if (threadIdx.x < 2) sums[2 * c + threadIdx.x] = threadIdx.x == 0 ? above : ties;
  }
}

extern "C" __global__ void __launch_bounds__(1024) sample_scan_i64(long long* __restrict__ sums, long long chunks) {
  __shared__ long long slots[32];
  long long before[2] = {0, 0};
  for (long long from = 0; from < chunks; from += 1024) {
    const long long c = from + threadIdx.x;
#pragma unroll
    for (int k = 0; k < 2; k++) {
      const long long mine = c < chunks ? sums[2 * c + k] : 0;
      long long total;
      const long long sum = upTo(mine, slots, total);
      if (c < chunks) sums[2 * c + k] = before[k] + sum - mine;
      before[k] += total;
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) sample_take_f32(
    const unsigned* __restrict__ keys, const long long* __restrict__ state, const long long* __restrict__ sums,
    long long* __restrict__ taken, long long rows, long long count) {
  const unsigned last = (unsigned)state[0];
  const long long wanted = count - state[1]; // of those that equal it
  const unsigned lower = (1u << threadIdx.x) - 1;
  const long long step = (long long)gridDim.x * 8;
  for (long long c = (long long)blockIdx.x * 8 + threadIdx.y; c * CHUNK < rows; c += step) {
    const long long to = (c + 1) * CHUNK < rows ? (c + 1) * CHUNK : rows;
    long long above = sums[2 * c];
    long long ties = sums[2 * c + 1];
#pragma unroll 4
    for (long long from = c * CHUNK; from < to; from += 32) {
      const long long i = from + threadIdx.x;
      const bool there = i < to;
      const unsigned key = there ? keys[i] : 0;
      const unsigned higher = __ballot_sync(FULL, there && key > last);
      const unsigned equal = __ballot_sync(FULL, there && key == last);
      const long long tie = ties + __popc(equal & lower); // of how many it is the next
      if (there && (key > last || (key == last && tie < wanted))) {
        taken[above + __popc(higher & lower) + (tie < wanted ? tie : wanted)] = i;
      }
      above += __popc(higher);
      ties += __popc(equal);
    }
  }
}

extern "C" __global__ void sample_places_i64(
    const long long* __restrict__ positives, const long long* __restrict__ taken, long long* __restrict__ places,
    long long n, long long count) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    const long long row = positives[i];
    long long low = 0;
    long long high = count; // the row stands in low .. high - 1
    while (low < high) {
      const long long middle = (low + high) >> 1;
      if (taken[middle] < row) low = middle + 1;
      else high = middle;
    }
    places[i] = row < 0 ? -1 : low;
  }
}
