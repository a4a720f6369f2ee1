package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.FLOAT;
import static org.kanface.kernels.cpu.Address.SPACE;
import static org.kanface.kernels.cpu.DepthwiseDirect3.COLS;
import static org.kanface.kernels.cpu.DepthwiseDirect3.TAPS;
import static org.kanface.kernels.cpu.GemmTile.BYTES;
import static org.kanface.kernels.cpu.Simd.LANES;

import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Workers;

/// 3×3 depthwise convolutions with stride 1 and a border of one pixel, without a working copy of
/// the image: columns of tiles, from top to bottom, read where they lie.
final class DepthwiseDirect {
  private static final long TASK = 1L << 20; // multiply-adds: some 10 µs of one core
  private static final long GROUPS = 16; // of images whose sums are kept apart, at most

  private DepthwiseDirect() {}

  static boolean handles(Conv2d s) {
    return s.kh() == 3
        && s.kw() == 3
        && s.strideH() == 1
        && s.strideW() == 1
        && s.padH() == 1
        && s.padW() == 1
        && s.dilationH() == 1
        && s.dilationW() == 1
        && s.c() >= LANES
        && s.w() % COLS == 0;
  }

  /// `y = x * weight + bias`, `bias` 0 where absent; with the kernel turned around for `dx` of
  /// `dy`.
  static void convolve(Conv2d s, long x, long weight, boolean turned, long bias, long y) {
    long kernel = kernel(s, weight, turned);
    long pixel = s.c() * Float.BYTES;
    long zeros = zeros((COLS + 2) * pixel) + pixel;
    long row = s.w() * pixel;
    long tiles = s.w() / COLS;
    Chunks.forEach(
        s.n() * tiles,
        Math.max(1, TASK / (s.h() * COLS * s.c() * TAPS)),
        (from, to) -> {
          for (long t = from; t < to; t++) {
            long tile = (t / tiles * s.h() * s.w() + t % tiles * COLS) * pixel;
            boolean first = t % tiles == 0;
            boolean last = t % tiles == tiles - 1;
            for (long i = 0; i < s.h(); i++) {
              long at = x + tile + i * row;
              long above = i == 0 ? zeros : at - row;
              long below = i == s.h() - 1 ? zeros : at + row;
              DepthwiseDirect3.convolve(
                  above,
                  at,
                  below,
                  first,
                  last,
                  pixel,
                  zeros,
                  kernel,
                  bias == 0 ? zeros : bias,
                  y + tile + i * row);
            }
          }
        });
  }

  /// Fixed groups of images are summed each on its own, then the groups in order.
  static void gradWeight(Conv2d s, long x, long dy, long dweight) {
    long together = Math.ceilDiv(s.n(), GROUPS);
    long groups = Math.ceilDiv(s.n(), together);
    long plane = blocks(s) * TAPS * BYTES;
    long partials = Scratch.PARTIALS.address(groups * plane);
    long pixel = s.c() * Float.BYTES;
    long zeros = zeros((COLS + 2) * pixel) + pixel;
    long row = s.w() * pixel;
    long tiles = s.w() / COLS;
    Workers.forEach(
        groups,
        g -> {
          long sums = partials + g * plane;
          SPACE.asSlice(sums, plane).fill((byte) 0);
          long end = Math.min(s.n(), (g + 1) * together) * tiles;
          for (long t = g * together * tiles; t < end; t++) {
            long tile = (t / tiles * s.h() * s.w() + t % tiles * COLS) * pixel;
            boolean first = t % tiles == 0;
            boolean last = t % tiles == tiles - 1;
            for (long i = 0; i < s.h(); i++) {
              long at = x + tile + i * row;
              long above = i == 0 ? zeros : at - row;
              long below = i == s.h() - 1 ? zeros : at + row;
              DepthwiseDirect3.gradients(
                  above, at, below, first, last, pixel, zeros, dy + tile + i * row, sums);
            }
          }
        });
    for (long g = 1; g < groups; g++) {
      for (long i = 0; i < plane; i += BYTES) {
        Lanes.store(
            Lanes.load(partials + i).add(Lanes.load(partials + g * plane + i)), partials + i);
      }
    }
    store(s, partials, dweight);
  }

  /// The weights `[c, 3, 3]` as `[blocks, 3, 3, LANES]`.
  private static long kernel(Conv2d s, long weight, boolean turned) {
    long target = Scratch.WEIGHTS.address(blocks(s) * TAPS * BYTES);
    for (long b = 0; b < blocks(s); b++) {
      for (int l = 0; l < LANES; l++) {
        long from = weight + (channel(s, b) + l) * TAPS * 4;
        long to = target + b * TAPS * BYTES + l * 4L;
        for (int tap = 0; tap < TAPS; tap++) {
          float w = SPACE.get(FLOAT, from + (turned ? TAPS - 1 - tap : tap) * 4L);
          SPACE.set(FLOAT, to + (long) tap * BYTES, w);
        }
      }
    }
    return target;
  }

  /// The opposite way.
  private static void store(Conv2d s, long sums, long dweight) {
    for (long b = 0; b < blocks(s); b++) {
      for (int l = 0; l < LANES; l++) {
        long from = sums + b * TAPS * BYTES + l * 4L;
        long to = dweight + (channel(s, b) + l) * TAPS * 4;
        for (int tap = 0; tap < TAPS; tap++) {
          SPACE.set(FLOAT, to + tap * 4L, SPACE.get(FLOAT, from + (long) tap * BYTES));
        }
      }
    }
  }

  /// Vectors of channels.
  private static long blocks(Conv2d s) {
    return Math.ceilDiv(s.c(), LANES);
  }

  /// The first channel of a vector.
  private static long channel(Conv2d s, long block) {
    return Math.min(block * LANES, s.c() - LANES);
  }

  /// Pixels outside the image.
  private static long zeros(long bytes) {
    long zeros = Scratch.BIASES.address(bytes);
    SPACE.asSlice(zeros, bytes).fill((byte) 0);
    return zeros;
  }
}
