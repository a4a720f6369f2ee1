package org.kanface.data.synthetic;

import org.kanface.data.SampleRandom;

/// What changes from image to image of one identity: pose, expression, light and camera.
///
/// `yaw` and `pitch` are sines of the angle; `light` is a unit vector towards the lamp; `gain`
/// multiplies the channels.
record Scene(Pose pose, Expression expression, Light light, Camera camera) {

  record Pose(float dx, float dy, float roll, float scale, float yaw, float pitch) {}

  /// `open` scales the eyes, `gazeX`/`gazeY` move the irises, `jaw` opens the mouth, `smile` bends
  /// and widens it.
  record Expression(
      float open, float gazeX, float gazeY, float jaw, float smile, float brow, float frown) {}

  /// A lamp over an even ambient light, and a shadow edge at `shadowAt` with `shadow` of the light
  /// left behind it.
  record Light(
      float x,
      float y,
      float z,
      float ambient,
      float shadow,
      float shadowAngle,
      float shadowAt,
      Colour gain) {}

  record Camera(float contrast, float offset, float noise, float blur, boolean grey) {}

  /// Draws a scene; `difficulty` scales every departure from a frontal, evenly lit, neutral face (1
  /// is the default task).
  static Scene draw(SampleRandom r, float difficulty) {
    float d = difficulty;
    var pose =
        new Pose(
            d * r.uniform(-4, 4),
            d * r.uniform(-4, 4),
            d * r.uniform(-0.13f, 0.13f),
            1 + d * r.uniform(-0.07f, 0.07f),
            d * r.uniform(-0.34f, 0.34f),
            d * r.uniform(-0.18f, 0.18f));
    var expression =
        new Expression(
            1 + d * (r.chance(0.06f) ? -0.85f : r.uniform(-0.35f, 0.25f)),
            d * r.uniform(-0.35f, 0.35f),
            d * r.uniform(-0.2f, 0.2f),
            d * Math.max(0, r.uniform(-6, 7)),
            d * r.uniform(-0.5f, 1),
            d * r.uniform(-2, 2.5f),
            d * r.uniform(-0.12f, 0.12f));
    float lx = d * r.uniform(-1, 1);
    float ly = d * r.uniform(-1, 0.45f);
    float lz = r.uniform(0.35f, 1);
    float norm = (float) Math.sqrt(lx * lx + ly * ly + lz * lz);
    float exposure = 1 + d * r.uniform(-0.4f, 0.45f);
    float warmth = d * r.uniform(-0.25f, 0.25f);
    float tint = d * r.uniform(-0.1f, 0.1f);
    var light =
        new Light(
            lx / norm,
            ly / norm,
            lz / norm,
            1 - 0.65f * Math.min(1, d * r.uniform(0.2f, 1)),
            r.chance(0.2f * d) ? r.uniform(0.4f, 0.75f) : 1,
            r.uniform(0, 6.2831f),
            r.uniform(-28, 28),
            new Colour(exposure * (1 + warmth), exposure * (1 + tint), exposure * (1 - warmth)));
    var camera =
        new Camera(
            1 + d * r.uniform(-0.3f, 0.3f),
            d * r.uniform(-22, 22),
            d * r.uniform(1, 8),
            r.chance(0.4f * d) ? r.uniform(0, 0.27f) : 0,
            r.chance(0.04f * d));
    return new Scene(pose, expression, light, camera);
  }
}
