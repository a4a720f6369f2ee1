package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;

import org.kanface.kernels.Conv2d;
import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// The gradient of the input of a convolution whose patches do not overlap (kernel = stride, no
/// padding): one product `dy [n outH outW, outC] · weight [outC, kh kw c]`, whose blocks of rows
/// are laid back into the image run by run. Pixels that no patch covers are zeros.
final class ConvGradPatches {
  private static final long BLOCK = 64 << 10; // elements: a quarter of a 1 MB cache

  private ConvGradPatches() {}

  static boolean handles(Conv2d s) {
    return s.groups() == 1
        && s.kh() * s.kw() > 1
        && s.kh() == s.strideH()
        && s.kw() == s.strideW()
        && s.padH() == 0
        && s.padW() == 0
        && s.dilationH() == 1
        && s.dilationW() == 1;
  }

  static void run(Conv2d s, long dy, long weight, long dx) {
    var job = product(s, dy, weight);
    long width = job.n();
    long line = width * Float.BYTES;
    if (s.outH() * s.kh() != s.h() || s.outW() * s.kw() != s.w()) {
      SPACE.asSlice(dx, s.inputNumel() * Float.BYTES).fill((byte) 0);
    }
    long panels = GemmThreads.pack(job);
    long tiles = Math.clamp(BLOCK / width / GemmTile.ROWS, 1, GemmBlock.HEIGHT / GemmTile.ROWS);
    Chunks.forEach(
        job.m(),
        tiles * GemmTile.ROWS,
        (from, to) -> {
          long block = Scratch.PATCHES.address((to - from) * line);
          GemmBlock.compute(job.rows(from, to, block, line), 0, to - from, 0, width, panels);
          spread(s, from, to, block, line, dx);
        });
  }

  /// `dy · weight`: for each output the gradients of the patch that it saw, `[kh, kw, c]`. Goes to
  /// blocks of its own, so that it has no `c`.
  static GemmJob product(Conv2d s, long dy, long weight) {
    long width = (long) s.kh() * s.kw() * s.c();
    long line = width * Float.BYTES;
    return new GemmJob(
        s.n() * s.outH() * s.outW(),
        width,
        s.outC(),
        new Stored(dy, s.outC() * Float.BYTES, Float.BYTES),
        new Stored(weight, line, Float.BYTES),
        0,
        line,
        1,
        false,
        GemmEpilogue.NONE);
  }

  /// Copies patches `from … to` to their places, those of one row of patches at once.
  private static void spread(Conv2d s, long from, long to, long block, long line, long dx) {
    long run = s.kw() * s.c();
    for (long r = from; r < to; ) {
      long j = r % s.outW();
      long i = r / s.outW() % s.outH();
      long n = r / s.outW() / s.outH();
      long count = Math.min(to - r, s.outW() - j);
      for (long u = 0; u < s.kh(); u++) {
        long pixel = (n * s.h() + i * s.kh() + u) * s.w() + j * s.kw();
        ConvRuns.copy(
            block + (r - from) * line + u * run * Float.BYTES,
            line,
            dx + pixel * s.c() * Float.BYTES,
            run * Float.BYTES,
            count,
            run);
      }
      r += count;
    }
  }
}
