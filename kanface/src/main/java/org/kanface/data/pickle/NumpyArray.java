package org.kanface.data.pickle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A NumPy array as a pickle holds it: type, shape and raw bytes. Made empty, then filled by its
/// state.
public final class NumpyArray implements Buildable {
  private @Nullable NumpyType type;
  private List<Long> shape = List.of();
  private PyBytes data = PyBytes.of(new byte[0]);

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

  /// The elements, row-major (column-major for Fortran arrays, alike where there is one axis).
  public PyBytes data() {
    return data;
  }

  /// `(version, shape, type, fortran order, bytes)`.
  @Override
  public void build(Object state) {
    if (state instanceof PyTuple t
        && t.size() == 5
        && t.get(1) instanceof PyTuple axes
        && t.get(2) instanceof NumpyType dtype
        && t.get(4) instanceof PyBytes bytes) {
      set(dtype, longs(axes), bytes);
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

  private void set(NumpyType dtype, List<Long> axes, PyBytes bytes) {
    long elements = 1;
    for (long axis : axes) {
      elements = axis != 0 && elements > bytes.size() / axis ? bytes.size() + 1 : elements * axis;
    }
    if (elements > bytes.size() || elements * dtype.size() != bytes.size()) {
      throw new IllegalArgumentException(
          "array of shape %s and type %s over %d bytes"
              .formatted(axes, dtype.code(), bytes.size()));
    }
    type = dtype;
    shape = List.copyOf(axes);
    data = bytes;
  }
}
