package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.GemmTile.LAST;
import static org.kanface.kernels.cpu.Simd.F;
import static org.kanface.kernels.cpu.Simd.LANES;
import static org.kanface.kernels.cpu.Simd.ORDER;

import jdk.incubator.vector.FloatVector;

/// The matrix `[n outH outW, kh kw c]` of the patches that a convolution reads (im2col), of which
/// only the pieces asked for ever exist. Pixels outside the image are zeros.
///
/// @param image address of the first channel read
/// @param pixelStep bytes between pixels; more than `c` channels where there are groups
/// @param top rows above the image that the first patch begins with; may be negative
/// @param row first row of the matrix, see [#from]
/// @param col first column
record ConvPatches(
    long image,
    long pixelStep,
    long h,
    long w,
    long c,
    long outH,
    long outW,
    int kh,
    int kw,
    int strideH,
    int strideW,
    long top,
    long left,
    long dilationH,
    long dilationW,
    long row,
    long col)
    implements GemmMatrix {

  @Override
  public ConvPatches from(long moreRows, long moreCols) {
    return new ConvPatches(
        image,
        pixelStep,
        h,
        w,
        c,
        outH,
        outW,
        kh,
        kw,
        strideH,
        strideW,
        top,
        left,
        dilationH,
        dilationW,
        row + moreRows,
        col + moreCols);
  }

  /// Brings the rows of pixels that rows `i0 … i0 + rows` come from into the cache, in order.
  void read(long i0, long rows) {
    long first = (row + i0) / outW;
    long last = (row + i0 + rows - 1) / outW;
    long line = w * pixelStep;
    for (long i = first; i <= last; ) {
      long plane = i / outH;
      long stop = Math.min(last, plane * outH + outH - 1);
      long begin = Math.clamp(i % outH * strideH - top, 0, h);
      long end = Math.clamp(stop % outH * strideH - top + (kh - 1) * dilationH + 1, begin, h);
      CacheLines.read(image + (plane * h + begin) * line, 1, 0, (end - begin) * line);
      i = stop + 1;
    }
  }

  /// Copies rows `i0 … i0 + rows` and columns `j0 … j0 + cols` to rows `targetRow` bytes apart.
  void copy(long i0, long rows, long j0, long cols, long target, long targetRow) {
    if (cols == 0) {
      return;
    }
    boolean joined = dilationW == 1 && pixelStep == c * Float.BYTES;
    long first = row + i0;
    long j = first % outW;
    long i = first / outW % outH;
    long n = first / outW / outH;
    for (long r = 0; r < rows; ) {
      long plane = image + n * h * w * pixelStep;
      long y = i * strideH - top;
      long to = target + r * targetRow;
      if (joined) {
        long count = Math.min(rows - r, outW - j);
        copyJoined(plane, y, j, count, col + j0, cols, to, targetRow);
        r += count;
        j += count;
      } else {
        copyTaps(plane, y, j * strideW - left, col + j0, cols, to);
        r++;
        j++;
      }
      if (j == outW) {
        j = 0;
        if (++i == outH) {
          i = 0;
          n++;
        }
      }
    }
  }

  /// `count` patches side by side. A kernel row is one run of `kw * c` elements.
  private void copyJoined(
      long plane, long y, long j, long count, long from, long cols, long target, long targetRow) {
    long run = kw * c;
    long end = from + cols;
    // patches that no side of the image cuts
    long within = Math.clamp(Math.ceilDiv(left, strideW) - j, 0, count);
    long beyond = Math.clamp(Math.floorDiv(w - kw + left, strideW) + 1 - j, within, count);
    for (long u = from / run; u * run < end; u++) {
      long begin = Math.max(from - u * run, 0); // within the run
      long stop = Math.min(end - u * run, run);
      long line = y + u * dilationH;
      long to = target + (u * run + begin - from) * Float.BYTES;
      if (line < 0 || line >= h) {
        for (long r = 0; r < count; r++) {
          zero(to + r * targetRow, stop - begin);
        }
        continue;
      }
      long pixels = plane + line * w * pixelStep;
      for (long r = 0; r < within; r++) {
        copyCut(pixels, (j + r) * strideW - left, begin, stop, to + r * targetRow);
      }
      ConvRuns.copy(
          pixels + ((j + within) * strideW - left) * pixelStep + begin * Float.BYTES,
          strideW * pixelStep,
          to + within * targetRow,
          targetRow,
          beyond - within,
          stop - begin);
      for (long r = beyond; r < count; r++) {
        copyCut(pixels, (j + r) * strideW - left, begin, stop, to + r * targetRow);
      }
    }
  }

  /// Part of a run that begins at column `x`, cut off at the image's sides.
  private void copyCut(long pixels, long x, long begin, long stop, long to) {
    long inside = Math.clamp(-x * c, begin, stop);
    long outside = Math.clamp((w - x) * c, inside, stop);
    zero(to, inside - begin);
    copy(
        pixels + x * pixelStep + inside * Float.BYTES,
        to + (inside - begin) * Float.BYTES,
        outside - inside);
    zero(to + (outside - begin) * Float.BYTES, stop - outside);
  }

  private void copyTaps(long plane, long y, long x, long from, long cols, long target) {
    long end = from + cols;
    for (long tap = from / c; tap * c < end; tap++) {
      long begin = Math.max(from - tap * c, 0);
      long stop = Math.min(end - tap * c, c);
      long line = y + tap / kw * dilationH;
      long column = x + tap % kw * dilationW;
      long to = target + (tap * c + begin - from) * Float.BYTES;
      if (line < 0 || line >= h || column < 0 || column >= w) {
        zero(to, stop - begin);
      } else {
        copy(plane + (line * w + column) * pixelStep + begin * Float.BYTES, to, stop - begin);
      }
    }
  }

  private static void zero(long to, long count) {
    var zero = FloatVector.zero(F);
    long l = 0;
    for (; l + LANES <= count; l += LANES, to += BYTES) {
      zero.intoMemorySegment(SPACE, to, ORDER);
    }
    if (l < count) {
      zero.intoMemorySegment(SPACE, to, ORDER, LAST[(int) (count - l)]);
    }
  }

  static void copy(long from, long to, long count) {
    long l = 0;
    for (; l + LANES <= count; l += LANES, from += BYTES, to += BYTES) {
      FloatVector.fromMemorySegment(F, SPACE, from, ORDER).intoMemorySegment(SPACE, to, ORDER);
    }
    if (l < count) {
      var mask = LAST[(int) (count - l)];
      FloatVector.fromMemorySegment(F, SPACE, from, ORDER, mask)
          .intoMemorySegment(SPACE, to, ORDER, mask);
    }
  }
}
