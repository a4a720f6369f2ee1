package org.kanface.gallery;

import java.util.Arrays;

/// A face as a network's output, any length.
public final class Embedding {
  private static final double LEAST_LENGTH = 1e-8; // below it a vector has no direction

  private final float[] values;

  private Embedding(float[] values) {
    this.values = values;
  }

  /// A copy of `values`; throws [IllegalArgumentException] where one is not finite.
  public static Embedding of(float... values) {
    for (float v : values) {
      if (!Float.isFinite(v)) {
        throw new IllegalArgumentException("[embedding] expected finite numbers, got " + v);
      }
    }
    return new Embedding(values.clone());
  }

  public int size() {
    return values.length;
  }

  public float[] toFloats() {
    return values.clone();
  }

  /// `Σ (a / max(|a|, 1e-8)) (b / max(|b|, 1e-8))`: 1 for the same direction, -1 for the opposite.
  /// Throws [IllegalArgumentException] for another size, as [#distance].
  public double cosine(Embedding other) {
    checkSize(other);
    double dot = 0;
    for (int i = 0; i < values.length; i++) {
      dot += (double) values[i] * other.values[i];
    }
    return dot / (Math.max(length(), LEAST_LENGTH) * Math.max(other.length(), LEAST_LENGTH));
  }

  /// Euclidean distance, `|a - b|`.
  public double distance(Embedding other) {
    checkSize(other);
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      double d = (double) values[i] - other.values[i];
      squares += d * d;
    }
    return Math.sqrt(squares);
  }

  private double length() {
    double squares = 0;
    for (float v : values) {
      squares += (double) v * v;
    }
    return Math.sqrt(squares);
  }

  private void checkSize(Embedding other) {
    if (size() != other.size()) {
      throw new IllegalArgumentException(
          "[embedding] %d numbers against %d: they are of different networks"
              .formatted(size(), other.size()));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Embedding o && Arrays.equals(o.values, values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Embedding[" + values.length + "]";
  }
}
