package org.kanface.data;

import org.kanface.data.image.RgbImage;

/// Labelled face images, numbered from 0. Reading is thread-safe; counts come from the data itself.
public interface FaceDataset extends AutoCloseable {
  /// How many images there are.
  int size();

  /// How many identities there are; labels lie in `0 … classes() − 1`.
  int classes();

  /// The identity of image `index`.
  int label(int index);

  /// What errors and lists call image `index`: a path, or a record's key in its file.
  String name(int index);

  /// What an identity is called.
  default String className(int label) {
    return Integer.toString(label);
  }

  /// Image `index`, decoded.
  ///
  /// Throws [DataException] naming the image where it is missing or damaged.
  RgbImage image(int index);

  @Override
  default void close() {}
}
