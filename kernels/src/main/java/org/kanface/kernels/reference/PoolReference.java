package org.kanface.kernels.reference;

import java.lang.foreign.ValueLayout;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Pool2d;
import org.kanface.kernels.PoolKernels;

/// Pooling by the definition: each window is visited pixel by pixel.
record PoolReference(DType type) implements PoolKernels {
  /// The part of a window that lies inside the image: rows `top … bottom - 1`, columns likewise.
  private record Window(long top, long bottom, long left, long right) {
    static Window of(Pool2d s, long i, long j) {
      long row = i * s.strideH() - s.padH();
      long column = j * s.strideW() - s.padW();
      return new Window(
          Math.max(row, 0),
          Math.min(row + s.kh(), s.h()),
          Math.max(column, 0),
          Math.min(column + s.kw(), s.w()));
    }

    static Window adaptive(long h, long w, long outH, long outW, long i, long j) {
      return new Window(
          i * h / outH,
          Math.ceilDiv((i + 1) * h, outH),
          j * w / outW,
          Math.ceilDiv((j + 1) * w, outW));
    }

    long area() {
      return (bottom - top) * (right - left);
    }
  }

  /// The window of output `(i, j)` and what its sum is divided by.
  private interface Windows {
    Window at(long i, long j);

    default double divisor(long i, long j) {
      return at(i, j).area();
    }

    static Windows of(Pool2d s, boolean countPadding) {
      return new Windows() {
        @Override
        public Window at(long i, long j) {
          return Window.of(s, i, j);
        }

        @Override
        public double divisor(long i, long j) {
          return countPadding ? (double) s.kh() * s.kw() : at(i, j).area();
        }
      };
    }
  }

  @Override
  public void maxForward(Pool2d s, Memory x, Memory y, Memory argmax) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    var indices = ((HostMemory) argmax).segment();
    long at = 0;
    for (long n = 0; n < s.n(); n++) {
      for (long i = 0; i < s.outH(); i++) {
        for (long j = 0; j < s.outW(); j++) {
          for (long c = 0; c < s.c(); c++) {
            long best = firstMaximum(s, xs, n, Window.of(s, i, j), c);
            ys.set(at, xs.get((n * s.h() * s.w() + best) * s.c() + c));
            indices.setAtIndex(ValueLayout.JAVA_LONG, at++, best);
          }
        }
      }
    }
  }

  private static long firstMaximum(Pool2d s, Elements x, long n, Window w, long c) {
    long best = w.top * s.w() + w.left;
    double highest = x.get((n * s.h() * s.w() + best) * s.c() + c);
    for (long row = w.top; row < w.bottom; row++) {
      for (long column = w.left; column < w.right; column++) {
        long offset = row * s.w() + column;
        double value = x.get((n * s.h() * s.w() + offset) * s.c() + c);
        if (value > highest || (Double.isNaN(value) && !Double.isNaN(highest))) {
          best = offset;
          highest = value;
        }
      }
    }
    return best;
  }

  @Override
  public void maxBackward(Pool2d s, Memory argmax, Memory dy, Memory dx) {
    var dys = Elements.of(dy, type);
    var dxs = Elements.of(dx, type);
    long pixels = s.outH() * s.outW();
    for (long n = 0; n < s.n(); n++) {
      for (long c = 0; c < s.c(); c++) {
        var sums = new double[Math.toIntExact(s.h() * s.w())];
        for (long p = 0; p < pixels; p++) {
          long at = (n * pixels + p) * s.c() + c;
          sums[(int) Elements.index(argmax, at)] += dys.get(at);
        }
        storePlane(sums, dxs, n, s.c(), c);
      }
    }
  }

  private static void storePlane(double[] plane, Elements target, long n, long channels, long c) {
    for (int p = 0; p < plane.length; p++) {
      target.set((n * plane.length + p) * channels + c, plane[p]);
    }
  }

  @Override
  public void averageForward(Pool2d s, boolean countPadding, Memory x, Memory y) {
    var windows = Windows.of(s, countPadding);
    forward(s.n(), s.h(), s.w(), s.c(), s.outH(), s.outW(), windows, x, y);
  }

  @Override
  public void averageBackward(Pool2d s, boolean countPadding, Memory dy, Memory dx) {
    var windows = Windows.of(s, countPadding);
    backward(s.n(), s.h(), s.w(), s.c(), s.outH(), s.outW(), windows, dy, dx);
  }

  @Override
  public void adaptiveAverageForward(
      long n, long h, long w, long c, long outH, long outW, Memory x, Memory y) {
    Windows windows = (i, j) -> Window.adaptive(h, w, outH, outW, i, j);
    forward(n, h, w, c, outH, outW, windows, x, y);
  }

  @Override
  public void adaptiveAverageBackward(
      long n, long h, long w, long c, long outH, long outW, Memory dy, Memory dx) {
    Windows windows = (i, j) -> Window.adaptive(h, w, outH, outW, i, j);
    backward(n, h, w, c, outH, outW, windows, dy, dx);
  }

  private void forward(
      long images,
      long h,
      long w,
      long channels,
      long outH,
      long outW,
      Windows windows,
      Memory x,
      Memory y) {
    var xs = Elements.of(x, type);
    var ys = Elements.of(y, type);
    long at = 0;
    for (long n = 0; n < images; n++) {
      for (long i = 0; i < outH; i++) {
        for (long j = 0; j < outW; j++) {
          var window = windows.at(i, j);
          for (long c = 0; c < channels; c++) {
            double sum = 0;
            for (long row = window.top; row < window.bottom; row++) {
              for (long column = window.left; column < window.right; column++) {
                sum += xs.get(((n * h + row) * w + column) * channels + c);
              }
            }
            ys.set(at++, sum / windows.divisor(i, j));
          }
        }
      }
    }
  }

  private void backward(
      long images,
      long h,
      long w,
      long channels,
      long outH,
      long outW,
      Windows windows,
      Memory dy,
      Memory dx) {
    var dys = Elements.of(dy, type);
    var dxs = Elements.of(dx, type);
    for (long n = 0; n < images; n++) {
      for (long c = 0; c < channels; c++) {
        var sums = new double[Math.toIntExact(h * w)];
        for (long i = 0; i < outH; i++) {
          for (long j = 0; j < outW; j++) {
            var window = windows.at(i, j);
            double share =
                dys.get(((n * outH + i) * outW + j) * channels + c) / windows.divisor(i, j);
            for (long row = window.top; row < window.bottom; row++) {
              for (long column = window.left; column < window.right; column++) {
                sums[(int) (row * w + column)] += share;
              }
            }
          }
        }
        storePlane(sums, dxs, n, channels, c);
      }
    }
  }
}
