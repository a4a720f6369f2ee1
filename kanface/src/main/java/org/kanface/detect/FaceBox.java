package org.kanface.detect;

/// A rectangle in an image; `right` and `bottom` belong to it, so `width = right - left + 1`.
public record FaceBox(double left, double top, double right, double bottom) {
  public double width() {
    return right - left + 1;
  }

  public double height() {
    return bottom - top + 1;
  }

  public double area() {
    return width() * height();
  }

  /// Area that both cover.
  double overlap(FaceBox other) {
    double w = Math.min(right, other.right) - Math.max(left, other.left) + 1;
    double h = Math.min(bottom, other.bottom) - Math.max(top, other.top) + 1;
    return w <= 0 || h <= 0 ? 0 : w * h;
  }

  /// Its edges moved by shares of its own size.
  FaceBox moved(Offsets by) {
    double w = width();
    double h = height();
    return new FaceBox(
        left + by.left() * w, top + by.top() * h, right + by.right() * w, bottom + by.bottom() * h);
  }

  /// The square around the same centre with the longer side, on whole pixels.
  FaceBox square() {
    return square(Math.max(width(), height()), 0, 0);
  }

  /// The square around the same centre with the same area, moved by shares of its side, on whole
  /// pixels. Unmoved, no other square around that centre shares more of the area of both together:
  /// with sides `w ≤ s ≤ h` that share is `ws / (wh + s² - ws)`, highest at `s² = wh`.
  FaceBox cover(double across, double down) {
    return square(Math.sqrt(area()), across, down);
  }

  private FaceBox square(double side, double across, double down) {
    double x = left + width() / 2 - side / 2 + across * side;
    double y = top + height() / 2 - side / 2 + down * side;
    return new FaceBox(
        Math.rint(x), Math.rint(y), Math.rint(x + side - 1), Math.rint(y + side - 1));
  }

  /// How far the edges of a face lie from those of the box that it was found in, in sizes of that
  /// box.
  record Offsets(double left, double top, double right, double bottom) {}
}
