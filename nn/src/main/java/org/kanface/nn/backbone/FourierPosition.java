package org.kanface.nn.backbone;

import java.util.Arrays;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Conv2d;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Position encoding of an `h × w` map: sines and cosines of rows and columns, projected to `dim`
/// channels.
///
/// For row `i` (and column `j` likewise) `e = (i + 1)/(h + 1e-6) · 2π`; channel `f` of 32 is
/// `sin(e/D_f)` for even
/// `f`, `cos(e/D_f)` for odd, `D_f = 10000^(2⌊f/2⌋/32)`; rows fill channels 0-31, columns 32-63.
/// The
/// arithmetic is float32, as in XCiT's code (arXiv:2106.09681).
public final class FourierPosition extends Module {
  private static final int HIDDEN = 32; // channels for each of rows and columns
  private static final double TEMPERATURE = 10_000;

  private final Conv2d projection; // 1×1, 64 → dim

  public FourierPosition(Init init, long dim) {
    projection =
        register(
            "token_projection",
            new Conv2d(init, new Conv2d.Config(2 * HIDDEN, dim, 1, 1, 0, 1, true)));
  }

  /// The encoding for maps of `x`'s size: `x [b, h, w, c]` → `[1, h, w, dim]`.
  @Override
  protected Var compute(Var x) {
    int h = Math.toIntExact(x.dim(1));
    int w = Math.toIntExact(x.dim(2));
    Shape shape = Shape.of(1, h, w, 2 * HIDDEN);
    Tensor map;
    if (x.dtype() == DType.F32) {
      map = Tensor.of(x.value().device(), shape, encode(h, w));
    } else {
      float[] values = encode(h, w);
      var doubles = new double[values.length];
      Arrays.setAll(doubles, i -> values[i]);
      map = Tensor.ofDoubles(x.value().device(), shape, doubles);
    }
    return projection.forward(Graph.current().constant(map));
  }

  /// The map before its projection, `[h, w, 64]`.
  static float[] encode(int h, int w) {
    var out = new float[h * w * 2 * HIDDEN];
    for (int i = 0; i < h; i++) {
      for (int j = 0; j < w; j++) {
        int at = (i * w + j) * 2 * HIDDEN;
        channels(out, at, angle(i, h));
        channels(out, at + HIDDEN, angle(j, w));
      }
    }
    return out;
  }

  private static float angle(int index, int size) {
    return (index + 1) / (size + 1e-6f) * (float) (2 * Math.PI);
  }

  private static void channels(float[] out, int at, float angle) {
    for (int f = 0; f < HIDDEN; f++) {
      float e = angle / (float) Math.pow(TEMPERATURE, (double) (f - f % 2) / HIDDEN);
      out[at + f] = (float) (f % 2 == 0 ? Math.sin(e) : Math.cos(e));
    }
  }
}
