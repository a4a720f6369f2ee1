// Changes of element type. F16 and BF16 are kept as unsigned short; rounding is to nearest, ties to even: what lies
// beyond the largest becomes infinite, NaN stays NaN. Any grid covers any size; no dynamic shared memory.
//
// cast_narrow_f16, cast_narrow_bf16 (float* x, unsigned short* y, long long n)     y = round(x)
// cast_widen_f16, cast_widen_bf16 (unsigned short* x, float* y, long long n)       y = x
//   block any (256), best grid ceil(n / block).
// cast_pack_f16, cast_pack_bf16
//   (float* x, unsigned short* y, long long all, long long inner, long long rows, long long cols,
//    long long outerStride, long long innerStride, long long leading, long long packed)
//   Rounds matrices [outer, inner, rows, cols] whose rows begin `leading` elements apart, those of a level of the batch
//   outerStride and innerStride, to matrices one after the other whose rows begin `packed` apart.
//   block (32, 8), best grid (ceil(cols / 32), ceil(outer inner rows / 8)); `rows` counts one matrix, the grid's rows go
//   over all = outer inner rows of the batch.
// cast_image_f32, cast_image_f16, cast_image_bf16
//   (unsigned char* bytes, unsigned char* mirrored, y, long long rows, long long height, long long width,
//    float meanR, float meanG, float meanB, float stdR, float stdG, float stdB)
//   y[n, i, j, c] = ((bytes[n, i, j', c] / 255) - mean[c]) / std[c], j' = width - 1 - j where mirrored[n] is not 0, else j;
//   mirrored may be null. rows = n height. block (32, 8), best grid (ceil(3 width / 32), ceil(rows / 8)).

static __device__ __forceinline__ unsigned short toF16(float x) {
  unsigned short bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
}

static __device__ __forceinline__ float ofF16(unsigned short bits) {
  float x;
  asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
  return x;
}

// By hand: there is no instruction for it before compute capability 8.0.
static __device__ __forceinline__ unsigned short toBf16(float x) {
  const unsigned int bits = __float_as_uint(x);
  const unsigned int rounded = x != x ? bits | 0x400000u : bits + 0x7fffu + (bits >> 16 & 1u);
  return (unsigned short)(rounded >> 16);
}

static __device__ __forceinline__ float ofBf16(unsigned short bits) { return __uint_as_float((unsigned int)bits << 16); }

static __device__ __forceinline__ float same(float x) { return x; }

#define EACH(i, n)                                                                                     \
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x, step = (long long)gridDim.x * blockDim.x; i < n; \
       i += step)

extern "C" __global__ void cast_narrow_f16(const float* __restrict__ x, unsigned short* __restrict__ y, long long n) {
  EACH(i, n) y[i] = toF16(x[i]);
}

extern "C" __global__ void cast_narrow_bf16(const float* __restrict__ x, unsigned short* __restrict__ y, long long n) {
  EACH(i, n) y[i] = toBf16(x[i]);
}

extern "C" __global__ void cast_widen_f16(const unsigned short* __restrict__ x, float* __restrict__ y, long long n) {
  EACH(i, n) y[i] = ofF16(x[i]);
}

extern "C" __global__ void cast_widen_bf16(const unsigned short* __restrict__ x, float* __restrict__ y, long long n) {
  EACH(i, n) y[i] = ofBf16(x[i]);
}

#define PACK(name, round)                                                                                             \
  extern "C" __global__ void name(                                                                                    \
      const float* __restrict__ x, unsigned short* __restrict__ y, long long all, long long inner, long long rows,   \
      long long cols, long long outerStride, long long innerStride, long long leading, long long packed) {           \
    const long long step = (long long)gridDim.y * blockDim.y;                                                         \
    for (long long r = (long long)blockIdx.y * blockDim.y + threadIdx.y; r < all; r += step) {                        \
      const long long matrix = r / rows;                                                                              \
      const long long outer = matrix / inner;                                                                         \
      const float* from =                                                                                             \
          x + outer * outerStride + (matrix - outer * inner) * innerStride + (r - matrix * rows) * leading;           \
      for (long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x; j < cols;                                  \
           j += (long long)gridDim.x * blockDim.x) {                                                                  \
        y[r * packed + j] = round(from[j]);                                                                           \
      }                                                                                                               \
    }                                                                                                                 \
  }

PACK(cast_pack_f16, toF16)
PACK(cast_pack_bf16, toBf16)

#define IMAGE(name, type, round)                                                                                      \
  extern "C" __global__ void name(                                                                                    \
      const unsigned char* __restrict__ bytes, const unsigned char* __restrict__ mirrored, type* __restrict__ y,     \
      long long rows, long long height, long long width, float meanR, float meanG, float meanB, float stdR,          \
      float stdG, float stdB) {                                                                                       \
    const long long row = 3 * width;                                                                                  \
    const long long step = (long long)gridDim.y * blockDim.y;                                                         \
    for (long long r = (long long)blockIdx.y * blockDim.y + threadIdx.y; r < rows; r += step) {                       \
      const bool turned = mirrored && mirrored[r / height] != 0;                                                      \
      for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < row;                                   \
           e += (long long)gridDim.x * blockDim.x) {                                                                  \
        const int c = (int)(e % 3);                                                                                   \
        const float mean = c == 0 ? meanR : c == 1 ? meanG : meanB;                                                   \
        const float std = c == 0 ? stdR : c == 1 ? stdG : stdB;                                                       \
        const long long from = turned ? row - 3 - (e - c) + c : e;                                                    \
        y[r * row + e] = round((bytes[r * row + from] / 255.0f - mean) / std);                                        \
      }                                                                                                               \
    }                                                                                                                 \
  }

IMAGE(cast_image_f32, float, same)
IMAGE(cast_image_f16, unsigned short, toF16)
IMAGE(cast_image_bf16, unsigned short, toBf16)
