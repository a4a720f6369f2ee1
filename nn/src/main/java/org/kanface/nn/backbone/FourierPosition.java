package org.kanface.nn.backbone;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Conv2d;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Position encoding of an `h × w` map: sines and cosines of rows and columns, projected to `dim`
/// channels.
///
/// For row `i` (and column `j` likewise) `e = (i + 1)/(h + 1e-6) · 2π`; channel `f` of 32 is
/// `sin(e/D_f)` for even `f`, `cos(e/D_f)` for odd, `D_f = 10000^(2⌊f/2⌋/32)`; rows fill channels
/// 0-31, columns 32-63. The arithmetic is float32, as in XCiT's code (arXiv:2106.09681).
public final class FourierPosition extends Module {
  private static final int HIDDEN = 32;
  private static final double TEMPERATURE = 10_000;

  private final int hidden;
  private final double temperature;
  private final Conv2d projection; // 1×1, 2 hidden → dim
  private volatile @Nullable Encoded last;

  /// The encoding of maps of one size, which a network asks for again and again.
  private record Encoded(int h, int w, float[] values) {}

  public FourierPosition(Init init, long dim) {
    this(init, dim, HIDDEN, TEMPERATURE);
  }

  /// The same with `hidden` channels for each of rows and columns, and `temperature` for 10000.
  public FourierPosition(Init init, long dim, int hidden, double temperature) {
    Check.positive("FourierPosition", "hidden_dim", hidden);
    Check.positive("FourierPosition", "temperature", temperature);
    this.hidden = hidden;
    this.temperature = temperature;
    projection =
        register(
            "token_projection",
            new Conv2d(init, new Conv2d.Config(2L * hidden, dim, 1, 1, 0, 1, true)));
  }

  /// The encoding for maps of `x`'s size: `x [b, h, w, c]` → `[1, h, w, dim]`.
  @Override
  protected Var compute(Var x) {
    int h = Math.toIntExact(x.dim(1));
    int w = Math.toIntExact(x.dim(2));
    Shape shape = Shape.of(1, h, w, 2L * hidden);
    Tensor map;
    if (x.dtype() == DType.F32) {
      map = Tensor.of(x.value().device(), shape, encoded(h, w));
    } else {
      float[] values = encoded(h, w);
      var doubles = new double[values.length];
      Arrays.setAll(doubles, i -> values[i]);
      map = Tensor.ofDoubles(x.value().device(), shape, doubles);
    }
    return projection.forward(Graph.current().constant(map));
  }

  private float[] encoded(int h, int w) {
    Encoded known = last;
    if (known == null || known.h != h || known.w != w) {
      known = new Encoded(h, w, encode(h, w, hidden, temperature));
      last = known;
    }
    return known.values;
  }

  /// The map before its projection, `[h, w, 64]`.
  static float[] encode(int h, int w) {
    return encode(h, w, HIDDEN, TEMPERATURE);
  }

  private static float[] encode(int h, int w, int hidden, double temperature) {
    var out = new float[h * w * 2 * hidden];
    for (int i = 0; i < h; i++) {
      for (int j = 0; j < w; j++) {
        int at = (i * w + j) * 2 * hidden;
        channels(out, at, angle(i, h), hidden, temperature);
        channels(out, at + hidden, angle(j, w), hidden, temperature);
      }
    }
    return out;
  }

  private static float angle(int index, int size) {
    return (index + 1) / (size + 1e-6f) * (float) (2 * Math.PI);
  }

  private static void channels(float[] out, int at, float angle, int hidden, double temperature) {
    for (int f = 0; f < hidden; f++) {
      float e = angle / (float) Math.pow(temperature, (double) (f - f % 2) / hidden);
      out[at + f] = (float) (f % 2 == 0 ? Math.sin(e) : Math.cos(e));
    }
  }
}
