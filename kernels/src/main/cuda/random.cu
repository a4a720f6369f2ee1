// Random numbers from Philox4x32-10 (Salmon et al. 2011), the same as the CPU's: draw i of a stream is word i mod 4 of the
// block with counter (i / 4, stream) under the key seed; as a number it is (word >> 8) 2^-24.
// Any block (256) and any grid in x cover any size; no dynamic shared memory.
//
// random_uniform_f32 (float* y, long long n, long long seed, long long stream, double low, double range)
//   y[i] = low + range u_i, rounded once; range = high - low. A thread makes four.
// random_normal_f32 (float* y, long long n, long long seed, long long stream, float mean, float std)
//   Box-Muller on draws 2 j and 2 j + 1. A thread makes four.
// random_dropout_f32 (float* x, float* y, long long rows, long long cols, float p, long long seed, long long stream)
//   row i is kept where u_i >= p and divided by 1 - p, else 0. y may be x.

struct Block {
  unsigned word[4];
};

static __device__ __forceinline__ Block philox(long long seed, long long stream, long long block) {
  unsigned c0 = (unsigned)block;
  unsigned c1 = (unsigned)(block >> 32);
  unsigned c2 = (unsigned)stream;
  unsigned c3 = (unsigned)(stream >> 32);
  unsigned k0 = (unsigned)seed;
  unsigned k1 = (unsigned)(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    const unsigned high0 = __umulhi(0xD2511F53u, c0);
    const unsigned low0 = 0xD2511F53u * c0;
    const unsigned high1 = __umulhi(0xCD9E8D57u, c2);
    const unsigned low1 = 0xCD9E8D57u * c2;
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Exact: 24 bits.
static __device__ __forceinline__ float uniform(unsigned word) { return (float)(word >> 8) * 5.9604644775390625e-8f; }

extern "C" __global__ void random_uniform_f32(
    float* __restrict__ y, long long n, long long seed, long long stream, double low, double range) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long b = (long long)blockIdx.x * blockDim.x + threadIdx.x; b < (n + 3) / 4; b += step) {
    const Block draws = philox(seed, stream, b);
#pragma unroll
    for (int w = 0; w < 4; w++) {
      // no fused multiply-add: the sum is the CPU's to the bit
      if (4 * b + w < n) y[4 * b + w] = (float)__dadd_rn(low, __dmul_rn(range, (double)uniform(draws.word[w])));
    }
  }
}

extern "C" __global__ void random_normal_f32(
    float* __restrict__ y, long long n, long long seed, long long stream, float mean, float std) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long b = (long long)blockIdx.x * blockDim.x + threadIdx.x; b < (n + 3) / 4; b += step) {
    const Block draws = philox(seed, stream, b);
#pragma unroll
    for (int w = 0; w < 4; w += 2) {
      const float r = sqrtf(-2.0f * logf(1.0f - uniform(draws.word[w])));
      float sine, cosine;
      sincospif(2.0f * uniform(draws.word[w + 1]), &sine, &cosine);
      if (4 * b + w < n) y[4 * b + w] = mean + std * r * cosine;
      if (4 * b + w + 1 < n) y[4 * b + w + 1] = mean + std * r * sine;
    }
  }
}

extern "C" __global__ void random_dropout_f32(
    const float* x, float* y, long long rows, long long cols, float p, long long seed, long long stream) {
  const long long step = (long long)gridDim.x * blockDim.x;
  const float kept = 1.0f - p;
  if (cols == 1) { // a thread has the four rows of a block of draws
    for (long long b = (long long)blockIdx.x * blockDim.x + threadIdx.x; b < (rows + 3) / 4; b += step) {
      const Block draws = philox(seed, stream, b);
#pragma unroll
      for (int w = 0; w < 4; w++) {
        if (4 * b + w < rows) y[4 * b + w] = uniform(draws.word[w]) >= p ? x[4 * b + w] / kept : 0.0f;
      }
    }
    return;
  }
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < rows * cols; e += step) {
    const long long i = e / cols;
    const Block draws = philox(seed, stream, i >> 2);
    const int w = (int)(i & 3);
    const unsigned word = w == 0 ? draws.word[0] : w == 1 ? draws.word[1] : w == 2 ? draws.word[2] : draws.word[3];
    y[e] = uniform(word) >= p ? x[e] / kept : 0.0f;
  }
}
