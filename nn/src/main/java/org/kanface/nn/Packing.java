package org.kanface.nn;

import java.util.List;
import java.util.stream.IntStream;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// How a parameter's shape in a state dict (PyTorch's) relates to the one that kernels want.
///
/// @param external the shape in state dicts
/// @param order axis `i` of the internal shape is axis `order[i]` of the external one
public record Packing(Shape external, List<Integer> order) {
  public Packing {
    order = List.copyOf(order);
  }

  /// The same inside and outside.
  public static Packing plain(Shape shape) {
    return new Packing(shape, IntStream.range(0, shape.rank()).boxed().toList());
  }

  /// Convolution weights: OIHW outside, OHWI inside.
  public static Packing conv(long out, long in, long kh, long kw) {
    return new Packing(Shape.of(out, in, kh, kw), List.of(0, 2, 3, 1));
  }

  /// Spline coefficients: `[in, out, basis]` outside, `[in, basis, out]` inside.
  public static Packing spline(long in, long out, long basis) {
    return new Packing(Shape.of(in, out, basis), List.of(0, 2, 1));
  }

  /// The shape that kernels see.
  public Shape internal() {
    return external.permute(order.stream().mapToInt(Integer::intValue).toArray());
  }

  /// Whether it is the same inside and outside.
  public boolean isPlain() {
    for (int i = 0; i < order.size(); i++) {
      if (order.get(i) != i) {
        return false;
      }
    }
    return true;
  }

  /// Values in external order, reordered for kernels.
  public float[] toInternal(float[] values) {
    if (isPlain()) {
      return values;
    }
    var out = new float[values.length];
    long[] at = offsets();
    for (int i = 0; i < out.length; i++) {
      out[i] = values[(int) at[i]];
    }
    return out;
  }

  /// Values in internal order, reordered for a state dict.
  public float[] toExternal(float[] values) {
    if (isPlain()) {
      return values;
    }
    var out = new float[values.length];
    long[] at = offsets();
    for (int i = 0; i < out.length; i++) {
      out[(int) at[i]] = values[i];
    }
    return out;
  }

  /// A view of a tensor in internal order with its axes as a state dict has them.
  Tensor outside(Tensor inside) {
    var axes = new int[order.size()];
    for (int i = 0; i < axes.length; i++) {
      axes[order.get(i)] = i;
    }
    return inside.permute(axes);
  }

  /// The external offset of every internal element.
  private long[] offsets() {
    int rank = external.rank();
    Shape inside = internal();
    var strides = new long[rank]; // external strides, in internal axis order
    for (int i = 0; i < rank; i++) {
      strides[i] = external.span(order.get(i) + 1, rank);
    }
    var out = new long[Math.toIntExact(inside.numel())];
    var index = new long[rank];
    long offset = 0;
    for (int i = 0; i < out.length; i++) {
      out[i] = offset;
      for (int axis = rank - 1; axis >= 0; axis--) {
        offset += strides[axis];
        if (++index[axis] < inside.dim(axis)) {
          break;
        }
        offset -= strides[axis] * inside.dim(axis);
        index[axis] = 0;
      }
    }
    return out;
  }
}
