package org.kanface.data.pickle;

/// A NumPy element type: kind and size, such as `u1`, or `O8` for Python objects; its state, with
/// the byte order, is checked and dropped.
record NumpyType(String code) implements Buildable {
  NumpyType {
    if (!code.matches("[biuf][1248]|O[48]")) {
      throw new IllegalArgumentException(
          "element type \"" + code + "\", expected one of numbers, booleans or objects");
    }
  }

  /// Whether the elements are values of the pickle itself.
  boolean isObject() {
    return code.charAt(0) == 'O';
  }

  int size() {
    return code.charAt(1) - '0';
  }

  @Override
  public void build(Object state) {
    if (state instanceof PyTuple t
        && t.size() > 1
        && t.get(1) instanceof String order
        && order.equals(">")) {
      throw new IllegalArgumentException("big-endian elements");
    }
  }
}
