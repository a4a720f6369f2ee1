package org.kanface.report;

/// A named curve: `y[i]` at `x[i]`, x ascending. Points with a NaN or infinite `y` are gaps.
public record Series(String name, double[] x, double[] y) {
  public Series {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "series %s: got %d x and %d y values".formatted(name, x.length, y.length));
    }
  }
}
