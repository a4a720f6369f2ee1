package org.kanface.tools.ptx;

/// Sizes of a grid or block, each at least 1.
public record Dim3(int x, int y, int z) {
  public Dim3 {
    if (x < 1 || y < 1 || z < 1) {
      throw new IllegalArgumentException(
          "expected sizes of at least 1, got %d, %d, %d.".formatted(x, y, z));
    }
  }

  /// `x` by 1 by 1.
  public static Dim3 of(int x) {
    return new Dim3(x, 1, 1);
  }

  /// `x` by `y` by 1.
  public static Dim3 of(int x, int y) {
    return new Dim3(x, y, 1);
  }

  /// `x`, `x,y` or `x,y,z`.
  public static Dim3 parse(String text) {
    String[] parts = text.split(",", -1);
    try {
      if (parts.length > 3) {
        throw new NumberFormatException(text);
      }
      return new Dim3(
          Integer.parseInt(parts[0].strip()),
          parts.length > 1 ? Integer.parseInt(parts[1].strip()) : 1,
          parts.length > 2 ? Integer.parseInt(parts[2].strip()) : 1);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("expected X, X,Y or X,Y,Z, got '" + text + "'.");
    }
  }

  /// How many elements.
  public long count() {
    return (long) x * y * z;
  }

  @Override
  public String toString() {
    return x + "," + y + "," + z;
  }
}
