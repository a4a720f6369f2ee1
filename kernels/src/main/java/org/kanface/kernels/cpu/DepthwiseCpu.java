package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.LANES;

import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Workers;

/// Depthwise convolutions (one kernel per channel) over native addresses: vectors of channels, with
/// sums of neighbouring pixels in registers. Kernel rows outside the image cost nothing.
///
/// Work is cut by image and vector of channels; the gradient of the weights sums fixed groups of
/// images, then the groups in order, so that the number of threads never shows.
final class DepthwiseCpu {
  private static final long TASK = 1L << 17; // multiply-adds: about 2 µs of one core
  private static final long GROUPS = 16; // of images, for the gradient of the weights

  private DepthwiseCpu() {}

  /// One pass of a kernel over padded images: forward, or the gradient of the input.
  private record Pass(
      long images,
      long channels,
      long outH,
      long outW,
      int kh,
      int kw,
      int stride,
      int strideW,
      int dilation,
      int dilationW,
      long top,
      long spreadH,
      DepthwisePlane plane) {

    long blocks() {
      return (channels + LANES - 1) / LANES;
    }
  }

  /// `y = x * weight + bias`; `bias` is 0 where absent.
  static void forward(Conv2d s, long x, long weight, long bias, long y) {
    long kernel = kernel(s, weight, false);
    var plane =
        new DepthwisePlane(s.h(), s.w(), s.w() * s.c() * 4, s.c() * 4, width(s), s.padW(), 1);
    run(
        new Pass(
            s.n(),
            s.c(),
            s.outH(),
            s.outW(),
            s.kh(),
            s.kw(),
            s.strideH(),
            s.strideW(),
            s.dilationH(),
            s.dilationW(),
            s.padH(),
            1,
            plane),
        x,
        kernel,
        biases(s.c(), bias),
        y);
  }

  /// `dx`: a convolution of `dy`, its pixels spread by the stride, with the kernel turned around.
  static void gradInput(Conv2d s, long dy, long weight, long dx) {
    long kernel = kernel(s, weight, true);
    long left = (long) s.dilationW() * (s.kw() - 1) - s.padW();
    long top = (long) s.dilationH() * (s.kh() - 1) - s.padH();
    long width = s.w() + (long) s.dilationW() * (s.kw() - 1);
    var plane =
        new DepthwisePlane(
            s.outH(), s.outW(), s.outW() * s.c() * 4, s.c() * 4, width, left, s.strideW());
    run(
        new Pass(
            s.n(),
            s.c(),
            s.h(),
            s.w(),
            s.kh(),
            s.kw(),
            1,
            1,
            s.dilationH(),
            s.dilationW(),
            top,
            s.strideH(),
            plane),
        dy,
        kernel,
        biases(s.c(), 0),
        dx);
  }

  /// Columns of a padded row that any output reads, and at least all of the image.
  private static long width(Conv2d s) {
    return Math.max(
        (s.outW() - 1) * s.strideW() + (long) s.dilationW() * (s.kw() - 1) + 1, s.padW() + s.w());
  }

  private static void run(Pass p, long from, long kernel, long biases, long to) {
    long inImage = p.plane.rows() * p.plane.rowStep();
    long outImage = p.outH * p.outW * p.channels * 4;
    long tasks = p.images * p.blocks();
    long together = Math.max(1, TASK / (p.outH * p.outW * p.kh * p.kw * LANES));
    Workers.forEach(
        (tasks + together - 1) / together,
        chunk -> {
          long plane = Scratch.PATCHES.address(p.plane.bytes());
          p.plane.clear(plane);
          long end = Math.min(tasks, (chunk + 1) * together);
          for (long t = chunk * together; t < end; t++) {
            long image = t / p.blocks();
            long block = t % p.blocks();
            int lanes = (int) Math.min(LANES, p.channels - block * LANES);
            p.plane.copy(from + image * inImage + block * BYTES, lanes, plane);
            image(
                p,
                plane,
                kernel + block * p.kh * p.kw * BYTES,
                biases + block * BYTES,
                to + image * outImage + block * BYTES,
                lanes);
          }
        });
  }

  /// One vector of channels of one image.
  private static void image(Pass p, long plane, long kernel, long bias, long to, int lanes) {
    long pixel = p.channels * 4;
    long parts = (p.outW + DepthwiseTile.MOST - 1) / DepthwiseTile.MOST;
    long part = (p.outW + parts - 1) / parts;
    for (long i = 0; i < p.outH; i++) {
      // rows r = i stride + u dilation - top of the spread image that hold pixels
      long first = i * p.stride - p.top;
      int u = 0;
      while (u < p.kh && !holds(p, first + (long) u * p.dilation)) {
        u++;
      }
      int step = 1;
      while (u + step < p.kh && !holds(p, first + (long) (u + step) * p.dilation)) {
        step++;
      }
      int count = 0;
      for (int v = u; v < p.kh && holds(p, first + (long) v * p.dilation); v += step) {
        count++;
      }
      long row = count == 0 ? 0 : (first + (long) u * p.dilation) / p.spreadH;
      long down = (long) step * p.dilation / p.spreadH;
      var sums =
          new DepthwiseTile.Sums(
              count,
              p.kw,
              (long) step * p.kw * BYTES,
              BYTES,
              down * p.plane.rowBytes(),
              (long) p.dilationW * BYTES,
              (long) p.strideW * BYTES,
              0,
              pixel);
      for (long j = 0; j < p.outW; j += part) {
        DepthwiseTile.run(
            sums,
            kernel + (long) u * p.kw * BYTES,
            plane + row * p.plane.rowBytes() + j * p.strideW * BYTES,
            bias,
            to + (i * p.outW + j) * pixel,
            (int) Math.min(part, p.outW - j),
            lanes);
      }
    }
  }

