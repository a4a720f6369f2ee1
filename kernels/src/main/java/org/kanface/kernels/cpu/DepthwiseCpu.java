package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.LANES;

import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Workers;

/// Depthwise convolutions (one kernel per channel) over native addresses, forward and gradient of
/// the input: vectors of channels, with sums of neighbouring pixels in registers. Kernel rows
/// outside the image cost nothing. Work is cut by image and by channels.
final class DepthwiseCpu {
  private static final long TASK = 1L << 20; // multiply-adds: some 10 µs of one core

  private DepthwiseCpu() {}

  /// One pass of a kernel over padded images. Output row `i` reads rows `first[i] + a * down` of
  /// the plane through kernel rows `tap[i] + a * step`, `a < count[i]`.
  private record Pass(
      DepthwisePlane plane,
      long images,
      int outH,
      int outW,
      int kh,
      int kw,
      int stride,
      int[] first,
      int[] tap,
      int[] count,
      DepthwiseTile.Sums sums) {}

  /// `y = x * weight + bias`; `bias` is 0 where absent.
  static void forward(Conv2d s, long x, long weight, long bias, long y) {
    if (DepthwiseDirect.handles(s)) {
      DepthwiseDirect.convolve(s, x, weight, false, bias, y);
      return;
    }
    var plane = DepthwisePlane.of(s.h(), s.w(), s.c(), width(s), s.padW(), 1);
    var pass = pass(s, plane, s.outH(), s.outW(), s.strideH(), s.strideW(), s.padH(), 1);
    run(pass, x, kernel(s, weight, false), biases(s.c(), bias), y);
  }

  /// `dx`: a convolution of `dy`, its pixels spread by the stride, with the kernel turned around.
  static void gradInput(Conv2d s, long dy, long weight, long dx) {
    if (DepthwiseDirect.handles(s)) {
      DepthwiseDirect.convolve(s, dy, weight, true, 0, dx);
      return;
    }
    long reach = (long) s.dilationW() * (s.kw() - 1);
    var plane =
        DepthwisePlane.of(s.outH(), s.outW(), s.c(), s.w() + reach, reach - s.padW(), s.strideW());
    long top = (long) s.dilationH() * (s.kh() - 1) - s.padH();
    var pass = pass(s, plane, s.h(), s.w(), 1, 1, top, s.strideH());
    run(pass, dy, kernel(s, weight, true), biases(s.c(), 0), dx);
  }

  /// Columns of a padded row that any output reads, and at least all of the image.
  static long width(Conv2d s) {
    return Math.max(
        (s.outW() - 1) * s.strideW() + (long) s.dilationW() * (s.kw() - 1) + 1, s.padW() + s.w());
  }

  /// Finds which kernel rows meet image rows: those for which `i stride + u dilation - top` is a
  /// multiple of `spread` within the image.
  private static Pass pass(
      Conv2d s,
      DepthwisePlane plane,
      long outH,
      long outW,
      int strideH,
      int strideW,
      long top,
      int spread) {
    int rows = Math.toIntExact(outH);
    var first = new int[rows];
    var tap = new int[rows];
    var count = new int[rows];
    int step = 1; // kernel rows between those that fall on pixels
    while (step * s.dilationH() % spread != 0) {
      step++;
    }
    for (int i = 0; i < rows; i++) {
      for (int u = s.kh() - 1; u >= 0; u--) {
        long row = (long) i * strideH + (long) u * s.dilationH() - top;
        if (row >= 0 && row % spread == 0 && row / spread < plane.rows()) {
          first[i] = (int) (row / spread);
          tap[i] = u;
          count[i]++;
        }
      }
    }
    var sums =
        new DepthwiseTile.Sums(
            s.kw(),
            (long) step * s.kw() * BYTES,
            BYTES,
            (long) step * s.dilationH() / spread * plane.rowBytes(),
            s.dilationW() * plane.pixelBytes(),
            strideW * plane.pixelBytes(),
            0,
            s.c() * Float.BYTES);
    return new Pass(
        plane,
        s.n(),
        rows,
        Math.toIntExact(outW),
        s.kh(),
        s.kw(),
        strideW,
        first,
        tap,
        count,
        sums);
  }

