package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.GemmTile.COLS;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Workers;
import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// 3 × 3 convolutions of stride 1 with a border of one pixel by Winograd's minimal filtering: image
/// and taps are transformed to their values at some points, where the convolution is a product of
/// matrices for each, and back. Small ones, whose time matters little, go another way.
///
/// Gradients and inference take `F(4 × 4, 3 × 3)`, a quarter of the multiplications, with errors
/// some five times those of direct sums: about 1e-6 of the largest value. In the forward pass of a
/// training that could change the sign of an activation near 0; it takes `F(2 × 2, 3 × 3)`, four
/// ninths of the multiplications, whose errors are like those of direct sums. [WinogradUse] changes
/// that.
final class ConvWinograd {
  private static final WinogradUse USE = WinogradUse.chosen(); // the backend has checked it
  private static final WinogradTile2 EXACT = new WinogradTile2();
  private static final WinogradTile4 FAST = new WinogradTile4();
  private static final double WASTE =
      1.25; // of pixels computed, that fewer products do not pay for
  private static final long LEAST_OUTPUTS = 128; // pixels that pay for transforming the taps
  private static final long NEAR = 1 << 20; // bytes at the points of tiles that stay in a cache
  private static final long FAR = 20 << 20; // bytes at the points of tiles that do not
  private static final long FEW = 4 * 12; // tiles that pay for reading all transformed taps
  private static final long MOST = 16 * 12;
  private static final long GROUP = 64; // output channels whose taps stay in a cache, a task
  private static final long CHUNK = 8; // tiles that a task transforms
  private static final long PANEL_ROW = (long) COLS * Float.BYTES;

  private ConvWinograd() {}

