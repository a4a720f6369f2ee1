package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;

import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Workers;

/// The gradient of an input of few channels, as a network's first convolution has: one product `dy
/// [n outH outW, outC] · weight [outC, kh kw c]`, whose rows are added to the pixels that the
/// output saw (col2im). A product with as few columns as there are channels would leave most of
/// each vector empty.
///
/// A task is an image, so every pixel's sum has one order.
final class ConvGradColumns {
  private static final long NARROW = 8; // channels, at most

  private ConvGradColumns() {}

  static boolean handles(Conv2d s) {
    return s.groups() == 1
        && s.c() <= NARROW
        && s.kh() * s.kw() > 1
        && s.kw() * s.c() >= Simd.LANES / 2
        && s.dilationH() == 1
        && s.dilationW() == 1;
  }

  static void run(Conv2d s, long dy, long weight, long dx) {
    var job = ConvGradPatches.product(s, dy, weight);
    long width = job.n();
    long line = width * Float.BYTES;
    long panels = GemmThreads.pack(job);
    long image = s.h() * s.w() * s.c() * Float.BYTES;
    long rows = Math.max(1, GemmBlock.HEIGHT / s.outW()); // of outputs, a block
    Workers.forEach(
        s.n(),
        n -> {
          long target = dx + n * image;
          SPACE.asSlice(target, image).fill((byte) 0);
          for (long i = 0; i < s.outH(); i += rows) {
            long count = Math.min(rows, s.outH() - i) * s.outW();
            long first = (n * s.outH() + i) * s.outW();
            long block = Scratch.PATCHES.address(count * line);
            GemmBlock.compute(
                job.rows(first, first + count, block, line), 0, count, 0, width, panels);
            for (long r = 0; r < count; r += s.outW()) {
              addRow(s, i + r / s.outW(), block + r * line, line, target);
            }
          }
        });
  }

  /// Adds the patches of the row `i` of outputs to their pixels.
  private static void addRow(Conv2d s, long i, long block, long line, long image) {
    long pixel = s.c() * Float.BYTES;
    long run = s.kw() * s.c();
    // outputs that no side of the image cuts
    long within = Math.clamp(Math.ceilDiv(s.padW(), s.strideW()), 0, s.outW());
    long last = Math.floorDiv(s.w() - s.kw() + s.padW(), (long) s.strideW());
    long beyond = Math.clamp(last + 1, within, s.outW());
    // neighbours overlap: one would wait for what the other has just stored
    long apart = Math.ceilDiv(s.kw(), s.strideW());
    for (int u = 0; u < s.kh(); u++) {
      long y = i * s.strideH() - s.padH() + u;
      if (y < 0 || y >= s.h()) {
        continue;
      }
      long from = block + u * run * Float.BYTES;
      long to = image + y * s.w() * pixel;
      for (long j = 0; j < within; j++) {
        addCut(s, j, from + j * line, to);
      }
      for (long j = within; j < Math.min(within + apart, beyond); j++) {
        ConvRuns.add(
            from + j * line,
            apart * line,
            to + (j * s.strideW() - s.padW()) * pixel,
            apart * s.strideW() * pixel,
            Math.ceilDiv(beyond - j, apart),
            run);
      }
      for (long j = beyond; j < s.outW(); j++) {
        addCut(s, j, from + j * line, to);
      }
    }
  }

  /// Adds what lies within the image of one patch's row.
  private static void addCut(Conv2d s, long j, long from, long to) {
    long x = j * s.strideW() - s.padW();
    long begin = Math.clamp(-x, 0, s.kw());
    long end = Math.clamp(s.w() - x, begin, s.kw());
    long pixel = s.c() * Float.BYTES;
    ConvRuns.add(from + begin * pixel, 0, to + (x + begin) * pixel, 0, 1, (end - begin) * s.c());
  }
}
