package org.kanface.data.synthetic;

/// The head as an ellipsoid turned in space: maps points of the frontal face to the canvas.
///
/// A point of the face has the depth of the ellipsoid there; yaw and pitch move it sideways by its
/// depth and squeeze what turns away, then roll, scale and shift act in the plane.
final class HeadFrame {
  private static final float DEPTH =
      34; // pixels from the middle of the head to the front of the face

  private final float cx;
  private final float cy;
  private final float sin;
  private final float cos;
  private final float scale;
  private final float yaw;
  private final float yawCos;
  private final float pitch;
  private final float pitchCos;
  private final float rx;
  private final float ry;

  HeadFrame(FaceTraits.Head head, Scene.Pose pose, int size) {
    cx = size / 2f + pose.dx();
    cy = size / 2f + 4 + pose.dy();
    sin = pose.roll(); // small angles: the sine is the angle, the cosine closes the circle
    cos = (float) Math.sqrt(1 - sin * sin);
    scale = pose.scale() * size / 112f;
    yaw = pose.yaw();
    yawCos = (float) Math.sqrt(1 - yaw * yaw);
    pitch = pose.pitch();
    pitchCos = (float) Math.sqrt(1 - pitch * pitch);
    rx = head.halfWidth() * 1.15f;
    ry = (head.top() + head.bottom()) * 0.58f;
  }

  /// The silhouette, which turning only squeezes a little.
  Placement outline() {
    return inPlane(yaw * 5, pitch * -4, 0.9f + 0.1f * yawCos, 0.9f + 0.1f * pitchCos);
  }

  /// A patch of the face around frontal point (x, y), `out` pixels in front of the skin.
  Placement on(float x, float y, float out) {
    float nx = x / rx;
    float ny = y / ry;
    float nz = (float) Math.sqrt(Math.max(0.06f, 1 - nx * nx - ny * ny));
    float depth = DEPTH * nz + out - DEPTH * 0.45f;
    float sx = Math.clamp(yawCos - yaw * nx / nz * DEPTH / rx, 0.4f, 1.25f);
    float sy = Math.clamp(pitchCos + pitch * ny / nz * DEPTH / ry, 0.5f, 1.25f);
    return inPlane(x * yawCos + depth * yaw, y * pitchCos - depth * pitch, sx, sy);
  }

  /// Multiplies the canvas by the light that reaches each pixel.
  void light(Canvas canvas, Scene.Light light) {
    var p = inPlane(yaw * 5, 0, 1, 1);
    float ux = p.m11() / (p.determinant() * rx);
    float uy = -p.m01() / (p.determinant() * rx);
    float vx = -p.m10() / (p.determinant() * ry);
    float vy = p.m00() / (p.determinant() * ry);
    float diffuse = (1 - light.ambient()) * 1.35f;
    float gainR = light.gain().r();
    float gainG = light.gain().g();
    float gainB = light.gain().b();
    float edgeX = (float) StrictMath.cos(light.shadowAngle());
    float edgeY = (float) StrictMath.sin(light.shadowAngle());
    float[] rgb = canvas.rgb;
    for (int y = 0, i = 0; y < canvas.size; y++) {
      for (int x = 0; x < canvas.size; x++, i += 3) {
        float dx = x - p.px();
        float dy = y - p.py();
        float u = ux * dx + uy * dy;
        float v = vx * dx + vy * dy;
        float rr = u * u + v * v;
        float k = 1.25f * (rr > 0.95f ? 0.97468f / (float) Math.sqrt(rr) : 1);
        float nz = (float) Math.sqrt(Math.max(0.05f, 1 - rr));
        float lit = (u * k * light.x() + v * k * light.y() + nz * light.z()) * 0.9f;
        float shade = light.ambient() + diffuse * Math.max(0, lit);
        if (light.shadow() < 1) {
          float t = Math.clamp((dx * edgeX + dy * edgeY - light.shadowAt()) * 0.2f + 0.5f, 0f, 1f);
          shade *= 1 + (light.shadow() - 1) * t;
        }
        rgb[i] *= shade * gainR;
        rgb[i + 1] *= shade * gainG;
        rgb[i + 2] *= shade * gainB;
      }
    }
  }

  private Placement inPlane(float x, float y, float sx, float sy) {
    return new Placement(
        cx + scale * (x * cos - y * sin),
        cy + scale * (x * sin + y * cos),
        scale * cos * sx,
        -scale * sin * sy,
        scale * sin * sx,
        scale * cos * sy);
  }
}
