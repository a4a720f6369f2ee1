package org.kanface.gallery;

/// How two embeddings are compared.
public enum Metric {
  /// Cosine of the angle between them: larger is more alike.
  COSINE {
    @Override
    public double compare(Embedding a, Embedding b) {
      return a.cosine(b);
    }

    @Override
    public boolean isAlike(double value, double threshold) {
      return value >= threshold;
    }
  },
  /// Euclidean distance: smaller is more alike. Its scale is the network's.
  EUCLIDEAN {
    @Override
    public double compare(Embedding a, Embedding b) {
      return a.distance(b);
    }

    @Override
    public boolean isAlike(double value, double threshold) {
      return value <= threshold;
    }
  };

  /// What a comparison is called.
  public String label() {
    return this == COSINE ? "cosine" : "distance";
  }

  public abstract double compare(Embedding a, Embedding b);

  /// Whether faces that compare as `value` are one person; the threshold itself counts as alike.
  public abstract boolean isAlike(double value, double threshold);
}
