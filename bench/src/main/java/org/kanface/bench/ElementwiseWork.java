package org.kanface.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kanface.kernels.Binary;
import org.kanface.kernels.Strided;
import org.kanface.kernels.Unary;

/// Activations of the networks, residuals, layer scale.
final class ElementwiseWork {
  private static final long HIDDEN = 6272 * 400L; // of KANFace's MLP in its second stage
  private static final long PIXELS = KernelWork.BATCH * 56L * 56;
  private static final long CHANNELS = 64;

  private ElementwiseWork() {}

  static List<Work> rows() {
    var rows = new ArrayList<Work>();
    for (Unary f : List.of(Unary.GELU, Unary.SILU, Unary.SIGMOID, Unary.RELU)) {
      String name = f.name().toLowerCase(Locale.ROOT) + "_6272x400";
      rows.add(Work.kernel(name + "/forward", b -> unary(b, f)));
      rows.add(Work.kernel(name + "/backward", b -> unaryBackward(b, f)));
    }
    rows.add(Work.kernel("prelu_64_56_b32/forward", ElementwiseWork::prelu));
    rows.add(Work.kernel("prelu_64_56_b32/backward", ElementwiseWork::preluBackward));
    rows.add(Work.kernel("add_64_56_b32/forward", ElementwiseWork::add));
    rows.add(Work.kernel("scale_residual_6272x100/forward", ElementwiseWork::scaleResidual));
    return rows;
  }

  private static Workload unary(Blocks b, Unary f) {
    var x = b.of(HIDDEN);
    var y = b.of(HIDDEN);
    var kernels = b.kernels.elementwise();
    return b.runs(() -> kernels.unary(f, HIDDEN, x, y));
  }

  private static Workload unaryBackward(Blocks b, Unary f) {
    var x = b.of(HIDDEN);
    var dy = b.of(HIDDEN);
    var dx = b.of(HIDDEN);
    var kernels = b.kernels.elementwise();
    return b.runs(() -> kernels.unaryBackward(f, HIDDEN, x, dy, dx));
  }

  private static Workload prelu(Blocks b) {
    var x = b.of(PIXELS * CHANNELS);
    var y = b.of(PIXELS * CHANNELS);
    var weight = b.of(CHANNELS);
    var kernels = b.kernels.elementwise();
    return b.runs(() -> kernels.prelu(PIXELS, CHANNELS, x, weight, y));
  }

  private static Workload preluBackward(Blocks b) {
    var x = b.of(PIXELS * CHANNELS);
    var dy = b.of(PIXELS * CHANNELS);
    var dx = b.of(PIXELS * CHANNELS);
    var weight = b.of(CHANNELS);
    var dweight = b.of(CHANNELS);
    var kernels = b.kernels.elementwise();
    return b.runs(() -> kernels.preluBackward(PIXELS, CHANNELS, x, weight, dy, dx, dweight));
  }

  private static Workload add(Blocks b) {
    long n = PIXELS * CHANNELS;
    var x = b.of(n);
    var z = b.of(n);
    var y = b.of(n);
    var walk = Strided.of(new long[] {n}, new long[] {1}, new long[] {1});
    var kernels = b.kernels.elementwise();
    return b.runs(() -> kernels.binary(Binary.ADD, walk, x, z, y));
  }

  private static Workload scaleResidual(Blocks b) {
    var x = b.of(6272 * 100);
    var scale = b.of(100);
    var residual = b.of(6272 * 100);
    var y = b.of(6272 * 100);
    var kernels = b.kernels.elementwise();
    return b.runs(() -> kernels.scaleResidual(6272, 100, x, scale, residual, y));
  }
}
