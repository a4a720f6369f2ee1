// Pooling over NHWC images, float32. block (lanes, pixels): a lane has 4 channels of a pixel where c is a multiple of 4 and
// all addresses of 16 bytes, else 1; grid: any, best c / 4 / lanes in x and pixels / pixels of a block in y. Gradients are
// gathered: each input sums what reaches it, in a fixed order, without atomics.
//
// pool_max_forward_f32 (float* x, float* y, long long* argmax, Pool p)
//   y = the window's maximum (NaN wins), argmax = row * w + column of the first that has it
// pool_max_backward_f32 (long long* argmax, float* dy, float* dx, Pool p)
// pool_average_forward_f32 (float* x, float* y, Pool p, int kind)
// pool_average_backward_f32 (float* dy, float* dx, Pool p, int kind)
//   kind: 0 divides by what of the window lies in the image, 1 by the whole window; 2 is adaptive: output (i, j) has the
//   rows floor(i h / outH) ... ceil((i + 1) h / outH) - 1 and columns likewise, whatever p says about windows
//   Pool, by value, 48 bytes: int n, h, w, c, outH, outW, kh, kw, strideH, strideW, padH, padW

struct Pool {
  int n, h, w, c, outH, outW, kh, kw, strideH, strideW, padH, padW;
};

#define ADAPTIVE 2

// Part of an axis: from <= i < to.
struct Range {
  int from, to;
};

static __device__ __forceinline__ Range window(int i, int size, int out, int kernel, int stride, int pad, bool adaptive) {
  if (adaptive) {
    return {(int)((long long)i * size / out), (int)(((long long)(i + 1) * size + out - 1) / out)};
  }
  const int from = i * stride - pad;
  return {max(from, 0), min(from + kernel, size)};
}

// The outputs whose window has input i.
static __device__ __forceinline__ Range reached(int i, int size, int out, int kernel, int stride, int pad, bool adaptive) {
  if (adaptive) {
    return {(int)((long long)i * out / size), (int)(((long long)(i + 1) * out + size - 1) / size)};
  }
  const int last = i + pad;
  return {last < kernel ? 0 : (last - kernel) / stride + 1, min(last / stride + 1, out)};
}

// The channels that a thread has of a pixel: 4 side by side where c is a multiple of 4 and all addresses of 16 bytes, else 1.
template <int W>
struct Unit {
  float v[W];
};

