// Half, bfloat16, conversions, rounding, bit operations, warp votes, asynchronous copies.
#include <cuda_fp16.h>
#include <cuda_bf16.h>
#include <cuda_pipeline.h>
extern "C" __global__ void halves(const float* x, const float* y, unsigned short* out, int n) {
  int i = threadIdx.x;
  if (i >= n) return;
  __half a = __float2half(x[i]), b = __float2half(y[i]);
  __half2 p = __halves2half2(a, b), q = __halves2half2(b, a);
  __half2 r = __hfma2(p, q, p);
  __nv_bfloat16 c = __float2bfloat16(x[i]), d = __float2bfloat16(y[i]);
  out[i * 8 + 0] = __half_as_ushort(__hadd(a, b));
  out[i * 8 + 1] = __half_as_ushort(__hmul(a, b));
  out[i * 8 + 2] = __half_as_ushort(__hfma(a, b, a));
  out[i * 8 + 3] = __half_as_ushort(__low2half(r));
  out[i * 8 + 4] = __half_as_ushort(hexp(a));
  out[i * 8 + 5] = __bfloat16_as_ushort(__hfma(c, d, c));
  out[i * 8 + 6] = __bfloat16_as_ushort(__hadd(c, d));
  out[i * 8 + 7] = __half_as_ushort(__hmax(a, b));
}

extern "C" __global__ void rounding(const float* x, const double* d, int* i, float* f, double* g, int n) {
  int t = threadIdx.x;
  if (t >= n) return;
  float v = x[t];
  i[t * 6 + 0] = __float2int_rn(v);
  i[t * 6 + 1] = __float2int_rz(v);
  i[t * 6 + 2] = __float2int_rd(v);
  i[t * 6 + 3] = __float2int_ru(v);
  i[t * 6 + 4] = (int)(unsigned char)v;
  i[t * 6 + 5] = __double2int_rn(d[t]);
  f[t * 6 + 0] = __fadd_rz(v, 1e-7f);
  f[t * 6 + 1] = __fmul_ru(v, 1.1f);
  f[t * 6 + 2] = __fmaf_rd(v, v, -0.1f);
  f[t * 6 + 3] = __double2float_rz(d[t]);
  f[t * 6 + 4] = __fdiv_ru(v, 3.0f);
  f[t * 6 + 5] = rintf(v) + truncf(v) * 2;
  g[t * 4 + 0] = __dadd_ru(d[t], 1e-17);
  g[t * 4 + 1] = __dmul_rd(d[t], 1.1);
  g[t * 4 + 2] = __ddiv_rz(d[t], 3.0);
  g[t * 4 + 3] = __fma_ru(d[t], d[t], 0.1);
}

extern "C" __global__ void bits(const unsigned* x, unsigned* y, int n) {
  int t = threadIdx.x;
  if (t >= n) return;
  unsigned v = x[t];
  unsigned* o = y + t * 12;
  o[0] = __popc(v); o[1] = __clz(v); o[2] = __brev(v); o[3] = __ffs(v);
  o[4] = __byte_perm(v, ~v, 0x5140); o[5] = __funnelshift_l(v, ~v, 7); o[6] = __umulhi(v, 0x9e3779b9u);
  o[7] = (unsigned)(((unsigned long long)v * v) >> 7); o[8] = (v >> 3) & 0x1f; o[9] = __dp4a((int)v, 0x01020304, 5);
  o[10] = (unsigned)((int)v / 7); o[11] = v % 11u;
}

extern "C" __global__ void votes(const int* x, unsigned* y) {
  int v = x[threadIdx.x];
  unsigned m = 0xffffffff;
  unsigned* o = y + threadIdx.x * 8;
  o[0] = __ballot_sync(m, v > 3);
  o[1] = __all_sync(m, v >= 0) * 2 + __any_sync(m, v == 7);
  o[2] = __match_any_sync(m, v);
  o[3] = __reduce_add_sync(m, v);
  o[4] = __reduce_max_sync(m, v);
  o[5] = v % 2 ? __activemask() : 0;
  o[6] = __shfl_sync(m, v, (threadIdx.x + 5) % 32);
  o[7] = __shfl_xor_sync(m, v, 1, 8);
}

extern "C" __global__ void pipeline(const int4* x, int4* y, int n) {
  __shared__ int4 stage[2][64];
  int t = threadIdx.x, tiles = n / 64;
  __pipeline_memcpy_async(&stage[0][t], &x[t], 16);
  __pipeline_commit();
  for (int i = 0; i < tiles; i++) {
    if (i + 1 < tiles) __pipeline_memcpy_async(&stage[(i + 1) % 2][t], &x[(i + 1) * 64 + t], 16);
    __pipeline_commit();
    __pipeline_wait_prior(1);
    __syncthreads();
    int4 v = stage[i % 2][63 - t];
    v.x += i;
    y[i * 64 + t] = v;
    __syncthreads();
  }
}

extern "C" __global__ void functions(const float* x, float* y, const double* d, double* e, int n) {
  int t = blockIdx.x * blockDim.x + threadIdx.x;
  if (t >= n) return;
  float v = x[t];
  y[t * 10 + 0] = expf(v); y[t * 10 + 1] = logf(fabsf(v)); y[t * 10 + 2] = sinf(v * 1000);
  y[t * 10 + 3] = tanhf(v); y[t * 10 + 4] = powf(fabsf(v), 1.7f); y[t * 10 + 5] = sqrtf(fabsf(v));
  y[t * 10 + 6] = erff(v); y[t * 10 + 7] = fmodf(v, 0.7f); y[t * 10 + 8] = __expf(v); y[t * 10 + 9] = atan2f(v, 0.3f);
  double w = d[t];
  e[t * 6 + 0] = exp(w); e[t * 6 + 1] = log(fabs(w)); e[t * 6 + 2] = sin(w); e[t * 6 + 3] = cbrt(w);
  e[t * 6 + 4] = pow(fabs(w), 2.5); e[t * 6 + 5] = 1 / sqrt(fabs(w));
}

extern "C" __global__ void wide(const unsigned long long* a, const unsigned long long* b, unsigned long long* y, int n) {
  int t = threadIdx.x;
  if (t >= n) return;
  unsigned __int128 p = (unsigned __int128)a[t] * b[t] + 12345;
  y[t * 4 + 0] = (unsigned long long)p;
  y[t * 4 + 1] = (unsigned long long)(p >> 64);
  y[t * 4 + 2] = a[t] / (b[t] | 1);
  y[t * 4 + 3] = a[t] % (b[t] | 1);
}
