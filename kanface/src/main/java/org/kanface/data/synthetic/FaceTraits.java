package org.kanface.data.synthetic;

import org.kanface.data.SampleRandom;

/// What makes an identity: some forty continuous traits, drawn independently from a stream keyed by
/// the identity.
///
/// Lengths are in pixels of a 112 × 112 image at scale 1, relative to the middle of the face, y
/// downwards.
record FaceTraits(
    Head head,
    Eyes eyes,
    Brows brows,
    Nose nose,
    Mouth mouth,
    Hair hair,
    Beard beard,
    Marks marks,
    Glasses glasses) {

  record Head(
      float halfWidth,
      float top,
      float bottom,
      float taper,
      float squareness,
      float earSize,
      float earY,
      Colour skin) {}

  record Eyes(
      float halfGap,
      float y,
      float rx,
      float ry,
      float tilt,
      float iris,
      float fold,
      Colour colour) {}

  record Brows(
      float rise,
      float thickness,
      float halfLength,
      float tilt,
      float curve,
      float shift,
      Colour colour) {}

  record Nose(float tip, float halfWidth, float bridge, float depth) {}

  record Mouth(float y, float halfWidth, float upper, float lower, float bow, Colour colour) {}

  /// `line` is the height of the hairline, `part` where it turns, `side` how far down the temples
  /// hair reaches.
  record Hair(
      float line,
      float curve,
      float part,
      float side,
      float volume,
      float length,
      float wave,
      float waveAngle,
      float contrast,
      Colour colour) {}

  record Beard(float chin, float moustache, float top) {}

  /// Freckles and moles; `key` fixes where they lie.
  record Marks(int freckles, int moles, float blush, float fold, long key) {}

  /// `frame` is the half thickness of the rim; 0 for people without glasses.
  record Glasses(float frame, float rx, float ry, float squareness, Colour colour) {}

  private static final Colour[] SKIN = {
    new Colour(244, 208, 184),
    new Colour(226, 178, 142),
    new Colour(190, 136, 98),
    new Colour(132, 88, 62),
    new Colour(84, 56, 42),
  };
  private static final Colour[] HAIR = {
    new Colour(28, 24, 26),
    new Colour(70, 44, 30),
    new Colour(128, 62, 30),
    new Colour(196, 150, 84),
    new Colour(176, 172, 168),
  };
  private static final Colour[] IRIS = {
    new Colour(52, 32, 20),
    new Colour(120, 78, 40),
    new Colour(92, 122, 70),
    new Colour(84, 134, 176),
    new Colour(136, 150, 158),
  };

  /// The traits of one identity. The order of the draws below is part of what a seed means.
  static FaceTraits draw(SampleRandom r) {
    float skinTone = r.nextFloat();
    var skin =
        Colour.along(skinTone, SKIN).plus(r.uniform(-10, 10), r.uniform(-8, 8), r.uniform(-10, 10));
    var head =
        new Head(
            r.uniform(32, 42),
            r.uniform(43, 53),
            r.uniform(43, 54),
            r.uniform(0, 0.38f),
            r.uniform(0, 0.92f),
            r.uniform(2, 10),
            r.uniform(-8, 8),
            skin);
    var iris = Colour.along(r.nextFloat(), IRIS);
    var eyes =
        new Eyes(
            r.uniform(13, 20),
            r.uniform(-13, -4),
            r.uniform(4.6f, 8.4f),
            r.uniform(2.2f, 5),
            r.uniform(-0.24f, 0.24f),
            r.uniform(0.8f, 1.2f),
            r.uniform(0, 1),
            iris);
    var hairColour = Colour.along(r.nextFloat(), HAIR);
    var brows =
        new Brows(
            r.uniform(6, 13),
            r.uniform(0.9f, 3.4f),
            r.uniform(5.5f, 11),
            r.uniform(-0.3f, 0.3f),
            r.uniform(0, 0.05f),
            r.uniform(-3, 4),
            hairColour.times(r.uniform(0.45f, 1)));
    var nose =
        new Nose(
            r.uniform(8, 20), r.uniform(4.5f, 10.5f), r.uniform(1.6f, 4.6f), r.uniform(0.5f, 1));
    var mouth =
        new Mouth(
            r.uniform(25, 35),
            r.uniform(8.5f, 17),
            r.uniform(0.9f, 3.4f),
            r.uniform(1.2f, 4.8f),
            r.uniform(0, 0.8f),
            skin.towards(new Colour(186, 52, 62), r.uniform(0.25f, 0.85f))
                .times(r.uniform(0.7f, 1)));
    var hair =
        new Hair(
            r.uniform(-46, -22),
            r.uniform(-0.012f, 0.022f),
            r.uniform(-24, 24),
            r.uniform(-24, 26),
            r.uniform(0, 9),
            r.chance(0.45f) ? r.uniform(8, 60) : -60,
            r.uniform(0.25f, 1.6f),
            r.uniform(-1.4f, 1.4f),
            r.uniform(0, 0.4f),
            hairColour);
    boolean bearded = r.chance(0.35f);
    var beard =
        new Beard(
            bearded ? r.uniform(0.15f, 0.9f) : 0,
            bearded || r.chance(0.1f) ? r.uniform(0, 0.9f) : 0,
            r.uniform(14, 34));
    var marks =
        new Marks(
            r.chance(0.3f) ? 6 + r.nextInt(30) : 0,
            r.nextInt(4),
            r.uniform(0, 0.45f),
            r.uniform(0, 0.5f),
            r.nextLong());
    var glasses =
        new Glasses(
            r.chance(0.25f) ? r.uniform(0.5f, 1.6f) : 0,
            r.uniform(8.5f, 12),
            r.uniform(6, 10),
            r.uniform(0, 0.95f),
            new Colour(r.uniform(10, 140), r.uniform(10, 110), r.uniform(10, 120)));
    return new FaceTraits(head, eyes, brows, nose, mouth, hair, beard, marks, glasses);
  }
}
