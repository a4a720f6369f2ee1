package org.kanface.tools.kernels;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.LossKernels;
import org.kanface.kernels.Margin;
import org.kanface.kernels.Margin.Kind;
import org.kanface.tools.ptx.Dim3;

/// `loss.cu` against the plain loops: rows without a target, filtered classes, poles of the angle,
/// in place, and the margin fused with the cross-entropy.
final class LossKernelTest {
  private static final LossKernels REFERENCE = Workbench.REFERENCE.loss();
  private static final Dim3 GRID = Dim3.of(2);
  private static final String SIZES = "0,5\n1,1\n3,7\n4,32\n5,33\n9,100\n2,600\n";

  private static float filter(Margin m) {
    return m.filterThreshold() > 0 ? (float) m.filterThreshold() : Float.POSITIVE_INFINITY;
  }

  @ParameterizedTest
  @CsvSource(textBlock = SIZES)
  void margins(long rows, long cols) {
    try (var b = new Workbench("loss", cols)) {
      for (Kind kind : Kind.values()) {
        for (double filter : new double[] {0, 0.4}) {
          var plain = new Margin(kind, 64, 0.5, filter, false);
          margin(b, plain, b.in("z", rows * cols), rows, cols);
          backward(b, plain, b.in("z", rows * cols), rows, cols);
          var exact = new Margin(kind, 64, 0.5, filter, true);
          backward(b, exact, b.in("z", rows * cols, -0.95, 0.95), rows, cols);
        }
      }
    }
  }

  @Test
  void poles() {
    try (var b = new Workbench("loss", 1)) {
      var m = new Margin(Kind.ANGULAR, 64, 0.5, 0, true);
      double[] poles = {1, -1, 0.5, 0, -0.0, 1.5};
      margin(b, m, b.values("z", 240, i -> poles[(int) i % 6]), 40, 6);
      backward(b, m, b.values("z", 240, i -> poles[(int) i % 5]), 40, 6);
    }
  }

  private static void margin(Workbench b, Margin m, Twin z, long rows, long cols) {
    Twin labels = b.indices("labels", rows, -1, cols);
    Twin y = b.out("logits", rows * cols);
    for (Twin out : new Twin[] {y, z}) {
      b.launch(
          "loss_margin_forward_f32",
          GRID,
          Dim3.of(64),
          0,
          z,
          labels,
          out,
          rows,
          cols,
          m.kind().ordinal(),
          (float) m.scale(),
          (float) m.margin(),
          filter(m));
      REFERENCE.marginForward(m, rows, cols, z.host(), labels.host(), out.host());
      b.requireEqual(out, 16, m.scale());
    }
  }

  private static void backward(Workbench b, Margin m, Twin z, long rows, long cols) {
    Twin labels = b.indices("labels", rows, -1, cols);
    Twin dy = b.in("dlogits", rows * cols);
    Twin dz = b.out("dcosines", rows * cols);
    for (Twin out : new Twin[] {dz, dy}) {
      b.launch(
          "loss_margin_backward_f32",
          GRID,
          Dim3.of(64),
          0,
          z,
          labels,
          dy,
          out,
          rows,
          cols,
          m.kind().ordinal(),
          (float) m.scale(),
          (float) m.margin(),
          filter(m),
          m.exactGradient() ? 1 : 0);
      REFERENCE.marginBackward(m, rows, cols, z.host(), labels.host(), dy.host(), out.host());
      b.requireEqual(out, 64, m.scale());
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = SIZES)
  void crossEntropy(long rows, long cols) {
    double ulps = 32 + 2 * Math.sqrt(cols);
    try (var b = new Workbench("loss", cols)) {
      for (float floor : new float[] {0, 1e-30f}) {
        for (int threads : new int[] {32, 128}) {
          Twin x = b.in("logits", rows * cols, -64, 64);
          Twin labels = b.indices("labels", rows, -1, cols);
          Twin p = b.out("probabilities", rows * cols);
          Twin losses = b.out("losses", rows);
          for (Twin target : new Twin[] {null, p, x}) {
            b.launch(
                "loss_crossentropy_forward_f32",
                GRID,
                Dim3.of(threads),
                0,
                x,
                labels,
                target == null ? 0L : target,
                losses,
                rows,
                cols,
                floor);
            REFERENCE.crossEntropyForward(
                rows,
                cols,
                floor,
                x.host(),
                labels.host(),
                target == null ? null : target.host(),
                losses.host());
            b.requireEqual(losses, ulps, 1);
            if (target != null) {
              b.requireEqual(target, ulps, 1e-6);
            }
          }
        }
      }
      for (int ignore = 0; ignore < 2; ignore++) {
        Twin p = b.in("probabilities", rows * cols, 0, 1);
        Twin labels = b.indices("labels", rows, -1, cols);
        Twin g = b.in("dlosses", rows);
        Twin dx = b.out("dlogits", rows * cols);
        for (Twin out : new Twin[] {dx, p}) {
          b.launch(
              "loss_crossentropy_backward_f32",
              Dim3.of(2, 2),
              Dim3.of(32),
              0,
              p,
              labels,
              g,
              out,
              rows,
              cols,
              ignore);
          REFERENCE.crossEntropyBackward(
              rows, cols, ignore == 1, p.host(), labels.host(), g.host(), out.host());
          b.requireEqual(out, 8, 1);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = SIZES)
  void fused(long rows, long cols) {
    double ulps = 32 + 2 * Math.sqrt(cols);
    try (var b = new Workbench("loss", cols)) {
      for (Kind kind : Kind.values()) {
        var m = new Margin(kind, 64, 0.5, 0.4, false);
        Twin z = b.in("z", rows * cols);
        Twin labels = b.indices("labels", rows, -1, cols);
        Twin maxima = b.out("maxima", rows);
        Twin sums = b.out("sums", rows);
        Twin losses = b.out("losses", rows);
        Object[] shape = {rows, cols, kind.ordinal(), 64f, 0.5f, 0.4f};
        b.launch(
            "loss_margin_crossentropy_forward_f32",
            GRID,
            Dim3.of(64),
            0,
            join(new Object[] {z, labels, maxima, sums, losses}, shape));
        Twin p = b.out("p", rows * cols); // on the host alone
        REFERENCE.marginForward(m, rows, cols, z.host(), labels.host(), p.host());
        REFERENCE.crossEntropyForward(
            rows, cols, 0, p.host(), labels.host(), p.host(), losses.host());
        b.requireEqual(losses, ulps, 64);
        Twin g = b.in("dlosses", rows);
        Twin dz = b.out("dcosines", rows * cols);
        b.launch(
            "loss_margin_crossentropy_backward_f32",
            Dim3.of(2, 2),
            Dim3.of(32),
            0,
            join(new Object[] {z, labels, maxima, sums, g, dz}, shape));
        REFERENCE.crossEntropyBackward(
            rows, cols, true, p.host(), labels.host(), g.host(), dz.host());
        REFERENCE.marginBackward(m, rows, cols, z.host(), labels.host(), dz.host(), dz.host());
        b.requireEqual(dz, 64 * ulps, 64);
      }
    }
  }

  private static Object[] join(Object[] blocks, Object[] shape) {
    var all = new Object[blocks.length + shape.length];
    System.arraycopy(blocks, 0, all, 0, blocks.length);
    System.arraycopy(shape, 0, all, blocks.length, shape.length);
    return all;
  }
}
