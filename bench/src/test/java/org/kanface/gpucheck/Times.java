package org.kanface.gpucheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.DType;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.KanLinear;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Spline;
import org.kanface.kernels.cases.KernelCases;
import org.kanface.kernels.cuda.DeviceTimes;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;

/// How long a device takes: copies, which say what its memory can do; products and convolutions,
/// which are cuBLAS's and cuDNN's; our own kernels beside them; training steps.
final class Times {
  private static final int RUNS = 10;

  private final Kernels kernels;
  private final boolean small;

  private Times(Device device, boolean small) {
    kernels = device.kernels(DType.F32);
    this.small = small;
  }

  static List<Item> items(Device device, boolean small) {
    return new Times(device, small).items(device);
  }

  private List<Item> items(Device device) {
    var items = new ArrayList<Item>();
    items.add(new Item("copies", this::copies));
    long[][] products = {
      {1024, 1024, 1024}, {4096, 4096, 4096}, {25088, 64, 576}, {256, 512, 5376}, {32, 1000, 512}
    };
    for (long[] p : small ? new long[][] {{8, 8, 8}} : products) {
      items.add(
          new Item(
              "product %d × %d × %d".formatted(p[0], p[1], p[2]), () -> product(p[0], p[1], p[2])));
    }
    for (Conv2d c : convolutions()) {
      items.add(new Item("convolution " + name(c), () -> convolution(c)));
    }
    var kan =
        small
            ? new KanLinear(new Spline(3, 5, 3), 4, 8, Reduction.MEAN)
            : new KanLinear(new Spline(192, 25, 3), 256, 512, Reduction.MEAN);
    items.add(new Item("KAN layer " + kan, () -> kan(kan)));
    for (String family : small ? List.of("spline", "elementwise") : KernelCases.FAMILIES) {
      items.add(new Item("every kernel: " + family, () -> family(family)));
    }
    items.addAll(StepTimes.items(device, small));
    return items;
  }

  private List<Conv2d> convolutions() {
    if (small) {
      return List.of(Conv2d.of(1, 6, 6, 4, 4, 3, 1, 1, 1), Conv2d.of(1, 6, 6, 4, 4, 3, 1, 1, 4));
    }
    return List.of(
        Conv2d.of(32, 56, 56, 64, 64, 3, 1, 1, 1),
        Conv2d.of(32, 14, 14, 256, 256, 3, 1, 1, 1),
        Conv2d.of(32, 7, 7, 512, 512, 3, 1, 1, 1),
        Conv2d.of(32, 112, 112, 64, 64, 3, 2, 1, 1),
        Conv2d.of(32, 28, 28, 128, 256, 1, 1, 0, 1),
        Conv2d.of(32, 28, 28, 128, 128, 3, 1, 1, 128),
        Conv2d.of(32, 14, 14, 100, 100, 7, 1, 3, 100),
        Conv2d.of(32, 7, 7, 192, 192, 9, 1, 4, 192));
  }

  private static String name(Conv2d c) {
    return "%d×%d/%d, %d → %d channels in %d groups, %d × %d × %d"
        .formatted(c.kh(), c.kw(), c.strideH(), c.c(), c.outC(), c.groups(), c.n(), c.h(), c.w());
  }

  private Map<String, Object> copies() {
    long bytes = small ? 1 << 16 : 256L << 20;
    try (var host = HostMemory.allocate(bytes);
        var from = kernels.allocate(bytes);
        var to = kernels.allocate(bytes)) {
      host.segment().fill((byte) 1);
      kernels.copy(host, from, bytes);
      double upload = seconds(() -> kernels.copy(host, from, bytes), from);
      double download = seconds(() -> kernels.copy(from, host, bytes), from);
      double device = seconds(() -> kernels.copy(from, to, bytes), to);
      return Json.of(
          "bytes", bytes,
          "device_read_and_written_gb_per_s", 2 * bytes / device / 1e9,
          "to_device_gb_per_s", bytes / upload / 1e9,
          "from_device_gb_per_s", bytes / download / 1e9);
    }
  }

  /// The median of some runs, of which each begins and ends with an idle device.
  private double seconds(Runnable work, Memory probe) {
    try (var byteOfIt = HostMemory.allocate(1)) {
      var all = new double[small ? 1 : RUNS];
      for (int i = -1; i < all.length; i++) {
        kernels.copy(probe, byteOfIt, 1); // waits
        long start = System.nanoTime();
        work.run();
        kernels.copy(probe, byteOfIt, 1);
        if (i >= 0) {
          all[i] = (System.nanoTime() - start) / 1e9;
        }
      }
      Arrays.sort(all);
      return all[all.length / 2];
    }
  }

