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

/// MTCNN's output network (Zhang et al. 2016, arXiv:1604.02878): the last word on what [RNet] kept,
/// and five points.
///
/// Crops `x [n, 48, 48, 3]` of `(v - 127.5) / 128` → `[n, 16]`: probability of no face, of a face;
/// how far the face's left, upper, right and lower edge lie from the crop's, in crop sizes; x of
/// the left eye, right eye, nose, left and right corner of the mouth from the crop's left edge, and
/// y of the same from its upper edge, in crop sizes.
public final class ONet extends Module {
  /// Pixels a side of a crop.
  public static final int SIDE = 48;

  private static final long MAP = 128 * 3 * 3; // what the convolutions leave of a crop
  private static final long WIDE = 256;

  private final Features features;
  private final Linear faces;
  private final Linear boxes;
  private final Linear points;

  public ONet(Init init) {
    features =
        register(
            "features",
            new Features(init)
                .conv(3, 32, 3)
                .pool(3, 2)
                .conv(32, 64, 3)
                .pool(3, 2)
                .conv(64, 64, 3)
                .pool(2, 2)
                .conv(64, 128, 2)
                .linear(MAP, WIDE));
    faces = register("conv6_1", new Linear(init, WIDE, 2, true));
    boxes = register("conv6_2", new Linear(init, WIDE, 4, true));
    points = register("conv6_3", new Linear(init, WIDE, 10, true));
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(1) == SIDE && s.dim(2) == SIDE && s.dim(3) == 3,
        "ONet",
        "crops %s: expected [n, %d, %d, 3]",
        s,
        SIDE,
        SIDE);
    return Graph.local(
        () -> {
          Var y = features.forward(x);
          return Concat.of(
              -1, List.of(Softmax.of(faces.forward(y)), boxes.forward(y), points.forward(y)));
        });
  }
}
