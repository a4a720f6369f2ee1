package org.kanface.data.synthetic;

/// A square float RGB picture on which soft-edged shapes are laid over each other.
///
/// A shape gives a signed distance in local units (negative inside); its coverage falls from 1 to 0
/// over `soft` units around the edge, which antialiases it.
final class Canvas {
  /// Signed distance of a local point to a shape's edge.
  @FunctionalInterface
  interface Shape {
    float distance(float x, float y);
  }

  /// Colour multiplier at a local point, for texture.
  @FunctionalInterface
  interface Texture {
    float at(float x, float y);
  }

  final int size;
  final float[] rgb; // [size, size, 3]

  Canvas(int size) {
    this.size = size;
    rgb = new float[size * size * 3];
  }

  void fill(Colour c) {
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = c.r();
      rgb[i + 1] = c.g();
      rgb[i + 2] = c.b();
    }
  }

  /// A linear gradient from `from` to `to` along the direction (dx, dy), a unit vector.
  void gradient(Colour from, Colour to, float dx, float dy) {
    float half = size / 2f;
    for (int y = 0, i = 0; y < size; y++) {
      for (int x = 0; x < size; x++, i += 3) {
        float t = Math.clamp(0.5f + ((x - half) * dx + (y - half) * dy) / size, 0f, 1f);
        rgb[i] = from.r() + (to.r() - from.r()) * t;
        rgb[i + 1] = from.g() + (to.g() - from.g()) * t;
        rgb[i + 2] = from.b() + (to.b() - from.b()) * t;
      }
    }
  }

  /// An ellipse, or with `squareness` towards 1 nearly its bounding rectangle: `x² + y² − q²x²y² =
  /// 1` in units of the radii.
  void ellipse(
      Placement p, float rx, float ry, float squareness, float soft, Colour c, float alpha) {
    float q2 = squareness * squareness;
    float small = Math.min(rx, ry);
    float edge = 0.5f * soft / small; // half the width of the edge in units of the smaller radius
    float inside = edge < 1 ? (1 - edge) * (1 - edge) : 0;
    float outside = (1 + edge) * (1 + edge);
    float invX = 1 / rx;
    float invY = 1 / ry;
    float steep = small / soft;
    var b = box(p, rx + soft, ry + soft);
    for (int y = b.y0; y < b.y1; y++) {
      for (int x = b.x0; x < b.x1; x++) {
        float u = b.localX(x, y) * invX;
        float v = b.localY(x, y) * invY;
        float rr = squareRadius(u, v, q2);
        if (rr < outside) {
          float cover = rr <= inside ? 1 : 0.5f - ((float) Math.sqrt(rr) - 1) * steep;
          blend((y * size + x) * 3, c, Math.min(1, cover) * alpha);
        }
      }
    }
  }

  /// The outline of an ellipse or squircle, `2 · half` thick.
  void ring(Placement p, float rx, float ry, float squareness, float half, Colour c) {
    float q2 = squareness * squareness;
    float small = Math.min(rx, ry);
    shape(
        p,
        rx + half + 1,
        ry + half + 1,
        1,
        (x, y) -> Math.abs(squircle(x / rx, y / ry, q2)) * small - half,
        c,
        1);
  }

  /// A bent stroke `|y − curve · x²| < thickness · (1 − u²)(1 + skew · u)` with `u = x /
  /// halfLength`, pointed at its ends.
  void stroke(
      Placement p,
      float halfLength,
      float curve,
      float thickness,
      float skew,
      float soft,
      Colour c,
      float alpha) {
    float reach =
        Math.abs(curve) * halfLength * halfLength + thickness * (1 + Math.abs(skew)) + soft;
    var b = box(p, halfLength, reach);
    for (int y = b.y0; y < b.y1; y++) {
      for (int x = b.x0; x < b.x1; x++) {
        float lx = b.localX(x, y);
        float u = lx / halfLength;
        float width = thickness * (1 - u * u) * (1 + skew * u);
        float cover = 0.5f - (Math.abs(b.localY(x, y) - curve * lx * lx) - width) / soft;
        if (cover > 0) {
          blend((y * size + x) * 3, c, Math.min(1, cover) * alpha);
        }
      }
    }
  }

  /// Any shape within ±ex, ±ey of its origin.
  void shape(Placement p, float ex, float ey, float soft, Shape shape, Colour c, float alpha) {
    var b = box(p, ex, ey);
    float invSoft = 1 / soft;
    for (int y = b.y0; y < b.y1; y++) {
      for (int x = b.x0; x < b.x1; x++) {
        float cover = 0.5f - shape.distance(b.localX(x, y), b.localY(x, y)) * invSoft;
        if (cover > 0) {
          blend((y * size + x) * 3, c, Math.min(1, cover) * alpha);
        }
      }
    }
  }

  /// Like [#shape], the colour multiplied by a texture.
  void textured(
      Placement p, float ex, float ey, float soft, Shape shape, Texture texture, Colour c) {
    var b = box(p, ex, ey);
    float invSoft = 1 / soft;
    for (int y = b.y0; y < b.y1; y++) {
      for (int x = b.x0; x < b.x1; x++) {
        float lx = b.localX(x, y);
        float ly = b.localY(x, y);
        float cover = Math.min(1, 0.5f - shape.distance(lx, ly) * invSoft);
        if (cover > 0) {
          float k = texture.at(lx, ly);
          int i = (y * size + x) * 3;
          rgb[i] += (c.r() * k - rgb[i]) * cover;
          rgb[i + 1] += (c.g() * k - rgb[i + 1]) * cover;
          rgb[i + 2] += (c.b() * k - rgb[i + 2]) * cover;
        }
      }
    }
  }

  /// Replaces every pixel by the mean of itself and its neighbours with weights (w, 1 − 2w, w)
  /// along both axes.
  void blur(float w, float[] scratch) {
    int stride = size * 3;
    for (int y = 0; y < size; y++) {
      for (int i = 0; i < stride; i++) {
        int at = y * stride + i;
        float left = rgb[i >= 3 ? at - 3 : at];
        float right = rgb[i < stride - 3 ? at + 3 : at];
        scratch[at] = rgb[at] + w * (left + right - 2 * rgb[at]);
      }
    }
    for (int at = 0; at < scratch.length; at++) {
      float above = scratch[at >= stride ? at - stride : at];
      float below = scratch[at < scratch.length - stride ? at + stride : at];
      rgb[at] = scratch[at] + w * (above + below - 2 * scratch[at]);
    }
  }

  /// Distance to the squircle in units of its smaller radius: negative inside, merely positive far
  /// outside.
  static float squircle(float u, float v, float q2) {
    return (float) Math.sqrt(squareRadius(u, v, q2)) - 1;
  }

  /// 1 on the squircle's edge, less inside, more outside.
  private static float squareRadius(float u, float v, float q2) {
    float uu = u * u;
    float vv = v * v;
    return uu < 1 && vv < 1 ? uu + vv - q2 * uu * vv : uu + vv;
  }

  private void blend(int i, Colour c, float a) {
    rgb[i] += (c.r() - rgb[i]) * a;
    rgb[i + 1] += (c.g() - rgb[i + 1]) * a;
    rgb[i + 2] += (c.b() - rgb[i + 2]) * a;
  }

  private Box box(Placement p, float ex, float ey) {
    float rx = p.reachX(ex, ey);
    float ry = p.reachY(ex, ey);
    float inv = 1 / p.determinant();
    return new Box(
        Math.clamp((long) Math.floor(p.px() - rx), 0, size),
        Math.clamp((long) Math.ceil(p.px() + rx) + 1, 0, size),
        Math.clamp((long) Math.floor(p.py() - ry), 0, size),
        Math.clamp((long) Math.ceil(p.py() + ry) + 1, 0, size),
        p.px(),
        p.py(),
        p.m11() * inv,
        -p.m01() * inv,
        -p.m10() * inv,
        p.m00() * inv);
  }

  /// The pixels a shape may touch, and the map from pixels to its local units.
  private record Box(
      int x0,
      int x1,
      int y0,
      int y1,
      float px,
      float py,
      float i00,
      float i01,
      float i10,
      float i11) {
    float localX(int x, int y) {
      return i00 * (x - px) + i01 * (y - py);
    }

    float localY(int x, int y) {
      return i10 * (x - px) + i11 * (y - py);
    }
  }
}
