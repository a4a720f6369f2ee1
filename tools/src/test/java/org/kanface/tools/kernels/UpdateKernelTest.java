package org.kanface.tools.kernels;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.OptimizerKernels.Adam;
import org.kanface.kernels.OptimizerKernels.Sgd;
import org.kanface.tools.ptx.Dim3;

/// `optimizer.cu`, `random.cu` and `index.cu` against the plain loops.
final class UpdateKernelTest {
  private static final Dim3 GRID = Dim3.of(2);
  private static final Dim3 BLOCK = Dim3.of(64);
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long STREAM = 0xF0000000_00000003L;

  private static final Sgd[] SGD = {
    new Sgd(0.1, 0, 0, 5e-4, false, false, 0.5),
    new Sgd(0.1, 0.9, 0, 5e-4, false, true, 1),
    new Sgd(0.1, 0.9, 0.2, 5e-4, false, false, 0.25),
    new Sgd(0.1, 0.9, 0, 5e-4, true, false, 1),
  };
  private static final Adam[] ADAM = {
    new Adam(6e-3, 0.9, 0.999, 1e-8, 0.05, true, 1, 1),
    new Adam(6e-3, 0.9, 0.999, 1e-8, 0.05, true, 1000, 0.125),
    new Adam(1e-3, 0.9, 0.999, 1e-8, 0.01f, false, 3, 1),
  };

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 31, 33, 1021})
  void optimisers(long n) {
    try (var b = new Workbench("optimizer", n)) {
      for (Sgd c : SGD) {
        Twin p = b.in("parameter", n);
        Twin g = b.in("grad", n);
        Twin v = b.values("velocity", n, _ -> c.first() ? Double.NaN : b.nextDouble());
        b.launch(
            "optimizer_sgd_f32",
            GRID,
            BLOCK,
            0,
            p,
            g,
            c.momentum() == 0 ? 0L : v,
            n,
            (float) c.lr(),
            (float) c.momentum(),
            (float) (1 - c.dampening()),
            (float) c.weightDecay(),
            (float) c.gradScale(),
            c.nesterov() ? 1 : 0,
            c.first() ? 1 : 0);
        Workbench.REFERENCE.optimizer().sgd(c, n, p.host(), g.host(), v.host());
        b.requireEqual(p, 8, 1);
        b.requireEqual(v, 8, 1);
      }
      for (Adam c : ADAM) {
        adam(b, c, n);
      }
      Twin p = b.in("parameter", n);
      Twin shadow = b.in("shadow", n);
      b.launch("optimizer_ema_f32", GRID, BLOCK, 0, p, shadow, n, 0.9999f, (float) (1 - 0.9999));
      Workbench.REFERENCE.optimizer().ema(n, 0.9999, p.host(), shadow.host());
      b.requireEqual(shadow, 8, 1);
    }
  }

  private static void adam(Workbench b, Adam c, long n) {
    Twin p = b.in("parameter", n);
    Twin g = b.values("grad", n, i -> (0.05 + b.nextDouble()) * (i % 3 == 0 ? -1 : 1));
    Twin m = b.in("m", n);
    Twin v = b.in("v", n, 0.01, 1);
    b.launch(
        "optimizer_adam_f32",
        GRID,
        BLOCK,
        0,
        p,
        g,
        m,
        v,
        n,
        (float) (c.decoupled() ? 1 - c.lr() * c.weightDecay() : 1),
        (float) (c.decoupled() ? 0 : c.weightDecay()),
        (float) c.beta1(),
        (float) (1 - c.beta1()),
        (float) c.beta2(),
        (float) (1 - c.beta2()),
        (float) (c.lr() / (1 - Math.pow(c.beta1(), c.step()))),
        (float) Math.sqrt(1 - Math.pow(c.beta2(), c.step())),
        (float) c.eps(),
        (float) c.gradScale());
    Workbench.REFERENCE.optimizer().adam(c, n, p.host(), g.host(), m.host(), v.host());
    b.requireEqual(p, 8, 1);
    b.requireEqual(m, 8, 1);
    b.requireEqual(v, 8, 1e-30);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 65, 1021})
  void draws(long n) {
    var reference = Workbench.REFERENCE.random();
    try (var b = new Workbench("random", n)) {
      Twin y = b.out("y", n);
      b.launch("random_uniform_f32", GRID, BLOCK, 0, y, n, SEED, STREAM, -0.3, 0.7 - -0.3);
      reference.uniform(n, SEED, STREAM, -0.3, 0.7, y.host());
      b.requireEqual(y, 0, 0);
      b.launch("random_normal_f32", GRID, BLOCK, 0, y, n, SEED, STREAM, 0.5f, 1.5f);
      reference.normal(n, SEED, STREAM, 0.5, 1.5, y.host());
      b.requireEqual(y, 64, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 4", "5, 0", "1, 1", "1021, 1", "9, 33", "64, 16"})
  void dropout(long rows, long cols) {
    try (var b = new Workbench("random", rows)) {
      for (double p : new double[] {0, 0.1, 0.5, 1}) {
        Twin x = b.in("x", rows * cols);
        Twin y = b.out("y", rows * cols);
        for (Twin out : new Twin[] {y, x}) {
          b.launch(
              "random_dropout_f32", GRID, BLOCK, 0, x, out, rows, cols, (float) p, SEED, STREAM);
          Workbench.REFERENCE.random().dropout(rows, cols, p, SEED, STREAM, x.host(), out.host());
          b.requireEqual(out, 4, 1e-30);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5, 3",
    "1, 1, 1",
    "40, 33, 7",
    "65, 5, 1",
    "9, 31, 100",
    "3, 0, 2",
    "257, 140, 3",
    "1025, 4, 1",
    "2500, 3, 40",
    "34000, 1, 2"
  })
  void rows(long count, long cols, long rows) {
    Dim3 warps = Dim3.of(32, 8);
    try (var b = new Workbench("index", count)) {
      Twin index = b.indices("index", count, 0, rows);
      Twin x = b.in("x", rows * cols);
      Twin y = b.out("y", count * cols);
      b.launch("index_gather_f32", GRID, warps, 0, index, x, y, count, cols);
      Workbench.REFERENCE.index().gatherRows(count, cols, index.host(), x.host(), y.host());
      b.requireEqual(y, 0, 0);
      Twin keys = b.outBytes("keys", count, 8);
      Twin head = b.indices("head", rows, -1, 0);
      Twin next = b.outBytes("next", count, 8);
      Twin more = b.in("more", count * cols);
      Dim3 tiles = Dim3.of(2, 2);
      b.launch("index_sort_i64", GRID, BLOCK, 0, index, keys, count);
      if (count > 1024) {
        b.launch("index_link_i64", GRID, BLOCK, 0, keys, head, next, count);
        add(b, tiles, keys, head, next, more, x, count, cols);
      } else {
        add(b, tiles, keys, 0L, 0L, more, x, count, cols);
      }
      Workbench.REFERENCE.index().scatterAddRows(count, cols, index.host(), more.host(), x.host());
      b.requireEqual(x, 0, 0);
    }
  }

  private static void add(Workbench b, Dim3 grid, Object... arguments) {
    b.launch("index_scatter_add_f32", grid, Dim3.of(32, 8), 0, arguments);
  }
}
