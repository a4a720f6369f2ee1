package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Workers;

/// `dweight[c, u, v] = Σ dy[n, i, j, c] x[n, i stride + u dilation - pad, …, c]` of a depthwise
/// convolution: sums of a row of taps in registers.
///
/// Fixed groups of images are summed each on its own, then the groups in order, so that the number
/// of threads never shows.
final class DepthwiseGradWeight {
  private static final long GROUPS = 16; // of images at most

  private DepthwiseGradWeight() {}

  static void run(Conv2d s, long x, long dy, long dweight) {
    if (DepthwiseDirect.handles(s)) {
      DepthwiseDirect.gradWeight(s, x, dy, dweight);
      return;
    }
    var in = DepthwisePlane.of(s.h(), s.w(), s.c(), DepthwiseCpu.width(s), s.padW(), 1);
    var out =
        new DepthwisePlane(
            (int) s.outH(), (int) s.outW(), (int) s.c(), (int) s.outW(), 0, 1, in.blocks());
    long blocks = in.parts() * in.blocks();
    long together = (s.n() + GROUPS - 1) / GROUPS;
    long groups = (s.n() + together - 1) / together;
    long taps = (long) s.kh() * s.kw();
    long partials = Scratch.PARTIALS.address((groups * blocks * taps + DepthwiseTile.MOST) * BYTES);
    DepthwiseTile.Sums terms = terms(s, in, out);
    Workers.forEach(
        groups * in.parts(),
        t -> {
          long part = t % in.parts();
          long first = t / in.parts() * together;
          long sums = partials + (t / in.parts() * blocks + part * in.blocks()) * taps * BYTES;
          SPACE.asSlice(sums, in.blocks() * taps * BYTES).fill((byte) 0);
          long image = Scratch.PATCHES.address(in.bytes() + out.bytes());
          long gradient = image + in.bytes();
          in.clear(image);
          for (long n = first; n < Math.min(s.n(), first + together); n++) {
            in.copy(x + n * in.imageBytes(), part, image);
            out.copy(dy + n * out.imageBytes(), part, gradient);
            for (int b = 0; b < in.blocks(); b++) {
              long at = (long) b * BYTES;
              addImage(s, in, out, terms, image + at, gradient + at, sums + at * taps);
            }
          }
        });
    Workers.forEach(
        (s.c() + LANES - 1) / LANES,
        block -> store(s, partials + block * taps * BYTES, groups, blocks, block, dweight));
  }

  /// The products of a kernel row, column by column.
  private static DepthwiseTile.Sums terms(Conv2d s, DepthwisePlane in, DepthwisePlane out) {
    return new DepthwiseTile.Sums(
        near(s) ? DepthwiseTile.NEAR : (int) s.outW(),
        out.rowBytes(),
        out.pixelBytes(),
        s.strideH() * in.rowBytes(),
        s.strideW() * in.pixelBytes(),
        s.dilationW() * in.pixelBytes(),
        BYTES,
        BYTES);
  }

  /// Whether neighbouring columns of `dy` meet neighbouring columns of the kernel.
  private static boolean near(Conv2d s) {
    return s.strideW() == s.dilationW() && s.outW() % DepthwiseTile.NEAR == 0;
  }

  /// Adds one image to the sums `[kh, kw]` of one vector of channels.
  private static void addImage(
      Conv2d s,
      DepthwisePlane in,
      DepthwisePlane out,
      DepthwiseTile.Sums terms,
      long image,
      long gradient,
      long sums) {
    int outW = (int) s.outW();
    int width = terms.inner(); // columns of dy a call
    int most = near(s) ? DepthwiseTile.NEAR : DepthwiseTile.MOST; // kernel columns a call
    for (int u = 0; u < s.kh(); u++) {
      // rows i of dy for which i stride + offset lies in the image
      int offset = u * s.dilationH() - s.padH();
      int first = offset >= 0 ? 0 : (-offset + s.strideH() - 1) / s.strideH();
      int last =
          (int) Math.min(s.outH() - 1, Math.floorDiv(s.h() - 1 - offset, (long) s.strideH()));
      if (last < first) {
        continue;
      }
      long row = image + ((long) first * s.strideH() + offset) * in.rowBytes();
      for (int v = 0; v < s.kw(); v += most) {
        long tap = sums + ((long) u * s.kw() + v) * BYTES;
        for (int j = 0; j < outW; j += width) {
          DepthwiseTile.run(
              terms,
              last - first + 1,
              gradient + first * out.rowBytes() + j * out.pixelBytes(),
              row + (v * s.dilationW() + j * s.strideW()) * in.pixelBytes(),
              tap,
              tap,
              Math.min(most, s.kw() - v));
        }
      }
    }
  }

  /// Sums the groups of one vector of channels in order and stores them as `[c, kh, kw]`.
  private static void store(
      Conv2d s, long partials, long groups, long blocks, long block, long dweight) {
    int taps = s.kh() * s.kw();
    long step = blocks * taps * BYTES;
    for (int tap = 0; tap < taps; tap++) {
      long at = partials + (long) tap * BYTES;
      var sum = FloatVector.fromMemorySegment(F, SPACE, at, ORDER);
      for (long g = 1; g < groups; g++) {
        sum = sum.add(FloatVector.fromMemorySegment(F, SPACE, at + g * step, ORDER));
      }
      sum.intoMemorySegment(SPACE, at, ORDER);
    }
    for (long c = block * LANES; c < Math.min(s.c(), (block + 1) * LANES); c++) {
      for (int tap = 0; tap < taps; tap++) {
        float sum = SPACE.get(FLOAT, partials + (long) tap * BYTES + (c - block * LANES) * 4);
        SPACE.set(FLOAT, dweight + (c * taps + tap) * 4, sum);
      }
    }
  }
}
