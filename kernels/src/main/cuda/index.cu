// Rows by number, float32; index is I64 and inside its range. Any grid covers any size; no dynamic shared memory.
//
// index_gather_f32 (long long* index, float* x, float* y, long long count, long long cols)
//   y[i, :] = x[index[i], :]. block (32, 8): a warp a row; best grid ceil(count / 8).
//
// Adding rows: the same bits as one after the other in the order of i, by lists of equal numbers instead of float atomics.
// index_link_i64 (long long* index, long long* head, long long* next, long long count)
//   head [rows of y], all -1 before, then some i of each row that is named; next [count]. block any (256), grid any.
// index_scatter_add_f32 (long long* index, long long* head, long long* next, float* x, float* y, long long count,
//                        long long cols)
//   y[index[i], :] += x[i, :]. block (32, 8): a warp a row of y; best grid ceil(count / 8). Time is quadratic in how often
//   one row is named.

extern "C" __global__ void __launch_bounds__(256) index_gather_f32(
    const long long* __restrict__ index, const float* __restrict__ x, float* __restrict__ y, long long count,
    long long cols) {
  for (long long i = (long long)blockIdx.x * 8 + threadIdx.y; i < count; i += (long long)gridDim.x * 8) {
    const float* row = x + index[i] * cols;
    for (long long j = threadIdx.x; j < cols; j += 32) y[i * cols + j] = row[j];
  }
}

extern "C" __global__ void index_link_i64(
    const long long* __restrict__ index, long long* __restrict__ head, long long* __restrict__ next, long long count) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += step) {
    next[i] = (long long)atomicExch((unsigned long long*)(head + index[i]), (unsigned long long)i);
  }
}

extern "C" __global__ void __launch_bounds__(256) index_scatter_add_f32(
    const long long* __restrict__ index, const long long* __restrict__ head, const long long* __restrict__ next,
    const float* __restrict__ x, float* __restrict__ y, long long count, long long cols) {
  for (long long i = (long long)blockIdx.x * 8 + threadIdx.y; i < count; i += (long long)gridDim.x * 8) {
    if (head[index[i]] != i) continue; // another entry of this row leads its list
    float* row = y + index[i] * cols;
    long long done = -1;
    while (true) { // the list's order depends on who came first: take its smallest number above `done`
      long long least = count;
      for (long long k = i; k >= 0; k = next[k]) {
        if (k > done && k < least) least = k;
      }
      if (least == count) break;
      for (long long j = threadIdx.x; j < cols; j += 32) row[j] += x[least * cols + j];
      done = least;
    }
  }
}
