package org.kanface.data.synthetic;

import org.kanface.data.image.RgbImage;

/// The bar any recogniser must clear: cosine of mean-free grey pixels at 56 × 56, ten-fold
/// accuracy.
final class RawPixels {
  private RawPixels() {}

  static double cosine(RgbImage a, RgbImage b) {
    double[] x = feature(a);
    double[] y = feature(b);
    double dot = 0;
    for (int i = 0; i < x.length; i++) {
      dot += x[i] * y[i];
    }
    return dot;
  }

  /// For each fold the threshold that is best on the other nine; the mean accuracy over the folds.
  static double tenFold(double[] scores, boolean[] same) {
    int n = scores.length;
    double sum = 0;
    for (int fold = 0; fold < 10; fold++) {
      int from = fold * n / 10;
      int to = (fold + 1) * n / 10;
      double best = 0;
      int most = -1;
      for (double t = -1; t <= 1; t += 0.005) {
        int right = correct(scores, same, 0, from, t) + correct(scores, same, to, n, t);
        if (right > most) {
          most = right;
          best = t;
        }
      }
      sum += correct(scores, same, from, to, best) / (double) (to - from);
    }
    return sum / 10;
  }

  private static int correct(double[] scores, boolean[] same, int from, int to, double threshold) {
    int right = 0;
    for (int i = from; i < to; i++) {
      right += scores[i] > threshold == same[i] ? 1 : 0;
    }
    return right;
  }

  private static double[] feature(RgbImage image) {
    int side = image.width() / 2;
    double[] g = new double[side * side];
    double mean = 0;
    for (int y = 0; y < 2 * side; y++) {
      for (int x = 0; x < 2 * side; x++) {
        double v =
            0.299 * image.sample(x, y, 0)
                + 0.587 * image.sample(x, y, 1)
                + 0.114 * image.sample(x, y, 2);
        g[y / 2 * side + x / 2] += v;
        mean += v / g.length;
      }
    }
    double norm = 0;
    for (int i = 0; i < g.length; i++) {
      g[i] -= mean;
      norm += g[i] * g[i];
    }
    for (int i = 0; i < g.length; i++) {
      g[i] /= Math.sqrt(norm) + 1e-12;
    }
    return g;
  }
}
