// Pooling over NHWC images, float32. block (32, 8), a warp a pixel of 32 channels; grid: any, best ceil(c / 32) in x and
// pixels / 8 in y. Gradients are gathered: each input sums what reaches it, in a fixed order, without atomics.
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

// Calls f(image, row, column, channel, index) for this thread's elements of images of h x w pixels.
template <typename F>
static __device__ __forceinline__ void each(const Pool& p, int h, int w, F f) {
  const long long pixels = (long long)p.n * h * w;
  for (int c = blockIdx.x * 32 + threadIdx.x; c < p.c; c += gridDim.x * 32) {
    for (long long q = (long long)blockIdx.y * blockDim.y + threadIdx.y; q < pixels; q += (long long)gridDim.y * blockDim.y) {
      const long long row = q / w;
      f(row / h, (int)(row % h), (int)(q % w), c, q * p.c + c);
    }
  }
}

extern "C" __global__ void pool_max_forward_f32(
    const float* __restrict__ x, float* __restrict__ y, long long* __restrict__ argmax, Pool p) {
  each(p, p.outH, p.outW, [=](long long image, int i, int j, int c, long long at) {
    const Range rows = window(i, p.h, p.outH, p.kh, p.strideH, p.padH, false);
    const Range columns = window(j, p.w, p.outW, p.kw, p.strideW, p.padW, false);
    const float* plane = x + image * p.h * p.w * p.c + c;
    int best = rows.from * p.w + columns.from;
    float highest = plane[(long long)best * p.c];
    for (int row = rows.from; row < rows.to; row++) {
      for (int column = columns.from; column < columns.to; column++) {
        const int offset = row * p.w + column;
        const float v = plane[(long long)offset * p.c];
        if (v > highest || (v != v && highest == highest)) {
          best = offset;
          highest = v;
        }
      }
    }
    y[at] = highest;
    argmax[at] = best;
  });
}

extern "C" __global__ void pool_max_backward_f32(
    const long long* __restrict__ argmax, const float* __restrict__ dy, float* __restrict__ dx, Pool p) {
  each(p, p.h, p.w, [=](long long image, int row, int column, int c, long long at) {
    const Range is = reached(row, p.h, p.outH, p.kh, p.strideH, p.padH, false);
    const Range js = reached(column, p.w, p.outW, p.kw, p.strideW, p.padW, false);
    const int mine = row * p.w + column;
    float sum = 0.0f;
    for (int i = is.from; i < is.to; i++) {
      for (int j = js.from; j < js.to; j++) {
        const long long from = ((image * p.outH + i) * p.outW + j) * p.c + c;
        if (argmax[from] == mine) sum += dy[from];
      }
    }
    dx[at] = sum;
  });
}

static __device__ __forceinline__ float divisor(const Pool& p, int kind, Range rows, Range columns) {
  return kind == 1 ? (float)p.kh * (float)p.kw : (float)((rows.to - rows.from) * (columns.to - columns.from));
}

extern "C" __global__ void pool_average_forward_f32(
    const float* __restrict__ x, float* __restrict__ y, Pool p, int kind) {
  each(p, p.outH, p.outW, [=](long long image, int i, int j, int c, long long at) {
    const Range rows = window(i, p.h, p.outH, p.kh, p.strideH, p.padH, kind == ADAPTIVE);
    const Range columns = window(j, p.w, p.outW, p.kw, p.strideW, p.padW, kind == ADAPTIVE);
    const float* plane = x + image * p.h * p.w * p.c + c;
    float sum = 0.0f;
    for (int row = rows.from; row < rows.to; row++) {
      for (int column = columns.from; column < columns.to; column++) {
        sum += plane[((long long)row * p.w + column) * p.c];
      }
    }
    y[at] = sum / divisor(p, kind, rows, columns);
  });
}

extern "C" __global__ void pool_average_backward_f32(
    const float* __restrict__ dy, float* __restrict__ dx, Pool p, int kind) {
  each(p, p.h, p.w, [=](long long image, int row, int column, int c, long long at) {
    const Range is = reached(row, p.h, p.outH, p.kh, p.strideH, p.padH, kind == ADAPTIVE);
    const Range js = reached(column, p.w, p.outW, p.kw, p.strideW, p.padW, kind == ADAPTIVE);
    float sum = 0.0f;
    for (int i = is.from; i < is.to; i++) {
      const Range rows = window(i, p.h, p.outH, p.kh, p.strideH, p.padH, kind == ADAPTIVE);
      for (int j = js.from; j < js.to; j++) {
        const Range columns = window(j, p.w, p.outW, p.kw, p.strideW, p.padW, kind == ADAPTIVE);
        sum += dy[((image * p.outH + i) * p.outW + j) * p.c + c] / divisor(p, kind, rows, columns);
      }
    }
    dx[at] = sum;
  });
}
