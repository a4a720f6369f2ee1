// Divergence, locks, calls, printing, waiting for other blocks.
#include <cstdio>
#include <cassert>
extern "C" __global__ void spin_lock(int* lock, int* counter) {
  while (atomicCAS(lock, 0, 1) != 0) {}
  __threadfence();
  *(volatile int*)counter = *(volatile int*)counter + 1;
  __threadfence();
  atomicExch(lock, 0);
}

__device__ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
extern "C" __global__ void recurse(int* y) { y[threadIdx.x] = fibonacci(threadIdx.x % 13); }

__device__ float square(float x) { return x * x; }
__device__ float half_of(float x) { return x / 2; }
__device__ float one_less(float x) { return x - 1; }
__device__ float (*functions[3])(float) = {square, half_of, one_less};
extern "C" __global__ void pointers(float* x, int n) {
  int i = threadIdx.x;
  if (i < n) x[i] = functions[i % 3](x[i]);
}

struct Particle { float x, y; double mass; short tag[3]; };
__device__ __noinline__ Particle moved(Particle p, float dx) { p.x += dx; p.mass *= 2; p.tag[1] += 5; return p; }
extern "C" __global__ void structures(Particle p, Particle* out, float dx) {
  p.y = threadIdx.x;
  out[threadIdx.x] = moved(p, dx * threadIdx.x);
}

extern "C" __global__ void says(int n) {
  if (threadIdx.x % 2 == 0) printf("block %d thread %2d %s %.3f %llx %c %u%%\n", blockIdx.x, threadIdx.x, n > 1 ? "many" : "one", threadIdx.x / 3.0, 0x123456789abULL, 'a' + threadIdx.x, 7u);
}

extern "C" __global__ void asserts(int* x) { assert(x[threadIdx.x] < 100); x[threadIdx.x] = 1; }

extern "C" __global__ void collatz(const unsigned* x, int* steps, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned long long v = x[i];
  int s = 0;
  while (v != 1) { v = v % 2 ? 3 * v + 1 : v / 2; s++; if (s > 10000) break; }
  steps[i] = s;
}

extern "C" __global__ void dispatch(int* x) {
  int v = x[threadIdx.x];
  switch (v) {
    case 0: v = 10; break;
    case 1: v = v * 7 + 1; break;
    case 2: v = -v; // falls through
    case 3: v += 100; break;
    case 4: v = v << 4; break;
    case 5: v = v ^ 0x55; break;
    case 6: v = threadIdx.x; break;
    case 7: v = __popc(v); break;
    default: v = 1000; 
  }
  x[threadIdx.x] = v;
}

// Every block waits for all others, twice.
extern "C" __global__ void grid_barrier(volatile int* arrived, int* x) {
  for (int phase = 1; phase <= 2; phase++) {
    if (threadIdx.x == 0) {
      x[blockIdx.x] += phase;
      __threadfence();
      atomicAdd((int*)arrived, 1);
      while (*arrived < phase * (int)gridDim.x) {}
    }
    __syncthreads();
    if (threadIdx.x == 0 && x[(blockIdx.x + 1) % gridDim.x] < (phase == 1 ? 1 : 3)) x[blockIdx.x] = -1000;
    __syncthreads();
  }
}

// A linked list on the device's heap.
struct Node { int value; Node* next; };
extern "C" __global__ void heap(int* y) {
  Node* head = nullptr;
  for (int i = 0; i < 5; i++) { Node* n = new Node; n->value = i + threadIdx.x; n->next = head; head = n; }
  int sum = 0;
  while (head) { sum = sum * 10 + head->value; Node* n = head->next; delete head; head = n; }
  y[threadIdx.x] = sum;
}

// Lanes wait for each other within a warp: each its turn.
extern "C" __global__ void turns(volatile int* turn, int* order) {
  int lane = threadIdx.x;
  while (*turn != lane) {}
  order[*turn] = lane * lane;
  __threadfence();
  *turn = lane + 1;
}

extern "C" __global__ void never(volatile int* flag) { while (*flag == 0) {} }

extern "C" __global__ void named_barriers(int* x) {
  __shared__ int box;
  if (threadIdx.x < 32) {
    if (threadIdx.x == 0) box = 42;
    asm volatile("bar.arrive 1, 64;" ::: "memory");
  } else {
    asm volatile("bar.sync 1, 64;" ::: "memory");
    x[threadIdx.x - 32] = box;
  }
  x[32 + threadIdx.x % 3] = __syncthreads_count(threadIdx.x % 3 == 0);
  x[40] = __syncthreads_and(1);
  x[41] = __syncthreads_or(threadIdx.x == 5);
}

// Waits that end by themselves are no deadlock.
extern "C" __global__ void patient(volatile int* flag, int* y) {
  int tries = 0;
  while (*flag == 0 && tries < 100000) tries++;
  long long start = clock64();
  while (clock64() - start < 5000 && *flag == 0) __nanosleep(64);
  y[threadIdx.x] = tries;
}
