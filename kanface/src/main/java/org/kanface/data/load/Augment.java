package org.kanface.data.load;

import org.kanface.data.DataException;
import org.kanface.data.SampleRandom;
import org.kanface.data.image.Resampling;
import org.kanface.data.image.RgbImage;

/// Random changes of a training image, in the order of the components; 0 switches one off (`crop`:
/// 1).
///
/// What is drawn comes from the given stream alone, so an image changes the same way wherever and
/// whenever it is loaded.
///
/// @param shift largest move along each axis in whole pixels, the edge repeated
/// @param rotate largest turn in degrees, the edge repeated
/// @param crop smallest side of a random crop as a part of the image's; the crop is brought back to
///     full size
/// @param downUp probability of halving to three quarters of the resolution and coming back
/// @param blur probability of a Gaussian blur with a window of 3 (σ 0.8) or 5 (σ 1.1) pixels
/// @param brightness factor in 1 ± brightness
/// @param contrast factor in 1 ± contrast about the mean grey
/// @param saturation factor in 1 ± saturation
/// @param hue probability of turning hues by up to 20° and raising saturation by up to 1.2
/// @param grey probability of removing all colour
/// @param flip probability of exchanging left and right
/// @param erase probability of covering 2 to 20 % of the image with one colour
public record Augment(
    int shift,
    float rotate,
    float crop,
    float downUp,
    float blur,
    float brightness,
    float contrast,
    float saturation,
    float hue,
    float grey,
    float flip,
    float erase)
    implements Augmentation {

  public static final Augment NONE = new Augment(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /// Left and right exchanged with probability ½: all the reference does.
  public static final Augment FLIP = NONE.withFlip(0.5f);

  /// The reference's optional stronger set (resolution, blur, hue, grey, flip).
  public static final Augment STRONG =
      new Augment(0, 0, 1, 0.1f, 0.2f, 0, 0, 0, 0.2f, 0.1f, 0.5f, 0);

  public Augment {
    probability("downUp", downUp);
    probability("blur", blur);
    probability("hue", hue);
    probability("grey", grey);
    probability("flip", flip);
    probability("erase", erase);
    probability("brightness", brightness);
    probability("contrast", contrast);
    probability("saturation", saturation);
    if (shift < 0 || !(rotate >= 0 && rotate <= 180) || !(crop > 0 && crop <= 1)) {
      throw DataException.of(
          "Augmentation: shift must be at least 0, rotate 0 to 180, crop above 0 up to 1, got %s,"
              + " %s, %s.",
          shift, rotate, crop);
    }
  }

  public Augment withFlip(float p) {
    return new Augment(
        shift, rotate, crop, downUp, blur, brightness, contrast, saturation, hue, grey, p, erase);
  }

  public Augment withShift(int pixels) {
    return new Augment(
        pixels,
        rotate,
        crop,
        downUp,
        blur,
        brightness,
        contrast,
        saturation,
        hue,
        grey,
        flip,
        erase);
  }

  @Override
  public RgbImage apply(RgbImage image, SampleRandom random) {
    var out = geometry(image, random);
    if (random.chance(downUp)) {
      out = downUp(out, random);
    }
    if (random.chance(blur)) {
      out = Pixels.blur(out, random.chance(0.5f) ? 3 : 5);
    }
    out = colour(out, random);
    if (random.chance(flip)) {
      out = out.flip();
    }
    return random.chance(erase) ? erase(out, random) : out;
  }

  private RgbImage geometry(RgbImage image, SampleRandom random) {
    int dx = random.nextInt(2 * shift + 1) - shift;
    int dy = random.nextInt(2 * shift + 1) - shift;
    if (rotate == 0 && crop == 1) {
      return dx == 0 && dy == 0 ? image : image.shift(dx, dy);
    }
    double angle = StrictMath.toRadians(random.uniform(-rotate, rotate));
    float scale = random.uniform(crop, 1);
    float room = (1 - scale) / 2;
    float cx = image.width() * (0.5f + random.uniform(-room, room)) - dx;
    float cy = image.height() * (0.5f + random.uniform(-room, room)) - dy;
    return Pixels.turn(
        image,
        cx,
        cy,
        (float) StrictMath.cos(angle) * scale,
        (float) StrictMath.sin(angle) * scale);
  }

  private static RgbImage downUp(RgbImage image, SampleRandom random) {
    int low = image.width() / 2;
    int width = low + random.nextInt(Math.max(1, Math.round(image.width() * 0.8f) - low));
    int height = Math.max(1, image.height() * width / image.width());
    var small = Resampling.BILINEAR.resize(image, Math.max(1, width), height, true);
    return Resampling.BILINEAR.resize(small, image.width(), image.height(), true);
  }

  private RgbImage colour(RgbImage image, SampleRandom random) {
    float b = random.uniform(1 - brightness, 1 + brightness);
    float c = random.uniform(1 - contrast, 1 + contrast);
    float s = random.uniform(1 - saturation, 1 + saturation);
    float turn = 0;
    if (random.chance(hue)) {
      turn = random.uniform(0, 20);
      s *= random.uniform(1, 1.2f);
    }
    if (random.chance(grey)) {
      s = 0;
    }
    return b == 1 && c == 1 && s == 1 && turn == 0 ? image : Pixels.recolour(image, b, c, s, turn);
  }

  private static RgbImage erase(RgbImage image, SampleRandom random) {
    float area = random.uniform(0.02f, 0.2f) * image.width() * image.height();
    float aspect = random.uniform(0.5f, 2);
    int w = Math.clamp((int) Math.sqrt(area * aspect), 1, image.width());
    int h = Math.clamp((int) Math.sqrt(area / aspect), 1, image.height());
    int x0 = random.nextInt(image.width() - w + 1);
    int y0 = random.nextInt(image.height() - h + 1);
    long colour = random.nextLong();
    byte[] out = image.pixels().clone();
    for (int y = y0; y < y0 + h; y++) {
      for (int i = (y * image.width() + x0) * 3; i < (y * image.width() + x0 + w) * 3; i += 3) {
        out[i] = (byte) colour;
        out[i + 1] = (byte) (colour >>> 8);
        out[i + 2] = (byte) (colour >>> 16);
      }
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  private static void probability(String name, float p) {
    if (!(p >= 0 && p <= 1)) {
      throw DataException.of("Augmentation: %s must lie in 0 to 1, got %s.", name, p);
    }
  }
}
