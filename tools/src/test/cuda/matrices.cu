// Matrix products of a warp with operands in registers, matrices between shared memory and registers,
// copies that a barrier in shared memory waits for, atomics of several words.
#include <cuda_fp16.h>
#include <cstdint>

// c [16, 8] = a [16, 16] b [16, 8], through shared memory.
extern "C" __global__ void product_f16(const half* a, const half* b, float* c) {
  __shared__ __align__(16) half sa[256], sb[128];
  int l = threadIdx.x, g = l / 4, t = l % 4;
  for (int i = l; i < 256; i += 32) sa[i] = a[i];
  for (int i = l; i < 128; i += 32) sb[i] = b[i];
  __syncwarp();
  uint32_t x[4], y[2];
  float d[4] = {1, 1, 1, 1};
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3])
               : "r"((uint32_t)__cvta_generic_to_shared(&sa[l % 16 * 16 + l / 16 * 8])));
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
               : "=r"(y[0]), "=r"(y[1])
               : "r"((uint32_t)__cvta_generic_to_shared(&sb[l % 16 * 8])));
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
               "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]));
  for (int q = 0; q < 4; q++) c[(g + q / 2 * 8) * 8 + t * 2 + q % 2] = d[q];
}

// c [16, 8] = a [16, 8] b [8, 8].
extern "C" __global__ void product_tf32(const float* a, const float* b, float* c) {
  int l = threadIdx.x, g = l / 4, t = l % 4;
  float x[4], y[2], d[4] = {0, 0, 0, 0};
  for (int i = 0; i < 4; i++) x[i] = a[(g + i % 2 * 8) * 8 + t + i / 2 * 4];
  for (int i = 0; i < 2; i++) y[i] = b[(t + i * 4) * 8 + g];
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
               "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(__float_as_int(x[0])), "r"(__float_as_int(x[1])), "r"(__float_as_int(x[2])),
                 "r"(__float_as_int(x[3])), "r"(__float_as_int(y[0])), "r"(__float_as_int(y[1])));
  for (int q = 0; q < 4; q++) c[(g + q / 2 * 8) * 8 + t * 2 + q % 2] = d[q];
}

// c [16, 8] = a [16, 32] bt [8, 32]^T.
extern "C" __global__ void product_s8(const int8_t* a, const int8_t* bt, int* c) {
  int l = threadIdx.x, g = l / 4, t = l % 4;
  int x[4], y[2], d[4] = {0, 0, 0, 0};
  for (int i = 0; i < 4; i++) x[i] = *(const int*)(a + (g + i % 2 * 8) * 32 + t * 4 + i / 2 * 16);
  for (int i = 0; i < 2; i++) y[i] = *(const int*)(bt + g * 32 + t * 4 + i * 16);
  asm volatile("mma.sync.aligned.m16n8k32.row.col.satfinite.s32.s8.s8.s32 "
               "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
               : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]));
  for (int q = 0; q < 4; q++) c[(g + q / 2 * 8) * 8 + t * 2 + q % 2] = d[q];
}

// c [8, 8] = a [8, 4] b [4, 8].
extern "C" __global__ void product_f64(const double* a, const double* b, double* c) {
  int l = threadIdx.x, g = l / 4, t = l % 4;
  double d0 = 0, d1 = 0;
  asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, {%0, %1};"
               : "+d"(d0), "+d"(d1)
               : "d"(a[g * 4 + t]), "d"(b[t * 8 + g]));
  c[g * 8 + t * 2] = d0;
  c[g * 8 + t * 2 + 1] = d1;
}

// y = x^T, twice: in registers, and on the way to shared memory.
extern "C" __global__ void transpose_b16(const uint32_t* x, uint32_t* y) {
  __shared__ __align__(16) uint32_t s[32];
  uint32_t r;
  asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(r) : "r"(x[threadIdx.x]));
  y[threadIdx.x] = r;
  asm volatile("stmatrix.sync.aligned.m8n8.x1.trans.shared.b16 [%0], {%1};" ::
               "r"((uint32_t)__cvta_generic_to_shared(&s[threadIdx.x % 8 * 4])), "r"(x[threadIdx.x]));
  __syncwarp();
  y[32 + threadIdx.x] = s[threadIdx.x];
}

// y = x + 1 for 512 bytes a block, brought and taken by one thread.
extern "C" __global__ void bulk_copies(const int* x, int* y) {
  __shared__ __align__(16) int s[128];
  __shared__ __align__(8) uint64_t ready;
  uint32_t barrier = __cvta_generic_to_shared(&ready), to = __cvta_generic_to_shared(s);
  if (threadIdx.x == 0) asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" :: "r"(barrier));
  __syncthreads();
  if (threadIdx.x == 0) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], 512;" :: "r"(barrier));
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], 512, [%2];"
                 :: "r"(to), "l"(x + blockIdx.x * 128), "r"(barrier) : "memory");
  }
  uint32_t done = 0;
  while (!done)
    asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], 0; selp.b32 %0, 1, 0, p; }"
                 : "=r"(done) : "r"(barrier) : "memory");
  s[threadIdx.x] += 1;
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  __syncthreads();
  if (threadIdx.x == 0) {
    asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], 512;" :: "l"(y + blockIdx.x * 128), "r"(to));
    asm volatile("cp.async.bulk.commit_group;\n cp.async.bulk.wait_group 0;" ::: "memory");
  }
}

extern "C" __global__ void wide_atomics(float4* sums, unsigned __int128* count) {
  atomicAdd(sums, make_float4(1, 2, 3, 4));
  unsigned __int128 old = *count, seen;
  while ((seen = atomicCAS(count, old, old + (((unsigned __int128)1) << 64) + 1)) != old) old = seen;
}
