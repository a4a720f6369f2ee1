package org.kanface.kernels.cpu;

import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Workers;
import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// The gradient of a convolution's input, by phases: the pixels `stride * i + phase` of each axis
/// see the same kernel taps, so each phase is a convolution of `dy` with stride 1 and those taps
/// turned around. Every pixel is written once; nothing is scattered or added twice.
final class ConvGradInput {
  private ConvGradInput() {}

  /// One axis of one phase: pixel `stride * i + phase`, `i < size`, reads `dy[i - before + t *
  /// dilation]` through kernel tap `last - t * step`, `t < count`.
  private record Phase(
      int phase, long size, int count, int last, int step, long before, int dilation) {
    static Phase of(int phase, long length, int kernel, int stride, int pad, int dilation) {
      int first = 0;
      while (first < kernel && (phase + pad - first * dilation) % stride != 0) {
        first++;
      }
      int step = 1;
      while (step * dilation % stride != 0) {
        step++;
      }
      int count = first < kernel ? (kernel - 1 - first) / step + 1 : 0;
      int last = first + (count - 1) * step;
      int apart = step * dilation / stride;
      long before = -(phase + pad - (long) last * dilation) / stride;
      return new Phase(
          phase, (length - phase + stride - 1) / stride, count, last, step, before, apart);
    }
  }

  static void run(Conv2d s, long dy, long weight, long dx) {
    for (int a = 0; a < Math.min(s.strideH(), s.h()); a++) {
      var rows = Phase.of(a, s.h(), s.kh(), s.strideH(), s.padH(), s.dilationH());
      for (int b = 0; b < Math.min(s.strideW(), s.w()); b++) {
        var cols = Phase.of(b, s.w(), s.kw(), s.strideW(), s.padW(), s.dilationW());
        for (long g = 0; g < s.groups(); g++) {
          phase(s, rows, cols, g, dy, weight, dx);
        }
      }
    }
  }

  private static void phase(
      Conv2d s, Phase rows, Phase cols, long group, long dy, long weight, long dx) {
    long outputs = s.outC() / s.groups();
    long channels = s.c() / s.groups();
    long pixel = s.c() * Float.BYTES;
    long target = dx + group * channels * Float.BYTES;
    var job =
        new GemmJob(
            s.n() * rows.size * cols.size,
            channels,
            (long) rows.count * cols.count * outputs,
            gradients(s, rows, cols, dy + group * outputs * Float.BYTES),
            new Stored(kernel(s, rows, cols, group, weight), channels * Float.BYTES, Float.BYTES),
            target,
            pixel,
            1,
            false,
            GemmEpilogue.NONE);
    if (s.strideH() == 1 && s.strideW() == 1) {
      GemmThreads.run(job);
    } else {
      spread(s, rows, cols, job);
    }
  }

  /// The patches of `dy` that the phase's pixels see, in place where each is one pixel.
  private static GemmMatrix gradients(Conv2d s, Phase rows, Phase cols, long dy) {
    long pixel = s.outC() * Float.BYTES;
    boolean pixels =
        s.kh() == 1
            && s.kw() == 1
            && s.strideH() == 1
            && s.strideW() == 1
            && s.padH() == 0
            && s.padW() == 0;
    return pixels
        ? new Stored(dy, pixel, Float.BYTES)
        : new ConvPatches(
            dy,
            pixel,
            s.outH(),
            s.outW(),
            s.outC() / s.groups(),
            rows.size,
            cols.size,
            rows.count,
            cols.count,
            1,
            1,
            rows.before,
            cols.before,
            rows.dilation,
            cols.dilation,
            0,
            0);
  }

  /// Computes blocks of the phase's pixels and copies each to its place.
  private static void spread(Conv2d s, Phase rows, Phase cols, GemmJob job) {
    long panels = GemmThreads.pack(job);
    long line = job.n() * Float.BYTES;
    Workers.forEach(
        (job.m() + GemmBlock.HEIGHT - 1) / GemmBlock.HEIGHT,
        t -> {
          long first = t * GemmBlock.HEIGHT;
          long end = Math.min(job.m(), first + GemmBlock.HEIGHT);
          long block = Scratch.PATCHES.address(GemmBlock.HEIGHT * line);
          GemmBlock.compute(job.rows(first, end, block, line), 0, end - first, 0, job.n(), panels);
          for (long r = first; r < end; r++) {
            long q = r % cols.size * s.strideW() + cols.phase;
            long p = r / cols.size % rows.size * s.strideH() + rows.phase;
            long n = r / cols.size / rows.size;
            ConvPatches.copy(
                block + (r - first) * line,
                job.c() + ((n * s.h() + p) * s.w() + q) * job.cRow(),
                job.n());
          }
        });
  }

  /// The phase's taps of one group of weights `[outC, kh, kw, c]` as `[taps, outC, c]`, turned
  /// around.
  private static long kernel(Conv2d s, Phase rows, Phase cols, long group, long weight) {
    long outputs = s.outC() / s.groups();
    long channels = s.c() / s.groups();
    long line = channels * Float.BYTES;
    long target =
        Scratch.WEIGHTS.address(Math.max(1, (long) rows.count * cols.count * outputs * line));
    long to = target;
    for (int u = 0; u < rows.count; u++) {
      for (int v = 0; v < cols.count; v++) {
        int tap = (rows.last - u * rows.step) * s.kw() + cols.last - v * cols.step;
        for (long o = 0; o < outputs; o++, to += line) {
          long from = weight + ((group * outputs + o) * s.kh() * s.kw() + tap) * line;
          ConvPatches.copy(from, to, channels);
        }
      }
    }
    return target;
  }
}