  static boolean handles(Conv2d s) {
    return USE != WinogradUse.NEVER
        && s.kh() == 3
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

  /// `y = x * weight + bias`, `bias` 0 where absent; with a `norm` behind it, where there is one.
  static void forward(
      Conv2d s,
      long x,
      long weight,
      long bias,
      NormRectify.@Nullable Columns norm,
      long y,
      boolean inference) {
    var transform = inference || USE == WinogradUse.ALWAYS ? fast(s) : EXACT;
    Taps taps = (panel, to, step) -> taps(transform, s.c(), panel, weight, to, step);
    var plan = WinogradPlan.of(s, transform.size());
    convolve(new Pass(transform, plan, s.c(), s.outC(), x, taps, bias, norm, y));
  }

  /// `dx` of `dy`: the same convolution with the taps turned around.
  static void gradInput(Conv2d s, long dy, long weight, long dx) {
    var transform = fast(s);
    Taps taps = (panel, to, step) -> turnedTaps(transform, s, panel, weight, to, step);
    var plan = WinogradPlan.of(s, transform.size());
    convolve(new Pass(transform, plan, s.outC(), s.c(), dy, taps, 0, null, dx));
  }

  /// The faster transform, unless too many of its tiles' outputs lie outside the image.
  private static WinogradTransform fast(Conv2d s) {
    return WinogradPlan.of(s, FAST.size()).outputs()
            > WASTE * WinogradPlan.of(s, EXACT.size()).outputs()
        ? EXACT
        : FAST;
  }

  // ---- taps -----------------------------------------------------------------------------------

  /// Transforms taps: for each point, at a distance of `step` bytes, panel number `panel` of the
  /// matrix `[in, out]` that multiplies the image there.
  @FunctionalInterface
  private interface Taps {
    void transform(long panel, long to, long step);
  }

  /// From weights `[out, 3, 3, in]`, transposed first.
  private static void taps(
      WinogradTransform transform, long in, long panel, long weight, long to, long step) {
    long rows = 9 * in;
    long transposed = Scratch.PATCHES.address(rows * PANEL_ROW);
    long rowBytes = rows * Float.BYTES;
    long first = weight + panel * COLS * rowBytes;
    GemmTranspose.run(COLS, (int) rows, first, rowBytes, transposed, PANEL_ROW);
    int bytes = (int) (in * PANEL_ROW);
    transform.taps(transposed, bytes, bytes, to, step, WinogradScratch.of(0));
  }

  /// Of the taps turned around, from the same weights as they lie: a panel is `[outC, COLS]`.
  private static void turnedTaps(
      WinogradTransform transform, Conv2d s, long panel, long weight, long to, long step) {
    var working = WinogradScratch.of(0);
    long pixel = s.c() * Float.BYTES;
    for (long o = 0; o < s.outC(); o++) {
      long last = weight + (o * 9 + 8) * pixel + panel * PANEL_ROW;
      transform.taps(last, -pixel, (int) PANEL_ROW, to + o * PANEL_ROW, step, working);
    }
  }

  // ---- images ---------------------------------------------------------------------------------

  /// One convolution of `in` channels of `image` with `taps` to `out` channels.
  private record Pass(
      WinogradTransform transform,
      WinogradPlan plan,
      long in,
      long out,
      long image,
      Taps taps,
      long bias,
      NormRectify.@Nullable Columns norm,
      long target) {

    long all() {
      return transform.all();
    }

    /// Bytes of a tile at all points.
    long tileBytes() {
      return all() * Float.BYTES * (in + out);
    }

    /// Bytes of the taps for `outputs` channels at one point; no power of two, see [WinogradBlock].
    long pointBytes(long outputs) {
      return GemmBlock.panelBytes(in, outputs) + Lanes.BYTES;
    }
  }

  private static void convolve(Pass p) {
    if (p.tileBytes() * FEW <= 2 * NEAR) {
      near(p);
    } else {
      far(p);
    }
  }

  /// Narrow images: blocks of tiles go through the second-level cache, one task each.
  private static void near(Pass p) {
    long step = p.pointBytes(p.out);
    long panels = Scratch.WEIGHTS.address(p.all() * step);
    Workers.forEach(p.out / COLS, t -> p.taps.transform(t, panels + t * p.in * PANEL_ROW, step));
    long tiles = p.plan.tiles();
    long together = Math.clamp(NEAR / p.tileBytes() / FEW * FEW, FEW, MOST);
    Workers.forEach(
        Math.ceilDiv(tiles, together),
        t -> {
          long first = t * together;
          long count = Math.min(together, tiles - first);
          var block = WinogradBlock.of(Scratch.PATCHES, p.transform.all(), count, p.in, p.out);
          images(p, block, first, 0, count);
          for (int e = 0; e < p.all(); e++) {
            multiply(p, block, e, panels + e * step, 0, p.out);
          }
          outputs(p, block, first, 0, count);
        });
  }

  /// Wide images, of which too few tiles fit a cache to pay for reading all taps: a great many
  /// tiles take each step together, and a task transforms some tiles, or the taps of some outputs
  /// to multiply all tiles by them at once.
  private static void far(Pass p) {
    long tiles = p.plan.tiles();
    long blocks = Math.ceilDiv(tiles, Math.max(FEW, FAR / p.tileBytes()));
    long together = Math.ceilDiv(tiles, blocks);
    long step = p.pointBytes(GROUP);
    for (long first = 0; first < tiles; first += together) {
      long from = first;
      long count = Math.min(together, tiles - first);
      var block = WinogradBlock.of(Scratch.PARTIALS, p.transform.all(), count, p.in, p.out);
      Chunks.forEach(count, CHUNK, (begin, end) -> images(p, block, from, begin, end));
      Chunks.forEach(
          p.out,
          GROUP,
          (begin, end) -> {
            long panels = Scratch.GROUP.address(p.all() * step);
            for (long o = begin; o < end; o += COLS) {
              p.taps.transform(o / COLS, panels + (o - begin) / COLS * p.in * PANEL_ROW, step);
            }
            for (int e = 0; e < p.all(); e++) {
              multiply(p, block, e, panels + e * step, begin, end);
            }
          });
      Chunks.forEach(count, CHUNK, (begin, end) -> outputs(p, block, from, begin, end));
    }
  }

  /// Tiles `begin … end` of a block, which begins with tile `first`, to their points.
  private static void images(Pass p, WinogradBlock block, long first, long begin, long end) {
    long pixel = p.in * Float.BYTES;
    p.plan.read(first + begin, first + end, p.image, pixel);
    var working = WinogradScratch.of(pixel);
    for (long i = begin; i < end; i++) {
      p.plan.image(first + i, p.image, pixel, working.zeros(), working.table());
      long to = block.left(0) + i * pixel;
      p.transform.image(working, (int) pixel, to, block.leftStep());
    }
  }

  /// The products of one point for output channels `begin … end`, whose taps are in `panels`.
  private static void multiply(
      Pass p, WinogradBlock block, long point, long panels, long begin, long end) {
    var job =
        new GemmJob(
            block.tiles(),
            end - begin,
            p.in,
            new Stored(block.left(point), p.in * Float.BYTES, Float.BYTES),
            new Stored(panels, PANEL_ROW, Float.BYTES), // read from the panels alone
            block.right(point) + begin * Float.BYTES,
            p.out * Float.BYTES,
            1,
            false,
            GemmEpilogue.NONE);
    GemmBlock.compute(job, 0, job.m(), 0, job.n(), panels);
  }

  /// Back from the points to the output.
  private static void outputs(Pass p, WinogradBlock block, long first, long begin, long end) {
    long pixel = p.out * Float.BYTES;
    var working = WinogradScratch.of(pixel);
    long bias = p.bias == 0 ? working.zeros() : p.bias;
    for (long i = begin; i < end; i++) {
      p.plan.outputs(first + i, p.target, pixel, working.unread(), working.table());
      long from = block.right(0) + i * pixel;
      p.transform.outputs(from, block.rightStep(), (int) pixel, bias, working);
      if (p.norm != null) {
        p.plan.normalize(first + i, p.target, (int) pixel, p.norm);
      }
    }
  }

  // ---- the taps' gradient ---------------------------------------------------------------------

  /// `dweight`: image and output's gradient at the points, their products summed over all tiles
  /// there, and back. Blocks of tiles follow one another, so sums do not depend on the threads.
  static void gradWeight(Conv2d s, long x, long dy, long dweight) {
    var plan = WinogradPlan.of(s, FAST.size());
    long in = s.c() * Float.BYTES;
    long rows = Math.min(MOST, plan.tiles());
    long sumStep = s.outC() * in + Lanes.BYTES;
    long sums = Scratch.WEIGHTS.address(FAST.all() * sumStep);
    for (long first = 0; first < plan.tiles(); first += rows) {
      long from = first;
      long count = Math.min(rows, plan.tiles() - first);
      var block = WinogradBlock.of(Scratch.PARTIALS, FAST.all(), count, s.c(), s.outC());
      Chunks.forEach(count, CHUNK, (begin, end) -> transform(plan, block, from, begin, end, x, dy));
      Workers.forEach(FAST.all(), e -> add(s, block, e, sums + e * sumStep, from > 0));
    }
    Workers.forEach(
        s.outC(),
        o -> {
          var working = WinogradScratch.of(0);
          long to = dweight + o * 9 * in;
          FAST.tapGradients(sums + o * in, sumStep, (int) in, to, in, working);
        });
  }

  /// Tiles `begin … end` of a block of both images to their points.
  private static void transform(
      WinogradPlan plan, WinogradBlock block, long first, long begin, long end, long x, long dy) {
    long in = block.in() * Float.BYTES;
    long out = block.out() * Float.BYTES;
    var working = WinogradScratch.of(Math.max(in, out));
    long table = working.table();
    plan.read(first + begin, first + end, x, in);
    plan.read(first + begin, first + end, dy, out);
    for (long i = begin; i < end; i++) {
      plan.image(first + i, x, in, working.zeros(), table);
      long left = block.left(0) + i * in;
      FAST.image(working, (int) in, left, block.leftStep());
      plan.outputs(first + i, dy, out, working.zeros(), table);
      long right = block.right(0) + i * out;
      FAST.gradient(working, (int) out, right, block.rightStep());
    }
  }

  /// `sums (+)= rightᵀ·left` of one point.
  private static void add(Conv2d s, WinogradBlock block, long point, long sums, boolean more) {
    long in = s.c() * Float.BYTES;
    var job =
        new GemmJob(
            s.outC(),
            s.c(),
            block.tiles(),
            new Stored(block.right(point), Float.BYTES, s.outC() * Float.BYTES),
            new Stored(block.left(point), in, Float.BYTES),
            sums,
            in,
            1,
            more,
            GemmEpilogue.NONE);
    GemmBlock.compute(job, 0, job.m(), 0, job.n(), 0);
  }
}
