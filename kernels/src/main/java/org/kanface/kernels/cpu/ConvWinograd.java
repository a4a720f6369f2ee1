package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.GemmTile.COLS;
import static org.kanface.kernels.cpu.WinogradLine.POINTS;

import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Workers;
import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// 3 × 3 convolutions of stride 1 with a border of one pixel by Winograd's minimal filtering
/// `F(4 × 4, 3 × 3)`: image and taps are transformed to their values at 36 points, where the
/// convolution is a product of matrices for each, and back. A quarter of the multiplications.
///
/// Errors are some ten times those of direct sums, a few 1e-6 of the largest value, which is why
/// small convolutions, whose time matters little, do not come here.
final class ConvWinograd {
  private static final int ALL = POINTS * POINTS;
  private static final long LEAST_OUTPUTS = 128; // pixels that pay for transforming the taps
  private static final long BLOCK = 1 << 20; // bytes of a block at its points: a second-level cache
  private static final long LEAST = 4 * 12; // tiles that pay for reading all transformed taps
  private static final long MOST = 16 * 12;
  private static final long CHUNK = 8; // tiles transformed by one task
  private static final long PANEL_ROW = (long) COLS * Float.BYTES;

  private ConvWinograd() {}

  static boolean handles(Conv2d s) {
    return s.kh() == 3
        && s.kw() == 3
        && s.strideH() == 1
        && s.strideW() == 1
        && s.padH() == 1
        && s.padW() == 1
        && s.dilationH() == 1
        && s.dilationW() == 1
        && s.groups() == 1
        && s.c() % COLS == 0
        && s.outC() % COLS == 0
        && s.n() * s.h() * s.w() >= LEAST_OUTPUTS;
  }

  /// `y = x * weight + bias`, `bias` 0 where absent.
  static void forward(Conv2d s, long x, long weight, long bias, long y) {
    long panels = panels(s.c(), s.outC());
    long channels = s.c();
    Workers.forEach(s.outC() / COLS, t -> taps(channels, s.outC(), t, weight, panels));
    convolve(WinogradPlan.of(s), s.c(), s.outC(), x, panels, bias, y);
  }

  /// `dx` of `dy`: the same convolution with the taps turned around.
  static void gradInput(Conv2d s, long dy, long weight, long dx) {
    long panels = panels(s.outC(), s.c());
    Workers.forEach(s.c() / COLS, t -> turnedTaps(s.c(), s.outC(), t, weight, panels));
    convolve(WinogradPlan.of(s), s.outC(), s.c(), dy, panels, 0, dx);
  }

  // ---- taps -----------------------------------------------------------------------------------

  /// Where the transformed taps go: for each point a matrix `[in, out]` in panels.
  private static long panels(long in, long out) {
    return Scratch.WEIGHTS.address(ALL * pointBytes(in, out));
  }

  /// Bytes of one point's panels; not a power of two, whose lines would share a few cache sets.
  private static long pointBytes(long in, long out) {
    return GemmBlock.panelBytes(in, out) + Lanes.BYTES;
  }

  /// One panel from weights `[out, 3, 3, in]`, transposed first.
  private static void taps(long in, long out, long panel, long weight, long panels) {
    long rows = 9 * in;
    long transposed = Scratch.PATCHES.address(rows * PANEL_ROW + WinogradTile.BUFFER);
    long rowBytes = rows * Float.BYTES;
    long first = weight + panel * COLS * rowBytes;
    GemmTranspose.run(COLS, (int) rows, first, rowBytes, transposed, PANEL_ROW);
    long buffer = transposed + rows * PANEL_ROW;
    long target = panels + panel * in * PANEL_ROW;
    for (long at = 0; at < in * PANEL_ROW; at += Lanes.BYTES) {
      WinogradTile.taps(transposed + at, in * PANEL_ROW, target + at, pointBytes(in, out), buffer);
    }
  }

  /// One panel `[outC, COLS]` of the taps turned around, from the same weights as they lie.
  private static void turnedTaps(long c, long outC, long panel, long weight, long panels) {
    long buffer = Scratch.PATCHES.address(WinogradTile.BUFFER);
    long pixel = c * Float.BYTES;
    for (long o = 0; o < outC; o++) {
      long last = weight + (o * 9 + 8) * pixel + panel * PANEL_ROW;
      long target = panels + (panel * outC + o) * PANEL_ROW;
      for (long at = 0; at < PANEL_ROW; at += Lanes.BYTES) {
        WinogradTile.taps(last + at, -pixel, target + at, pointBytes(outC, c), buffer);
      }
    }
  }

  // ---- images ---------------------------------------------------------------------------------

  private static void convolve(
      WinogradPlan plan, long in, long out, long image, long panels, long bias, long target) {
    long together =
        Math.clamp(BLOCK / (ALL * Float.BYTES * (in + out)), LEAST, MOST) / LEAST * LEAST;
    long rows = Math.min(together, plan.tiles());
    Workers.forEach(
        Math.ceilDiv(plan.tiles(), together),
        t -> {
          long first = t * together;
          long count = Math.min(together, plan.tiles() - first);
          block(plan, first, count, rows, in, out, image, panels, bias, target);
        });
  }

