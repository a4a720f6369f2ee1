package org.kanface.nn.layer;

import org.kanface.autograd.Var;
import org.kanface.autograd.op.Permute;
import org.kanface.autograd.op.Reshape;
import org.kanface.nn.Module;
import org.kanface.tensor.Shape;

/// Maps as vectors, channel by channel as PyTorch does: `x [n, h, w, c]` → `y [n, c·h·w]`.
public final class Flatten extends Module {
  @Override
  protected Var compute(Var x) {
    Shape s = x.shape();
    boolean onePixel = s.dim(1) * s.dim(2) == 1; // then both orders agree
    Var planes = onePixel ? x : Permute.of(x, 0, 3, 1, 2);
    return Reshape.of(planes, Shape.of(s.dim(0), s.span(1, s.rank())));
  }
}
