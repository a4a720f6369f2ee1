package org.kanface.tensor;

import java.util.Arrays;

/// Where a tensor's elements lie in its storage: shape, strides and offset, all in elements.
///
/// Immutable; every view is a new layout over the same storage. A stride of 0 repeats an element.
public final class Layout {
  private final Shape shape;
  private final long[] strides;
  private final long offset;

  private Layout(Shape shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  /// Row-major from element 0.
  public static Layout contiguous(Shape shape) {
    return new Layout(shape, rowMajor(shape), 0);
  }

  private static long[] rowMajor(Shape shape) {
    var strides = new long[shape.rank()];
    long step = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= shape.dim(i);
    }
    return strides;
  }

  public Shape shape() {
    return shape;
  }

  public long stride(int axis) {
    return strides[shape.axis(axis)];
  }

  public long[] strides() {
    return strides.clone();
  }

  public long offset() {
    return offset;
  }

  /// Whether the elements lie in row-major order without gaps (axes of size 1 do not matter).
  public boolean isContiguous() {
    long step = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      if (shape.dim(i) != 1 && strides[i] != step) {
        return shape.numel() == 0;
      }
      step *= shape.dim(i);
    }
    return true;
  }

  /// Axis `i` of the result is axis `order[i]` of this; throws [ShapeException] unless `order` is a
  /// permutation.
  public Layout permute(int... order) {
    int rank = strides.length;
    Check.that(
        order.length == rank && Arrays.stream(order).map(shape::axis).distinct().count() == rank,
        "permute",
        "%s by %s: expected each of %d axes once",
        shape,
        Arrays.toString(order),
        rank);
    var moved = new long[rank];
    for (int i = 0; i < rank; i++) {
      moved[i] = strides[shape.axis(order[i])];
    }
    return new Layout(shape.permute(order), moved, offset);
  }

  /// Elements `from … to - 1` of an axis; throws [ShapeException] outside it.
  public Layout slice(int axis, long from, long to) {
    int a = shape.axis(axis);
    Check.that(
        0 <= from && from <= to && to <= shape.dim(a),
        "slice",
        "%s, axis %d, [%d, %d): expected a range within [0, %d)",
        shape,
        axis,
        from,
        to,
        shape.dim(a));
    return new Layout(shape.with(a, to - from), strides, offset + from * strides[a]);
  }

  /// Repeats axes of size 1, and new leading ones, up to `target`; throws [ShapeException]
  /// elsewhere.
  public Layout broadcastTo(Shape target) {
    Check.that(
        target.rank() >= shape.rank() && shape.broadcast(target).equals(target),
        "broadcast",
        "%s to %s: sizes differ and are not 1",
        shape,
        target);
    int lead = target.rank() - shape.rank();
    var out = new long[target.rank()];
    for (int i = lead; i < out.length; i++) {
      out[i] = shape.dim(i - lead) == 1 ? 0 : strides[i - lead];
    }
    return new Layout(target, out, offset);
  }

  /// Other sizes over the same elements; throws [ShapeException] unless contiguous and of equal
  /// size.
  public Layout reshape(Shape target) {
    Check.that(
        target.numel() == shape.numel(),
        "reshape",
        "%s to %s: expected %d elements, got %d",
        shape,
        target,
        shape.numel(),
        target.numel());
    Check.that(
        isContiguous(),
        "reshape",
        "%s with strides %s is not contiguous",
        shape,
        Arrays.toString(strides));
    return new Layout(target, rowMajor(target), offset);
  }

  @Override
  public String toString() {
    return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
  }
}
