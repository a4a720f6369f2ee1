package org.kanface.autograd.op;

import org.kanface.autograd.Frame;
import org.kanface.kernels.Binary;
import org.kanface.kernels.Strided;
import org.kanface.tensor.Layout;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Binary functions over broadcast shapes, and the sum that undoes a broadcast in the gradient.
final class Broadcasting {
  private Broadcasting() {}

  static Tensor apply(Frame f, Binary function, Tensor a, Tensor b) {
    Shape shape = a.shape().broadcast(b.shape());
    Tensor y = f.empty(shape);
    Layout first = a.layout().broadcastTo(shape);
    Layout second = b.layout().broadcastTo(shape);
    var walk = Strided.of(shape.toArray(), first.strides(), second.strides());
    f.kernels()
        .elementwise()
        .binary(function, walk, a.stridedMemory(), b.stridedMemory(), y.memory());
    return y;
  }

  /// `dy` summed over the axes that `target` repeats; `dy` itself where the shapes agree. The
  /// caller keeps `dy`.
  static Tensor reduce(Frame f, Tensor dy, Shape target) {
    if (dy.shape().equals(target)) {
      return dy.retain();
    }
    Tensor sum = dy.retain();
    int lead = dy.shape().rank() - target.rank();
    for (int axis = 0; axis < dy.shape().rank(); axis++) {
      boolean repeated = axis < lead || target.dim(axis - lead) != dy.shape().dim(axis);
      if (repeated) { // the axis stays, with size 1, until the last reshape
        Shape s = sum.shape();
        Tensor next = f.empty(s.with(axis, 1));
        f.kernels()
            .reduce()
            .sum(
                s.span(0, axis),
                s.dim(axis),
                s.span(axis + 1, s.rank()),
                1,
                sum.memory(),
                next.memory());
        sum.close();
        sum = next;
      }
    }
    try (Tensor reduced = sum) {
      return reduced.reshape(target);
    }
  }

  /// `scale` times [#reduce], in memory of its own.
  static Tensor reduceScaled(Frame f, double scale, Tensor dy, Shape target) {
    Tensor sum = reduce(f, dy, target);
    Tensor scaled = sum.isShared() ? f.empty(target) : sum;
    f.kernels().elementwise().affine(scaled.numel(), scale, 0, sum.memory(), scaled.memory());
    if (scaled != sum) {
      sum.close();
    }
    return scaled;
  }
}
