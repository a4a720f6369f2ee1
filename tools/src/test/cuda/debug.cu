// Compiled with -G: every variable lies in local memory, structures are copied with their padding.
struct Packed { unsigned low : 5, high : 9; char tag; double value; };
__device__ __noinline__ Packed make(int i) {
  Packed p;
  p.low = i;
  p.high = i * 3;
  p.tag = 'a' + i;
  p.value = i * 0.5;
  return p;
}
extern "C" __global__ void copies(double* y) {
  Packed p = make(threadIdx.x), q = p;
  y[threadIdx.x] = q.low + q.high + q.tag + q.value;
}
extern "C" __global__ void unset(int* y, int n) {
  int a[4];
  for (int i = 0; i < n; i++) a[i] = i;
  y[threadIdx.x] = a[threadIdx.x];
}
extern "C" __global__ void chain(int* ready, int* y) {
  int b = blockIdx.x;
  if (b < gridDim.x - 1) {
    while (atomicAdd(&ready[b + 1], 0) == 0) {}
  }
  y[b] = b < gridDim.x - 1 ? y[b + 1] + 1 : 1;
  __threadfence();
  atomicExch(&ready[b], 1);
}
