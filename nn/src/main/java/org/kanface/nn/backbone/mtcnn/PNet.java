package org.kanface.nn.backbone.mtcnn;

import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Concat;
import org.kanface.autograd.op.Softmax;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.layer.Conv2d;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;

/// MTCNN's proposal network (Zhang et al. 2016, arXiv:1604.02878): looks at every window of 12
/// pixels, two pixels apart.
///
/// Images `x [n, h, w, 3]` of `(v - 127.5) / 128`, at least 12 pixels a side → `[n, h', w', 6]`,
/// `h' = ⌈(h - 2)/2⌉ - 4`. The channels: probability of no face, of a face, and how far the face's
/// left, upper, right and lower edge lie from the window's, in window sizes.
public final class PNet extends Module {
  /// Pixels a side of the window that one output looks at.
  public static final int WINDOW = 12;

  /// Pixels between windows.
  public static final int STRIDE = 2;

  private final Features features;
  private final Conv2d faces; // 1×1 → 2
  private final Conv2d boxes; // 1×1 → 4

  public PNet(Init init) {
    features =
        register(
            "features",
            new Features(init).conv(3, 10, 3).pool(2, 2).conv(10, 16, 3).conv(16, 32, 3));
    faces = register("conv4_1", new Conv2d(init, new Conv2d.Config(32, 2, 1, 1, 0, 1, true)));
    boxes = register("conv4_2", new Conv2d(init, new Conv2d.Config(32, 4, 1, 1, 0, 1, true)));
  }

  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    Check.that(
        s.rank() == 4 && s.dim(1) >= WINDOW && s.dim(2) >= WINDOW && s.dim(3) == 3,
        "PNet",
        "images %s: expected [n, h, w, 3] of at least %d pixels a side",
        s,
        WINDOW);
    return Graph.local(
        () -> {
          Var y = features.forward(x);
          return Concat.of(-1, List.of(Softmax.of(faces.forward(y)), boxes.forward(y)));
        });
  }
}
