package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.GemmTile.COLS;
import static org.kanface.kernels.cpu.GemmTile.ROWS;

import org.kanface.kernels.Workers;

/// Cuts one product into tasks for all threads.
///
/// `b` is packed once for all of them; `c` is cut into rectangles. A product of small `c` and large
/// `k`, as weight gradients are, is cut along `k` instead.
final class GemmThreads {
  private static final long TASK = 1L << 20; // multiply-adds: about 8 µs of one core
  private static final long TASKS = 16; // wanted, so that a slow thread delays nobody much
  private static final long HEIGHT = GemmBlock.HEIGHT;
  private static final long LEAST_HEIGHT = 4 * 12; // rows that pay for reading b
  private static final long TALL = 8 * 12; // rows that pay for reading all of b
  private static final long LEAST_WIDTH = 4 * 32; // columns that pay for reading a
  private static final long LARGEST_PANELS = 8L << 20; // bytes of packed b at a time
  private static final long SPLIT = 1024; // least k that is cut
  private static final long PARTS = 16;

  private GemmThreads() {}

  /// Computes one product on all threads, or on the caller's where it is small.
  static void run(GemmJob job) {
    if (GemmTurned.handles(job)) {
      GemmTurned.run(job);
    } else if (cutsDepth(job)) {
      split(job);
    } else if (job.multiplyAdds() <= TASK && job.m() <= HEIGHT) {
      GemmBlock.compute(job, 0, job.m(), 0, job.n(), 0);
    } else {
      boolean whole =
          job.m() <= HEIGHT || job.b() instanceof ConvPatches; // nothing is packed ahead
      long width =
          whole ? job.n() : Math.max(COLS, LARGEST_PANELS / 4 / Math.max(1, job.k()) / COLS * COLS);
      for (long j = 0; j < job.n(); j += width) {
        rectangles(job.columns(j, Math.min(job.n(), j + width)));
      }
    }
  }

  private static void rectangles(GemmJob job) {
    long m = job.m();
    long n = job.n();
    long wanted = Math.clamp(job.multiplyAdds() / TASK, 1, TASKS);
    long height = height(m, n, wanted);
    long down = ceil(m, height);
    boolean strips = m >= wanted * TALL;
    long width = strips ? n : up(Math.max(LEAST_WIDTH, ceil(n, ceil(wanted, down))), COLS);
    long across = ceil(n, width);
    // a panel that one task alone reads is packed there; patches are too many to pack at once
    boolean shared = down > 1 && job.b() instanceof GemmMatrix.Stored;
    long panels = shared ? pack(job) : 0;
    Workers.forEach(
        down * across,
        t -> {
          long i = t / across * height;
          long j = t % across * width;
          GemmBlock.compute(job, i, Math.min(m, i + height), j, Math.min(n, j + width), panels);
        });
  }

  /// Rows of a task: strips as wide as `c` where there are rows enough, else near squares, which
  /// read the least of `a` and `b` for what they compute.
  private static long height(long m, long n, long tasks) {
    long side = (long) Math.sqrt((double) m * n / tasks);
    long wanted = m >= tasks * TALL ? m / tasks : Math.max(LEAST_HEIGHT, side);
    return up(ceil(m, ceil(m, Math.min(HEIGHT, wanted))), ROWS);
  }

  /// Packs all of `b` on all threads.
  static long pack(GemmJob job) {
    long panels = Scratch.SHARED_B.address(GemmBlock.panelBytes(job.k(), job.n()));
    pack(job, panels);
    return panels;
  }

  /// The same to given panels.
  static void pack(GemmJob job, long panels) {
    long n = job.n();
    long packed = up((1 << 16) / Math.max(1, job.k()), COLS); // columns of 64 K elements
    Workers.forEach(
        ceil(n, packed),
        t -> GemmBlock.pack(job, t * packed, Math.min(n, (t + 1) * packed), panels));
  }

  /// Whether rectangles of `c` would be too few for the threads of a usual machine, or read `b` too
  /// often.
  private static boolean cutsDepth(GemmJob job) {
    return job.k() >= SPLIT
        && job.multiplyAdds() >= 2 * TASK
        && (ceil(job.m(), LEAST_HEIGHT) * ceil(job.n(), 2 * LEAST_WIDTH) < TASKS / 2
            || readsOnce(job));
  }

  /// Whether all rows of `a` are better packed by every task than any of `b` by two: patches.
  private static boolean readsOnce(GemmJob job) {
    return job.b() instanceof ConvPatches && job.m() <= GemmBlock.TALL;
  }

  /// Partial products of equal parts of `k`, then their sums in the order of the parts. Parts that
  /// are too few for the threads are cut into bands of columns.
  private static void split(GemmJob job) {
    long m = job.m();
    long n = job.n();
    boolean once = readsOnce(job);
    long wanted = Math.clamp(job.k() / (once ? SPLIT : SPLIT / 4), 1, PARTS);
    long depth = up(ceil(job.k(), wanted), 8);
    long parts = ceil(job.k(), depth);
    long width = once ? up(ceil(n, PARTS / parts), COLS) : n;
    long bands = ceil(n, width);
    long partials = parts == 1 ? 0 : Scratch.PARTIALS.address(parts * m * n * Float.BYTES);
    Workers.forEach(
        parts * bands,
        t -> {
          long p = t / bands * depth;
          long j = t % bands * width;
          var part =
              parts == 1
                  ? job
                  : job.partial(
                      p, Math.min(depth, job.k() - p), partials + t / bands * m * n * Float.BYTES);
          GemmBlock.compute(part, 0, m, j, Math.min(n, j + width), 0);
        });
    if (parts > 1) {
      long rows = Math.max(1, (1 << 14) / n);
      Workers.forEach(
          ceil(m, rows),
          t -> GemmSum.rows(job, partials, parts, t * rows, Math.min(m, (t + 1) * rows)));
    }
  }

  private static long ceil(long size, long part) {
    return (size + part - 1) / part;
  }

  private static long up(long size, long multiple) {
    return Math.max(1, ceil(size, multiple)) * multiple;
  }
}
