package org.kanface.data.load;

import org.kanface.data.image.Resampling;
import org.kanface.data.image.RgbImage;

/// How training images of other sizes come to the network's.
public enum Scaling {
  /// They do not: such an image is an error.
  NONE {
    @Override
    RgbImage scaled(RgbImage image, int side) {
      throw new UnsupportedOperationException("images are not to be scaled");
    }
  },
  /// Bilinear, with the pixels between averaged where an image shrinks.
  BILINEAR {
    @Override
    RgbImage scaled(RgbImage image, int side) {
      return Resampling.BILINEAR.resize(image, side, side, true);
    }
  },
  /// Over eight pixels each way, as OpenCV does and EfficientFR wants.
  LANCZOS4 {
    @Override
    RgbImage scaled(RgbImage image, int side) {
      return Resampling.LANCZOS4.resize(image, side, side);
    }
  };

  /// A copy of `side × side` pixels, whatever the image's own proportions.
  abstract RgbImage scaled(RgbImage image, int side);
}
