package org.kanface.data.image;

/// How a face comes to a network's size where its image has another.
public enum Fit {
  /// Square images alone, bicubic.
  SQUARE,
  /// Images of any proportions, stretched over eight pixels each way ([Resampling#LANCZOS4]).
  STRETCH;

  /// Whether this image can be fitted.
  public boolean takes(RgbImage image) {
    return this == STRETCH || image.width() == image.height();
  }

  /// A copy of `side × side` pixels, or the image itself where it has them.
  public RgbImage of(RgbImage image, int side) {
    return (this == STRETCH ? Resampling.LANCZOS4 : Resampling.BICUBIC).resize(image, side, side);
  }
}