  /// A block of tiles from image to output, on the calling thread.
  private static void block(
      WinogradPlan plan,
      long first,
      long count,
      long rows,
      long in,
      long out,
      long image,
      long panels,
      long bias,
      long target) {
    long inBytes = in * Float.BYTES;
    long outBytes = out * Float.BYTES;
    long inStep = rows * inBytes + Lanes.BYTES; // from point to point
    long outStep = rows * outBytes + Lanes.BYTES;
    long points = Scratch.PATCHES.address(bytes(inStep, outStep, inBytes, outBytes));
    long products = points + ALL * inStep;
    long zeros = products + ALL * outStep;
    long unread = zeros + Math.max(inBytes, outBytes);
    long table = unread + outBytes;
    long buffer = table + WinogradPlan.TABLE;
    SPACE.asSlice(zeros, Math.max(inBytes, outBytes)).fill((byte) 0);
    for (long i = 0; i < count; i++) {
      plan.image(first + i, image, inBytes, zeros, table);
      WinogradTile.image(table, (int) inBytes, points + i * inBytes, inStep, buffer);
    }
    for (int e = 0; e < ALL; e++) {
      var left = new Stored(points + e * inStep, inBytes, Float.BYTES);
      long right = panels + e * pointBytes(in, out);
      var b = new Stored(right, PANEL_ROW, Float.BYTES); // read from the panels alone
      var job =
          new GemmJob(
              count,
              out,
              in,
              left,
              b,
              products + e * outStep,
              outBytes,
              1,
              false,
              GemmEpilogue.NONE);
      GemmBlock.compute(job, 0, count, 0, out, right);
    }
    for (long i = 0; i < count; i++) {
      plan.outputs(first + i, target, outBytes, unread, table);
      long from = products + i * outBytes;
      WinogradTile.outputs(from, outStep, (int) outBytes, bias == 0 ? zeros : bias, table, buffer);
    }
  }

  private static long bytes(long inStep, long outStep, long inBytes, long outBytes) {
    return ALL * (inStep + outStep)
        + Math.max(inBytes, outBytes)
        + outBytes
        + WinogradPlan.TABLE
        + WinogradTile.BUFFER;
  }

  // ---- the taps' gradient ---------------------------------------------------------------------

  /// `dweight`: image and output's gradient at the points, their products summed over all tiles
  /// there, and back. Blocks of tiles follow one another, so sums do not depend on the threads.
  static void gradWeight(Conv2d s, long x, long dy, long dweight) {
    var plan = WinogradPlan.of(s);
    long in = s.c() * Float.BYTES;
    long out = s.outC() * Float.BYTES;
    long rows = Math.min(MOST, plan.tiles());
    long inStep = rows * in + Lanes.BYTES;
    long outStep = rows * out + Lanes.BYTES;
    long sumStep = s.outC() * in + Lanes.BYTES;
    long points = Scratch.WEIGHTS.address(ALL * (inStep + outStep + sumStep));
    long gradients = points + ALL * inStep;
    long sums = gradients + ALL * outStep;
    for (long first = 0; first < plan.tiles(); first += rows) {
      long from = first;
      long count = Math.min(rows, plan.tiles() - first);
      Workers.forEach(
          Math.ceilDiv(count, CHUNK),
          t -> {
            long end = Math.min(count, (t + 1) * CHUNK);
            transform(
                plan, from, t * CHUNK, end, x, in, points, inStep, dy, out, gradients, outStep);
          });
      Workers.forEach(
          ALL,
          e -> {
            var left = new Stored(gradients + e * outStep, Float.BYTES, out);
            var right = new Stored(points + e * inStep, in, Float.BYTES);
            var job =
                new GemmJob(
                    s.outC(),
                    s.c(),
                    count,
                    left,
                    right,
                    sums + e * sumStep,
                    in,
                    1,
                    from > 0,
                    GemmEpilogue.NONE);
            GemmBlock.compute(job, 0, s.outC(), 0, s.c(), 0);
          });
    }
    Workers.forEach(
        s.outC(),
        o -> {
          long buffer = Scratch.PATCHES.address(WinogradTile.BUFFER);
          for (long c = 0; c < in; c += Lanes.BYTES) {
            WinogradTile.tapGradients(
                sums + o * in + c, sumStep, dweight + o * 9 * in + c, in, buffer);
          }
        });
  }

  /// Tiles `begin … end` after `first` of both images.
  private static void transform(
      WinogradPlan plan,
      long first,
      long begin,
      long end,
      long x,
      long in,
      long points,
      long inStep,
      long dy,
      long out,
      long gradients,
      long outStep) {
    long wide = Math.max(in, out);
    long table = Scratch.PATCHES.address(WinogradPlan.TABLE + WinogradTile.BUFFER + wide);
    long buffer = table + WinogradPlan.TABLE;
    long zeros = buffer + WinogradTile.BUFFER;
    SPACE.asSlice(zeros, wide).fill((byte) 0);
    for (long i = begin; i < end; i++) {
      plan.image(first + i, x, in, zeros, table);
      WinogradTile.image(table, (int) in, points + i * in, inStep, buffer);
      plan.outputs(first + i, dy, out, zeros, table);
      WinogradTile.gradient(table, (int) out, gradients + i * out, outStep, buffer);
    }
  }
}
