package org.kanface.data.load;

import org.kanface.data.DataException;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.BoxResampling;
import org.kanface.data.image.Resampling;
import org.kanface.data.image.RgbImage;

/// The changes that AdaFace's trainer makes before it mirrors, each with a probability of its own:
/// they lower an image's quality, which its margin follows.
///
/// The crop keeps a rectangle of 20 to 100 % of the image, sides 3:4 to 4:3, where it is, and
/// blackens the rest. Low resolution shrinks to a square of 20 to 100 % of the height and comes
/// back, each way by nearest pixels, areas, or bilinear, bicubic or Lanczos weights. Photometric
/// changes are brightness, contrast and saturation by 0.5 to 1.5, in any order. Source: Kim et al.
/// 2022, arXiv:2204.00964, with the trainer published beside it.
///
/// @param crop its probability
/// @param lowRes its probability
/// @param photometric its probability
public record AdaFaceAugment(float crop, float lowRes, float photometric) implements Augmentation {
  private static final float SMALLEST = 0.2f; // of area and of sides
  private static final double WIDEST = 4 / 3.0;
  private static final int TRIES = 10;
  private static final int SCALERS = 5;

  public AdaFaceAugment {
    for (float p : new float[] {crop, lowRes, photometric}) {
      if (!(p >= 0 && p <= 1)) {
        throw DataException.of("Augmentation: probabilities must lie in 0 to 1, got %s.", p);
      }
    }
  }

  @Override
  public RgbImage apply(RgbImage image, SampleRandom random) {
    RgbImage out = image;
    if (random.chance(crop)) {
      out = crop(out, random);
    }
    if (random.chance(lowRes)) {
      out = lowResolution(out, random);
    }
    return random.chance(photometric) ? photometric(out, random) : out;
  }

  private static RgbImage crop(RgbImage image, SampleRandom random) {
    int width = image.width();
    int height = image.height();
    for (int i = 0; i < TRIES; i++) {
      double area = (double) width * height * random.uniform(SMALLEST, 1);
      double aspect = StrictMath.exp((2 * random.nextFloat() - 1) * StrictMath.log(WIDEST));
      int w = (int) Math.rint(Math.sqrt(area * aspect));
      int h = (int) Math.rint(Math.sqrt(area / aspect));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        int y = random.nextInt(height - h + 1);
        int x = random.nextInt(width - w + 1);
        return only(image, x, y, w, h);
      }
    }
    int w = (int) Math.min(width, Math.rint(height * WIDEST)); // the largest, in the middle
    int h = (int) Math.min(height, Math.rint(width * WIDEST));
    return only(image, (width - w) / 2, (height - h) / 2, w, h);
  }

  /// The rectangle where it is, on black.
  static RgbImage only(RgbImage image, int x, int y, int w, int h) {
    RgbImage out = RgbImage.black(image.width(), image.height());
    for (int row = y; row < y + h; row++) {
      int at = (row * image.width() + x) * 3;
      System.arraycopy(image.pixels(), at, out.pixels(), at, 3 * w);
    }
    return out;
  }

  private static RgbImage lowResolution(RgbImage image, SampleRandom random) {
    int side = Math.max(1, (int) (random.uniform(SMALLEST, 1) * image.height()));
    RgbImage small = scaled(image, side, side, random.nextInt(SCALERS));
    return scaled(small, image.width(), image.height(), random.nextInt(SCALERS));
  }

  private static RgbImage scaled(RgbImage image, int width, int height, int way) {
    return switch (way) {
      case 0 -> BoxResampling.nearest(image, width, height);
      case 1 -> Resampling.BILINEAR.resize(image, width, height);
      case 2 -> BoxResampling.area(image, width, height);
      case 3 -> Resampling.BICUBIC.resize(image, width, height);
      default -> Resampling.LANCZOS4.resize(image, width, height);
    };
  }

  private static RgbImage photometric(RgbImage image, SampleRandom random) {
    RgbImage out = image;
    Photometric[] all = Photometric.values();
    for (int i : random.permutation(all.length)) {
      out = all[i].apply(out, random.uniform(0.5f, 1.5f));
    }
    return out;
  }
}