static __device__ __forceinline__ bool fours(const Pool& p, const void* a, const void* b, const void* c = nullptr) {
  return (p.c & 3) == 0 && (((unsigned long long)a | (unsigned long long)b | (unsigned long long)c) & 15) == 0;
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

// Positions fit in 32 bits.
template <int W>
struct Places {
  int v[W];
};

template <int W>
static __device__ __forceinline__ Places<W> load(const long long* p) {
  if constexpr (W == 4) {
    const longlong2 a = ((const longlong2*)p)[0];
    const longlong2 b = ((const longlong2*)p)[1];
    return {{(int)a.x, (int)a.y, (int)b.x, (int)b.y}};
  } else {
    return {{(int)*p}};
  }
}

template <int W>
static __device__ __forceinline__ void store(long long* p, const Places<W>& u) {
  if constexpr (W == 4) {
    ((longlong2*)p)[0] = make_longlong2(u.v[0], u.v[1]);
    ((longlong2*)p)[1] = make_longlong2(u.v[2], u.v[3]);
  } else {
    *p = u.v[0];
  }
}

// Calls f(image, row, column, channel, pixel) for this thread's units of images of h x w pixels.
template <int W, typename F>
static __device__ __forceinline__ void each(const Pool& p, int h, int w, F f) {
  const long long pixels = (long long)p.n * h * w;
  const long long step = (long long)gridDim.y * blockDim.y;
  for (int c = (blockIdx.x * blockDim.x + threadIdx.x) * W; c < p.c; c += gridDim.x * blockDim.x * W) {
    for (long long q = (long long)blockIdx.y * blockDim.y + threadIdx.y; q < pixels; q += step) {
      const bool narrow = pixels <= 0x7fffffff; // a 64-bit division takes long
      const long long row = narrow ? (unsigned)q / (unsigned)w : q / w;
      const long long image = narrow ? (unsigned)row / (unsigned)h : row / h;
      f(image, (int)(row - image * h), (int)(q - row * w), c, q);
    }
  }
}

template <int W>
static __device__ __forceinline__ void maxForward(
    const float* __restrict__ x, float* __restrict__ y, long long* __restrict__ argmax, const Pool& p) {
  each<W>(p, p.outH, p.outW, [=](long long image, int i, int j, int c, long long q) {
    const Range rows = window(i, p.h, p.outH, p.kh, p.strideH, p.padH, false);
    const Range columns = window(j, p.w, p.outW, p.kw, p.strideW, p.padW, false);
    const float* plane = x + image * p.h * p.w * p.c + c;
    const int first = rows.from * p.w + columns.from;
    Unit<W> highest = load<W>(plane + (long long)first * p.c);
    Places<W> best;
#pragma unroll
    for (int k = 0; k < W; k++) best.v[k] = first;
    for (int row = rows.from; row < rows.to; row++) {
#pragma unroll 3
      for (int column = columns.from; column < columns.to; column++) {
        const int offset = row * p.w + column;
        const Unit<W> v = load<W>(plane + (long long)offset * p.c);
#pragma unroll
        for (int k = 0; k < W; k++) {
          if (v.v[k] > highest.v[k] || (v.v[k] != v.v[k] && highest.v[k] == highest.v[k])) {
            best.v[k] = offset;
            highest.v[k] = v.v[k];
          }
        }
      }
    }
    store<W>(y + q * p.c + c, highest);
    store<W>(argmax + q * p.c + c, best);
  });
}

extern "C" __global__ void __launch_bounds__(256) pool_max_forward_f32(
    const float* __restrict__ x, float* __restrict__ y, long long* __restrict__ argmax, Pool p) {
  if (fours(p, x, y, argmax)) maxForward<4>(x, y, argmax, p);
  else maxForward<1>(x, y, argmax, p);
}

// A thread has two by two inputs, so that it reads each maximum that may lie among them once.
template <int W>
static __device__ __forceinline__ void maxBackward(
    const long long* __restrict__ argmax, const float* __restrict__ dy, float* __restrict__ dx, const Pool& p) {
  each<W>(p, (p.h + 1) / 2, (p.w + 1) / 2, [=](long long image, int halfRow, int halfColumn, int c, long long) {
    const int row = 2 * halfRow;
    const int column = 2 * halfColumn;
    const int below = row + 1 < p.h ? row + 1 : row;
    const int right = column + 1 < p.w ? column + 1 : column;
    const Range is = {reached(row, p.h, p.outH, p.kh, p.strideH, p.padH, false).from,
                      reached(below, p.h, p.outH, p.kh, p.strideH, p.padH, false).to};
    const Range js = {reached(column, p.w, p.outW, p.kw, p.strideW, p.padW, false).from,
                      reached(right, p.w, p.outW, p.kw, p.strideW, p.padW, false).to};
    const int mine = row * p.w + column;
    Unit<W> sums[4] = {};
    for (int i = is.from; i < is.to; i++) {
      const long long line = (image * p.outH + i) * p.outW;
      for (int j = js.from; j < js.to; j++) {
        const Places<W> at = load<W>(argmax + (line + j) * p.c + c);
        const Unit<W> g = load<W>(dy + (line + j) * p.c + c);
#pragma unroll
        for (int k = 0; k < W; k++) {
          const int offset = at.v[k] - mine;
          if (offset == 0) sums[0].v[k] += g.v[k];
          if (offset == 1) sums[1].v[k] += g.v[k];
          if (offset == p.w) sums[2].v[k] += g.v[k];
          if (offset == p.w + 1) sums[3].v[k] += g.v[k];
        }
      }
    }
    float* out = dx + ((image * p.h + row) * p.w + column) * p.c + c;
    store<W>(out, sums[0]);
    if (right != column) store<W>(out + p.c, sums[1]);
    if (below != row) store<W>(out + (long long)p.w * p.c, sums[2]);
    if (right != column && below != row) store<W>(out + ((long long)p.w + 1) * p.c, sums[3]);
  });
}

extern "C" __global__ void __launch_bounds__(256) pool_max_backward_f32(
    const long long* __restrict__ argmax, const float* __restrict__ dy, float* __restrict__ dx, Pool p) {
  if (fours(p, argmax, dy, dx)) maxBackward<4>(argmax, dy, dx, p);
  else maxBackward<1>(argmax, dy, dx, p);
}

static __device__ __forceinline__ float divisor(const Pool& p, int kind, Range rows, Range columns) {
  return kind == 1 ? (float)p.kh * (float)p.kw : (float)((rows.to - rows.from) * (columns.to - columns.from));
}

template <int W>
static __device__ __forceinline__ void averageForward(
    const float* __restrict__ x, float* __restrict__ y, const Pool& p, int kind) {
  each<W>(p, p.outH, p.outW, [=](long long image, int i, int j, int c, long long q) {
    const Range rows = window(i, p.h, p.outH, p.kh, p.strideH, p.padH, kind == ADAPTIVE);
    const Range columns = window(j, p.w, p.outW, p.kw, p.strideW, p.padW, kind == ADAPTIVE);
    const float* plane = x + image * p.h * p.w * p.c + c;
    Unit<W> sum = {};
    for (int row = rows.from; row < rows.to; row++) {
#pragma unroll 3
      for (int column = columns.from; column < columns.to; column++) {
        const Unit<W> v = load<W>(plane + ((long long)row * p.w + column) * p.c);
#pragma unroll
        for (int k = 0; k < W; k++) sum.v[k] += v.v[k];
      }
    }
    const float by = divisor(p, kind, rows, columns);
#pragma unroll
    for (int k = 0; k < W; k++) sum.v[k] /= by;
    store<W>(y + q * p.c + c, sum);
  });
}

extern "C" __global__ void __launch_bounds__(256) pool_average_forward_f32(
    const float* __restrict__ x, float* __restrict__ y, Pool p, int kind) {
  if (fours(p, x, y)) averageForward<4>(x, y, p, kind);
  else averageForward<1>(x, y, p, kind);
}

template <int W>
static __device__ __forceinline__ void averageBackward(
    const float* __restrict__ dy, float* __restrict__ dx, const Pool& p, int kind) {
  each<W>(p, p.h, p.w, [=](long long image, int row, int column, int c, long long q) {
    const Range is = reached(row, p.h, p.outH, p.kh, p.strideH, p.padH, kind == ADAPTIVE);
    const Range js = reached(column, p.w, p.outW, p.kw, p.strideW, p.padW, kind == ADAPTIVE);
    Unit<W> sum = {};
    for (int i = is.from; i < is.to; i++) {
      const Range rows = window(i, p.h, p.outH, p.kh, p.strideH, p.padH, kind == ADAPTIVE);
      for (int j = js.from; j < js.to; j++) {
        const Range columns = window(j, p.w, p.outW, p.kw, p.strideW, p.padW, kind == ADAPTIVE);
        const float by = divisor(p, kind, rows, columns);
        const Unit<W> g = load<W>(dy + ((image * p.outH + i) * p.outW + j) * p.c + c);
#pragma unroll
        for (int k = 0; k < W; k++) sum.v[k] += g.v[k] / by;
      }
    }
    store<W>(dx + q * p.c + c, sum);
  });
}

extern "C" __global__ void __launch_bounds__(256) pool_average_backward_f32(
    const float* __restrict__ dy, float* __restrict__ dx, Pool p, int kind) {
  if (fours(p, dy, dx)) averageBackward<4>(dy, dx, p, kind);
  else averageBackward<1>(dy, dx, p, kind);
}
