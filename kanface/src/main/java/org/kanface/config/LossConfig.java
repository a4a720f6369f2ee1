package org.kanface.config;

import java.util.List;

/// The margin loss and its class-sharded head.
///
/// @param loss which family; `arcface` uses all classes in every step
/// @param marginList m1, m2, m3: (1, m2, 0) is ArcFace with angle m2, (1, 0, m3) is CosFace with
///     m3; the two do not combine, and m1 must be 1
/// @param scale factor s in front of the cosines
/// @param marginStart margin at the first epoch, where the margin ramps up
/// @param marginRampEpochs epochs over which the margin grows linearly from `marginStart` to its
///     target; 0 for the full margin at once
/// @param gradExact use the margin's own derivative, not the reference's straight-through one
/// @param sampleRate share of the classes that enter each step, in (0, 1]
/// @param interclassFilteringThreshold cosines of other classes above it are ignored; 0 for never
/// @param adafaceM margin of AdaFace
/// @param adafaceH concentration of AdaFace's image quality
/// @param adafaceTAlpha weight of the newest batch in AdaFace's norm statistics: published as 0.01
///     in its trainer, as 1 in the head alone
public record LossConfig(
    Family loss,
    List<Double> marginList,
    double scale,
    double marginStart,
    int marginRampEpochs,
    boolean gradExact,
    double sampleRate,
    double interclassFilteringThreshold,
    double adafaceM,
    double adafaceH,
    double adafaceTAlpha) {

  /// Families of losses.
  public enum Family {
    /// Partial FC with the margin of `margin_list`.
    MARGIN,
    /// EfficientFR's head: ArcFace with the margin's own derivative.
    ARCFACE,
    /// A margin that follows the length of the feature vector.
    ADAFACE
  }

  public LossConfig {
    marginList = List.copyOf(marginList);
    ConfigException.require(
        marginList.size() == 3, "margin_list: expected three numbers, got %s", marginList);
    ConfigException.require(
        marginList.get(0) == 1,
        "margin_list: the multiplicative margin m1 must be 1, got %s",
        marginList.get(0));
    double arc = marginList.get(1);
    double cos = marginList.get(2);
    ConfigException.require(
        arc == 0 || cos == 0,
        "margin_list: m2 (ArcFace) and m3 (CosFace) do not combine; set one of %s and %s to 0",
        arc,
        cos);
    Bounds.within("margin_list", arc, 0, Math.PI);
    Bounds.within("margin_list", cos, 0, 2);
    Bounds.positive("scale", scale);
    Bounds.notNegative("margin_start", marginStart);
    Bounds.atLeast("margin_ramp_epochs", marginRampEpochs, 0);
    ConfigException.require(
        marginStart <= Math.max(arc, cos) || marginRampEpochs == 0,
        "margin_start: expected at most the target margin %s, got %s",
        Math.max(arc, cos),
        marginStart);
    ConfigException.require(
        sampleRate > 0 && sampleRate <= 1,
        "sample_rate: expected a number above 0 and up to 1, got %s",
        sampleRate);
    ConfigException.require(
        loss != Family.ARCFACE || sampleRate == 1,
        "sample_rate: the arcface loss uses all classes; expected 1, got %s",
        sampleRate);
    ConfigException.require(
        loss != Family.ARCFACE || cos == 0,
        "margin_list: the arcface loss adds m2 to the angle and has no m3, got %s",
        cos);
    Bounds.within("interclass_filtering_threshold", interclassFilteringThreshold, 0, 1);
    Bounds.within("adaface_m", adafaceM, 0, 2);
    Bounds.positive("adaface_h", adafaceH);
    Bounds.within("adaface_t_alpha", adafaceTAlpha, 0, 1);
  }

  /// Whether the margin is subtracted from the cosine (CosFace) instead of added to the angle.
  public boolean cosFace() {
    return marginList.get(2) > 0;
  }

  /// The margin's target: m3 for CosFace, m2 for ArcFace.
  public double margin() {
    return cosFace() ? marginList.get(2) : marginList.get(1);
  }

  /// The margin in force after `epochs` epochs, which may be a fraction.
  public double marginAfter(double epochs) {
    if (epochs >= marginRampEpochs) {
      return margin();
    }
    return marginStart + (margin() - marginStart) * epochs / marginRampEpochs;
  }
}
