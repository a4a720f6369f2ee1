package org.kanface.data.load;

import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.RgbImage;

/// One worker's way from a sample index to a slot of a batch: read, check the size, augment,
/// normalise.
final class SampleFiller {
  private static final int TRIES = 100; // consecutive damaged images after which skipping gives up

  private final FaceDataset data;
  private final ImagePreparation images;
  private final long seed; // of every augmentation
  private final DamagedImages damaged;
  private final SampleRandom random = new SampleRandom();
  private final float[] pixels;

  SampleFiller(FaceDataset data, LoaderOptions options, DamagedImages damaged) {
    this.data = data;
    images = options.images();
    seed = options.order().seed();
    this.damaged = damaged;
    pixels = new float[3 * images.side() * images.side()];
  }

  void fill(Batch batch, int slot, int sample, int epoch) {
    int from = sample;
    RgbImage image = null;
    for (int tries = 1; image == null; tries++) {
      try {
        image = sized(data.image(from), from);
      } catch (DataException e) {
        if (!images.skipDamaged()) {
          throw e;
        }
        damaged.add(from, String.valueOf(e.getMessage()));
        if (tries == Math.min(TRIES, data.size())) {
          throw new DataException(
              "%d images in a row cannot be read, the last: %s".formatted(tries, e.getMessage()),
              e);
        }
        from = (from + 1) % data.size();
      }
    }
    int label = data.label(from);
    if (label < 0 || label >= data.classes()) {
      throw DataException.of(
          "Image %s has label %d, expected 0 to %d.", data.name(from), label, data.classes() - 1);
    }
    random.reset(seed, epoch, sample);
    RgbImage changed =
        sample < images.augmentFrom() ? image : images.augment().apply(image, random);
    if (images.normalization() == null) {
      batch.set(slot, from, label, changed.pixels());
    } else {
      images.normalization().apply(changed.pixels(), pixels);
      batch.set(slot, from, label, pixels);
    }
  }

  private RgbImage sized(RgbImage image, int index) {
    int side = images.side();
    if (image.width() == side && image.height() == side) {
      return image;
    }
    if (images.scaling() == Scaling.NONE) {
      throw DataException.of(
          "Image %s is %d x %d pixels, expected %d x %d: align the faces first or allow resizing.",
          data.name(index), image.width(), image.height(), side, side);
    }
    return images.scaling().scaled(image, side);
  }
}
