package org.kanface.data.verify;

import org.kanface.data.ImageSource;
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
}