  private Map<String, Object> product(long m, long n, long k) {
    try (var blocks = new Blocks()) {
      var a = blocks.of(m * k);
      var b = blocks.of(k * n);
      var c = blocks.of(m * n);
      var shape = Gemm.of(false, false, m, n, k);
      return measure(() -> kernels.gemm().gemm(shape, a, b, c, Epilogue.NONE));
    }
  }

  private Map<String, Object> convolution(Conv2d s) {
    try (var blocks = new Blocks()) {
      var x = blocks.of(s.inputNumel());
      var w = blocks.of(s.weightNumel());
      var y = blocks.of(s.outputNumel());
      var dy = blocks.of(s.outputNumel());
      var dx = blocks.of(s.inputNumel());
      var dw = blocks.of(s.weightNumel());
      return measure(
          () -> {
            kernels.conv().forward(s, x, w, null, y);
            kernels.conv().gradInput(s, dy, w, dx);
            kernels.conv().gradWeight(s, x, dy, dw);
          });
    }
  }

  private Map<String, Object> kan(KanLinear s) {
    long in = s.spline().inputs();
    int knotsOfOne = s.spline().knots();
    try (var blocks = new Blocks()) {
      var x = blocks.of(s.n() * in);
      var grid = new float[(int) in * knotsOfOne];
      for (int i = 0; i < grid.length; i++) {
        grid[i] = -1.2f + 2.4f * (i % knotsOfOne) / (knotsOfOne - 1);
      }
      var knots = blocks.holding(grid);
      long coefficients = in * s.spline().basis() * s.outputs();
      var coef = blocks.of(coefficients);
      var base = blocks.of(in * s.outputs());
      var spline = blocks.of(in * s.outputs());
      var y = blocks.of(s.n() * s.outputs());
      var dy = blocks.of(s.n() * s.outputs());
      var dx = blocks.of(s.n() * in);
      var dcoef = blocks.of(coefficients);
      var dbase = blocks.of(in * s.outputs());
      var dspline = blocks.of(in * s.outputs());
      return measure(
          () -> {
            kernels.spline().kanForward(s, x, knots, coef, base, spline, y);
            kernels.spline().kanGradInput(s, x, knots, coef, base, spline, dy, dx);
            kernels.spline().kanGradWeights(s, x, knots, coef, spline, dy, dcoef, dbase, dspline);
          });
    }
  }

  private Map<String, Object> family(String family) {
    var cases = KernelCases.of(family).limit(small ? 2 : Long.MAX_VALUE).toList();
    return measure(() -> cases.forEach(c -> KernelChecks.run(c, kernels)));
  }

  /// What the device did in some runs, after one that counts for nothing.
  private Map<String, Object> measure(Runnable work) {
    return measure(kernels, work, small ? 1 : RUNS);
  }

  static Map<String, Object> measure(Kernels kernels, Runnable work, int runs) {
    work.run();
    try (var times = DeviceTimes.of(kernels)) {
      for (int i = 0; i < runs; i++) {
        work.run();
      }
      var rows = new ArrayList<Object>();
      for (DeviceTimes.Row r : times.rows()) {
        rows.add(
            Json.of(
                "kernel", r.name(),
                "calls", (double) r.calls() / runs,
                "us_a_call", r.seconds() / r.calls() * 1e6,
                "gb_per_s", r.bytes() / r.seconds() / 1e9,
                "gflop_per_s", r.flop() / r.seconds() / 1e9));
      }
      return Json.of("kernels", rows);
    }
  }

  /// Blocks of random numbers on the device.
  private final class Blocks implements AutoCloseable {
    private final List<Memory> all = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);

    Memory of(long numel) {
      var values = new float[Math.toIntExact(numel)];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat() - 0.5f;
      }
      return holding(values);
    }

    Memory holding(float[] values) {
      try (var host = HostMemory.of(values)) {
        Memory block = kernels.allocate(host.byteSize());
        all.add(block);
        kernels.copy(host, block, host.byteSize());
        return block;
      }
    }

    @Override
    public void close() {
      all.forEach(Memory::close);
    }
  }
}