  private static void run(Pass p, long from, long kernel, long biases, long to) {
    long parts = p.plane.parts();
    long tasks = p.images * parts;
    long work = (long) p.outH * p.outW * p.kh * p.kw * p.plane.blocks() * LANES;
    long together = Math.max(1, TASK / Math.max(1, work));
    Workers.forEach(
        (tasks + together - 1) / together,
        chunk -> {
          long plane = Scratch.PATCHES.address(p.plane.bytes());
          p.plane.clear(plane);
          long end = Math.min(tasks, (chunk + 1) * together);
          for (long t = chunk * together; t < end; t++) {
            image(p, t / parts, t % parts, plane, from, kernel, biases, to);
          }
        });
  }

  /// One part of the channels of one image.
  private static void image(
      Pass p, long n, long part, long plane, long from, long kernel, long biases, long to) {
    int channels = p.plane.channels();
    p.plane.copy(from + n * p.plane.imageBytes(), part, plane);
    long image = to + n * p.outH * p.outW * channels * Float.BYTES;
    for (int b = 0; b < p.plane.blocks(); b++) {
      int block = (int) part * p.plane.blocks() + b;
      int lanes = Math.min(LANES, channels - block * LANES);
      if (lanes > 0) {
        long taps = kernel + (long) block * p.kh * p.kw * BYTES;
        long at = (long) block * BYTES;
        rows(p, plane + (long) b * BYTES, taps, biases + at, image + at, lanes);
      }
    }
  }

  /// All output rows of one vector of channels.
  private static void rows(Pass p, long plane, long kernel, long bias, long to, int lanes) {
    int most = DepthwiseTile.NEAR;
    int parts = (p.outW + most - 1) / most;
    int part = (p.outW + parts - 1) / parts;
    long pixel = p.sums.outStep();
    boolean whole = lanes == LANES;
    var sums = whole ? p.sums : p.sums.tight();
    long tile = whole ? 0 : Scratch.TILE.address((long) DepthwiseTile.MOST * BYTES);
    for (int i = 0; i < p.outH; i++) {
      long row = plane + p.first[i] * p.plane.rowBytes();
      long taps = kernel + (long) p.tap[i] * p.kw * BYTES;
      for (int j = 0; j < p.outW; j += part) {
        long from = row + j * sums.movingStep();
        long out = to + ((long) i * p.outW + j) * pixel;
        int count = Math.min(part, p.outW - j);
        DepthwiseTile.run(sums, p.count[i], taps, from, bias, whole ? out : tile, count);
        if (!whole) {
          DepthwiseTile.copy(tile, BYTES, out, pixel, count, lanes);
        }
      }
    }
  }

  /// The weights `[c, kh, kw]` as `[c / LANES, kh, kw, LANES]`, zeros after the last channel;
  /// turned around for the gradient of the input.
  private static long kernel(Conv2d s, long weight, boolean turned) {
    int blocks = (int) ((s.c() + LANES - 1) / LANES);
    int taps = s.kh() * s.kw();
    long target = Scratch.WEIGHTS.address((long) blocks * taps * BYTES);
    for (int c = 0; c < blocks * LANES; c++) {
      long to = target + (long) (c / LANES) * taps * BYTES + c % LANES * 4L;
      long from = weight + (long) c * taps * 4;
      for (int tap = 0; tap < taps; tap++) {
        float w = c < s.c() ? SPACE.get(FLOAT, from + (turned ? taps - 1 - tap : tap) * 4L) : 0;
        SPACE.set(FLOAT, to + (long) tap * BYTES, w);
      }
    }
    return target;
  }

  /// The biases, or zeros, up to a whole vector.
  private static long biases(long channels, long bias) {
    long bytes = (channels + LANES - 1) / LANES * BYTES;
    long target = Scratch.BIASES.address(bytes);
    SPACE.asSlice(target, bytes).fill((byte) 0);
    if (bias != 0) {
      SPACE.asSlice(target, channels * 4).copyFrom(SPACE.asSlice(bias, channels * 4));
    }
    return target;
  }
}