  private static boolean holds(Pass p, long row) {
    return row >= 0 && row % p.spreadH == 0 && row / p.spreadH < p.plane.rows();
  }

  /// `dweight[c, u, v] = Σ dy[n, i, j, c] x[n, i stride + u dilation - pad, …, c]`.
  static void gradWeight(Conv2d s, long x, long dy, long dweight) {
    long blocks = (s.c() + LANES - 1) / LANES;
    long groups = Math.min(GROUPS, s.n());
    long together = (s.n() + groups - 1) / groups;
    long taps = (long) s.kh() * s.kw();
    long partials = Scratch.PARTIALS.address(Math.max(1, groups) * blocks * taps * BYTES);
    Workers.forEach(
        groups * blocks,
        t -> {
          long end = Math.min(s.n(), (t / blocks + 1) * together);
          long sums = partials + t * taps * BYTES;
          SPACE.asSlice(sums, taps * BYTES).fill((byte) 0);
          addWeights(s, x, dy, t / blocks * together, end, t % blocks, sums);
        });
    for (long c = 0; c < s.c(); c++) {
      for (long tap = 0; tap < taps; tap++) {
        float sum = 0;
        for (long g = 0; g < groups; g++) {
          long at = ((g * blocks + c / LANES) * taps + tap) * BYTES + c % LANES * 4;
          sum += SPACE.get(FLOAT, partials + at);
        }
        SPACE.set(FLOAT, dweight + (c * taps + tap) * 4, sum);
      }
    }
  }

  /// Adds the images `from … to` to `sums [kh, kw]` of one vector of channels.
  private static void addWeights(
      Conv2d s, long x, long dy, long from, long to, long block, long sums) {
    int lanes = (int) Math.min(LANES, s.c() - block * LANES);
    long pixel = s.c() * 4;
    var in = new DepthwisePlane(s.h(), s.w(), s.w() * pixel, pixel, width(s), s.padW(), 1);
    var out = new DepthwisePlane(s.outH(), s.outW(), s.outW() * pixel, pixel, s.outW(), 0, 1);
    long image = Scratch.PATCHES.address(in.bytes() + out.bytes());
    long gradient = image + in.bytes();
    in.clear(image);
    for (long n = from; n < to; n++) {
      in.copy(x + n * s.h() * s.w() * pixel + block * BYTES, lanes, image);
      out.copy(dy + n * s.outH() * s.outW() * pixel + block * BYTES, lanes, gradient);
      for (int u = 0; u < s.kh(); u++) {
        // rows i of dy for which i stride + offset lies in the image
        long offset = (long) u * s.dilationH() - s.padH();
        long first = offset >= 0 ? 0 : (-offset + s.strideH() - 1) / s.strideH();
        long last = Math.min(s.outH() - 1, Math.floorDiv(s.h() - 1 - offset, s.strideH()));
        if (last < first) {
          continue;
        }
        var terms =
            new DepthwiseTile.Sums(
                (int) (last - first + 1),
                (int) s.outW(),
                out.rowBytes(),
                BYTES,
                s.strideH() * in.rowBytes(),
                (long) s.strideW() * BYTES,
                (long) s.dilationW() * BYTES,
                BYTES,
                BYTES);
        long row = image + (first * s.strideH() + offset) * in.rowBytes();
        for (int v = 0; v < s.kw(); v += DepthwiseTile.MOST) {
          long tap = sums + ((long) u * s.kw() + v) * BYTES;
          DepthwiseTile.run(
              terms,
              gradient + first * out.rowBytes(),
              row + (long) v * s.dilationW() * BYTES,
              tap,
              tap,
              Math.min(DepthwiseTile.MOST, s.kw() - v),
              LANES);
        }
      }
    }
  }

  /// The weights `[c, kh, kw]` as `[c / LANES, kh, kw, LANES]`, zeros after the last channel;
  /// turned around for the gradient of the input.
  private static long kernel(Conv2d s, long weight, boolean turned) {
    long blocks = (s.c() + LANES - 1) / LANES;
    int taps = s.kh() * s.kw();
    long target = Scratch.WEIGHTS.address(blocks * taps * BYTES);
    for (long c = 0; c < blocks * LANES; c++) {
      long to = target + c / LANES * taps * BYTES + c % LANES * 4;
      for (int tap = 0; tap < taps; tap++) {
        int from = turned ? taps - 1 - tap : tap;
        float w = c < s.c() ? SPACE.get(FLOAT, weight + (c * taps + from) * 4) : 0;
        SPACE.set(FLOAT, to + (long) tap * BYTES, w);
      }
    }
    return target;
  }

  /// The biases, or zeros, up to a whole vector.
  private static long biases(long channels, long bias) {
    long blocks = (channels + LANES - 1) / LANES;
    long target = Scratch.BIASES.address(blocks * BYTES);
    SPACE.asSlice(target, blocks * BYTES).fill((byte) 0);
    if (bias != 0) {
      SPACE.asSlice(target, channels * 4).copyFrom(SPACE.asSlice(bias, channels * 4));
    }
    return target;
  }
}
