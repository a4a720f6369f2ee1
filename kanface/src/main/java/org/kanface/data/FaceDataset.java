package org.kanface.data;

/// Labelled face images; counts come from the data itself.
public interface FaceDataset extends ImageSource {
  /// How many identities there are; labels lie in `0 … classes() − 1`.
  int classes();

  /// The identity of image `index`.
  int label(int index);

  /// What an identity is called.
  default String className(int label) {
    return Integer.toString(label);
  }
}
