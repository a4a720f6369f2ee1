package org.kanface.data.synthetic;

/// Where a feature lies on the canvas: the affine map `pixel = (px, py) + M · local`, kept with the
/// inverse of `M`.
record Placement(float px, float py, float m00, float m01, float m10, float m11) {
  /// The map turned by `angle` (sine and cosine given) about the feature's own origin, before `M`.
  Placement turned(float sin, float cos) {
    return new Placement(
        px,
        py,
        m00 * cos + m01 * sin,
        m01 * cos - m00 * sin,
        m10 * cos + m11 * sin,
        m11 * cos - m10 * sin);
  }

  /// Moved by (x, y) in local units.
  Placement moved(float x, float y) {
    return new Placement(px + m00 * x + m01 * y, py + m10 * x + m11 * y, m00, m01, m10, m11);
  }

  float determinant() {
    return m00 * m11 - m01 * m10;
  }

  /// Half the width of the box, in pixels, that holds all local points within ±ex, ±ey.
  float reachX(float ex, float ey) {
    return Math.abs(m00) * ex + Math.abs(m01) * ey;
  }

  /// Half the height of that box.
  float reachY(float ex, float ey) {
    return Math.abs(m10) * ex + Math.abs(m11) * ey;
  }
}
