package org.kanface.nn.backbone.mtcnn;

import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Concat;
import org.kanface.autograd.op.Softmax;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Linear;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// MTCNN's refinement network (Zhang et al. 2016, arXiv:1604.02878): looks again at what [PNet]
/// found.
///
/// Crops `x [n, 24, 24, 3]` of `(v - 127.5) / 128` → `[n, 6]`: probability of no face, of a face,
/// and how far the face's left, upper, right and lower edge lie from the crop's, in crop sizes.
public final class RNet extends Module {
  /// Pixels a side of a crop.
  public static final int SIDE = 24;

  private static final long MAP = 64 * 3 * 3; // what the convolutions leave of a crop
  private static final long WIDE = 128;

  private final Features features;
  private final Linear faces;
  private final Linear boxes;

  public RNet(Init init) {
    features =
        register(
            "features",
            new Features(init)
                .conv(3, 28, 3)
                .pool(3, 2)
                .conv(28, 48, 3)
                .pool(3, 2)
                .conv(48, 64, 2)
                .linear(MAP, WIDE));
    faces = register("conv5_1", new Linear(init, WIDE, 2, true));
    boxes = register("conv5_2", new Linear(init, WIDE, 4, true));
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(1) == SIDE && s.dim(2) == SIDE && s.dim(3) == 3,
        "RNet",
        "crops %s: expected [n, %d, %d, 3]",
        s,
        SIDE,
        SIDE);
    return Graph.local(
        () -> {
          Var y = features.forward(x);
          return Concat.of(-1, List.of(Softmax.of(faces.forward(y)), boxes.forward(y)));
        });
  }
}
