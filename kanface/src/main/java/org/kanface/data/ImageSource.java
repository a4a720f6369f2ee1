package org.kanface.data;

import org.kanface.data.image.RgbImage;

/// Images numbered from 0 and decoded when asked for. Reading is thread-safe.
public interface ImageSource extends AutoCloseable {
  /// How many images there are.
  int size();

  /// What errors and lists call image `index`: a path, or a record's key in its file.
  String name(int index);

  /// Image `index`, decoded.
  ///
  /// Throws [DataException] naming the image where it is missing or damaged.
  RgbImage image(int index);

  @Override
  default void close() {}
}
