package org.kanface.data.synthetic;

/// A linear mix of red, green and blue, nominally 0 to 255 each.
record Colour(float r, float g, float b) {
  Colour times(float k) {
    return new Colour(r * k, g * k, b * k);
  }

  Colour plus(float dr, float dg, float db) {
    return new Colour(r + dr, g + dg, b + db);
  }

  /// `this` at 0, `other` at 1.
  Colour towards(Colour other, float t) {
    return new Colour(r + (other.r - r) * t, g + (other.g - g) * t, b + (other.b - b) * t);
  }

  /// The point at `t` in [0, 1) of the polyline through `stops`, equally spaced.
  static Colour along(float t, Colour... stops) {
    float at = t * (stops.length - 1);
    int i = Math.min((int) at, stops.length - 2);
    return stops[i].towards(stops[i + 1], at - i);
  }
}
