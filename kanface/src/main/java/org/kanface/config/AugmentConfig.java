package org.kanface.config;

import org.kanface.data.load.AdaFaceAugment;
import org.kanface.data.load.Augment;
import org.kanface.data.load.Augmentation;
import org.kanface.data.load.Turn;

/// Random changes of training images; 0 switches one off (`crop`: 1). See [Augment].
///
/// @param flip probability of mirroring
/// @param shift largest move in pixels
/// @param rotate largest turn in degrees
/// @param rotateEdge what a turn lets in from outside
/// @param crop smallest side of a random crop, as a part of the image's
/// @param downUp probability of losing resolution
/// @param blur probability of a Gaussian blur
/// @param brightness factor in 1 ± brightness
/// @param contrast factor in 1 ± contrast
/// @param saturation factor in 1 ± saturation
/// @param hue probability of turned hues
/// @param grey probability of no colour
/// @param erase probability of a covered rectangle
/// @param cropAugmentationProb probability of AdaFace's crop on black; it and the next two come
///     before all others, see [AdaFaceAugment]
/// @param lowResAugmentationProb probability of AdaFace's way through a low resolution
/// @param photometricAugmentationProb probability of AdaFace's brightness, contrast and saturation
public record AugmentConfig(
    double flip,
    int shift,
    double rotate,
    Edge rotateEdge,
    double crop,
    double downUp,
    double blur,
    double brightness,
    double contrast,
    double saturation,
    double hue,
    double grey,
    double erase,
    double cropAugmentationProb,
    double lowResAugmentationProb,
    double photometricAugmentationProb) {

  /// What lies outside an image that is turned.
  public enum Edge {
    /// Its outermost pixels again; between pixels, turns are bilinear.
    REPEAT,
    /// Black, and the nearest pixel is taken, as in EfficientFR's training; the turn comes last.
    BLACK
  }

  public AugmentConfig {
    Bounds.within("flip", flip, 0, 1);
    Bounds.within("shift", shift, 0, 512);
    Bounds.within("rotate", rotate, 0, 180);
    ConfigException.require(
        crop > 0 && crop <= 1, "crop: expected a number above 0 and up to 1, got %s", crop);
    Bounds.within("down_up", downUp, 0, 1);
    Bounds.within("blur", blur, 0, 1);
    Bounds.within("brightness", brightness, 0, 1);
    Bounds.within("contrast", contrast, 0, 1);
    Bounds.within("saturation", saturation, 0, 1);
    Bounds.within("hue", hue, 0, 1);
    Bounds.within("grey", grey, 0, 1);
    Bounds.within("erase", erase, 0, 1);
    Bounds.within("crop_augmentation_prob", cropAugmentationProb, 0, 1);
    Bounds.within("low_res_augmentation_prob", lowResAugmentationProb, 0, 1);
    Bounds.within("photometric_augmentation_prob", photometricAugmentationProb, 0, 1);
  }

  /// The same as the loader takes it.
  public Augmentation toAugmentation() {
    boolean last = rotate > 0 && rotateEdge == Edge.BLACK;
    Augment changes = changes(last ? 0 : (float) rotate);
    Augmentation all = last ? changes.then(new Turn(rotate)) : changes;
    var adaFace =
        new AdaFaceAugment(
            (float) cropAugmentationProb,
            (float) lowResAugmentationProb,
            (float) photometricAugmentationProb);
    return adaFace.equals(new AdaFaceAugment(0, 0, 0)) ? all : adaFace.then(all);
  }

  private Augment changes(float turn) {
    return new Augment(
        shift,
        turn,
        (float) crop,
        (float) downUp,
        (float) blur,
        (float) brightness,
        (float) contrast,
        (float) saturation,
        (float) hue,
        (float) grey,
        (float) flip,
        (float) erase);
  }
}
