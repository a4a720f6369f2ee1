package org.kanface.data.pickle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A NumPy array as a pickle holds it: type, shape and raw bytes, or objects. Made empty, then
/// filled by its state.
public final class NumpyArray implements Buildable {
  private @Nullable NumpyType type;
  private List<Long> shape = List.of();
  private PyBytes data = PyBytes.of(new byte[0]);
  private List<Object> objects = List.of();
  private boolean columnMajor;

  NumpyArray() {}

  NumpyArray(NumpyType type, List<Long> shape, PyBytes data) {
    set(type, shape, data);
  }

  /// NumPy's type code without its byte order, such as `u1` or `b1`; empty for an array without
  /// state.
  public String type() {
    return type == null ? "" : type.code();
  }

  public List<Long> shape() {
    return shape;
  }

  /// The elements, row-major or [column-major][#isColumnMajor]; empty for an array of objects.
  public PyBytes data() {
    return data;
  }

  /// The elements of an array of objects.
  public List<Object> objects() {
    return objects;
  }

  /// Whether the elements lie in Fortran's order.
  public boolean isColumnMajor() {
    return columnMajor;
  }

  /// `(version, shape, type, fortran order, bytes or list of objects)`.
  @Override
  public void build(Object state) {
    if (state instanceof PyTuple t
        && t.size() == 5
        && t.get(1) instanceof PyTuple axes
        && t.get(2) instanceof NumpyType dtype
        && t.get(4) instanceof PyBytes bytes) {
      set(dtype, longs(axes), bytes);
      columnMajor = Boolean.TRUE.equals(t.get(3));
    } else if (state instanceof PyTuple t
        && t.size() == 5
        && t.get(1) instanceof PyTuple axes
        && t.get(2) instanceof NumpyType dtype
        && dtype.isObject()
        && t.get(4) instanceof List<?> items) {
      setObjects(dtype, longs(axes), items);
    } else {
      throw new IllegalArgumentException("array state of an unknown form");
    }
  }

  static List<Long> longs(PyTuple axes) {
    return axes.items().stream()
        .map(
            a -> {
              if (a instanceof Long n && n >= 0) {
                return n;
              }
              throw new IllegalArgumentException("an axis that is no size");
            })
        .toList();
  }

  private void setObjects(NumpyType dtype, List<Long> axes, List<?> items) {
    long elements = elements(axes, items.size());
    if (elements != items.size()) {
      throw new IllegalArgumentException(
          "array of shape %s with %d objects".formatted(axes, items.size()));
    }
    type = dtype;
    shape = List.copyOf(axes);
    objects = List.copyOf(items);
  }

  /// The product of the axes, or more than `most` where it is that.
  private static long elements(List<Long> axes, long most) {
    long elements = 1;
    for (long axis : axes) {
      elements = axis != 0 && elements > most / axis ? most + 1 : elements * axis;
    }
    return elements;
  }

  private void set(NumpyType dtype, List<Long> axes, PyBytes bytes) {
    long elements = elements(axes, bytes.size());
    if (dtype.isObject() || elements > bytes.size() || elements * dtype.size() != bytes.size()) {
      throw new IllegalArgumentException(
          "array of shape %s and type %s over %d bytes"
              .formatted(axes, dtype.code(), bytes.size()));
    }
    type = dtype;
    shape = List.copyOf(axes);
    data = bytes;
  }
}
