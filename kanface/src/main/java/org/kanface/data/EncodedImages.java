package org.kanface.data;

import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;

/// Images kept encoded, so that they can be copied from one container to another untouched.
public interface EncodedImages extends ImageSource {
  /// The bytes of image `index` as they were stored.
  byte[] encoded(int index);

  @Override
  default RgbImage image(int index) {
    return ImageCodec.decode(encoded(index), name(index));
  }

  /// The encoded bytes of any source's image: its own where it keeps them, else a PNG of the
  /// pixels.
  static byte[] of(ImageSource source, int index) {
    return source instanceof EncodedImages own
        ? own.encoded(index)
        : ImageCodec.encodePng(source.image(index));
  }
}
