package org.kanface.data.load;

import org.kanface.data.SampleRandom;
import org.kanface.data.image.RgbImage;

/// A random change of a training image that keeps its size.
@FunctionalInterface
public interface Augmentation {
  /// A changed copy, or the image itself; what is drawn comes from `random` alone, so that an image
  /// changes the same way wherever and whenever it is loaded.
  RgbImage apply(RgbImage image, SampleRandom random);

  /// This one, then `next`.
  default Augmentation then(Augmentation next) {
    return (image, random) -> next.apply(apply(image, random), random);
  }
}
