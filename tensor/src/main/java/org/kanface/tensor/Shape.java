package org.kanface.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/// Sizes of a tensor's axes. Immutable; an axis may be 0; rank 0 is a scalar.
public final class Shape {
  public static final Shape SCALAR = new Shape(new long[0]);

  private final long[] dims;

  private Shape(long[] dims) {
    this.dims = dims;
  }

  /// Throws [ShapeException] for a negative size.
  public static Shape of(long... dims) {
    for (long d : dims) {
      Check.that(d >= 0, "shape", "%s: expected sizes of 0 or more", Arrays.toString(dims));
    }
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  /// Size of an axis; a negative one counts from the end. Throws [ShapeException] outside the rank.
  public long dim(int axis) {
    return dims[axis(axis)];
  }

  /// The axis number from 0 for one that may be negative.
  public int axis(int axis) {
    int a = axis < 0 ? axis + dims.length : axis;
    Check.that(a >= 0 && a < dims.length, "shape", "axis %d of %s: no such axis", axis, this);
    return a;
  }

  /// Number of elements; 1 for a scalar.
  public long numel() {
    long product = 1;
    for (long d : dims) {
      product = Math.multiplyExact(product, d);
    }
    return product;
  }

  public long[] toArray() {
    return dims.clone();
  }

  /// The same sizes but for one axis.
  public Shape with(int axis, long size) {
    long[] copy = dims.clone();
    copy[axis(axis)] = size;
    return of(copy);
  }

  /// The sizes without one axis.
  public Shape without(int axis) {
    int a = axis(axis);
    var rest = new long[dims.length - 1];
    System.arraycopy(dims, 0, rest, 0, a);
    System.arraycopy(dims, a + 1, rest, a, rest.length - a);
    return new Shape(rest);
  }

  /// Axis `i` of the result is axis `order[i]` of this.
  public Shape permute(int... order) {
    var out = new long[dims.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = dim(order[i]);
    }
    return new Shape(out);
  }

  /// Product of the sizes of axes `from … to - 1`.
  public long span(int from, int to) {
    long product = 1;
    for (int i = from; i < to; i++) {
      product *= dims[i];
    }
    return product;
  }

  /// The shape that both expand to: axes aligned at the end, a size of 1 repeats.
  ///
  /// Throws [ShapeException] where two sizes differ and neither is 1.
  public Shape broadcast(Shape other) {
    int rank = Math.max(rank(), other.rank());
    var out = new long[rank];
    for (int i = 0; i < rank; i++) {
      long a = i < rank - rank() ? 1 : dims[i - (rank - rank())];
      long b = i < rank - other.rank() ? 1 : other.dims[i - (rank - other.rank())];
      Check.that(
          a == b || a == 1 || b == 1,
          "broadcast",
          "%s with %s: axis %d is %d and %d",
          this,
          other,
          i,
          a,
          b);
      out[i] = a == 1 ? b : a;
    }
    return new Shape(out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
