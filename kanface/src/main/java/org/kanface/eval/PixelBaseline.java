package org.kanface.eval;

import java.util.function.IntConsumer;
import org.kanface.data.FaceDataset;
import org.kanface.data.image.Fit;
import org.kanface.data.verify.VerificationSet;

/// What plain pixels achieve on a verification set: the floor that a network has to beat.
///
/// An image's descriptor is its vector of pixel values minus their mean, divided by its L2 norm;
/// pairs are judged as in [Verification]. On aligned faces this is well above chance: light, pose
/// and background alone separate many pairs.
public final class PixelBaseline {
  private PixelBaseline() {}

  /// Squared distance in [0, 4] of two images of one size, bytes unsigned, in any channel order.
  ///
  /// A constant image has no direction: its distance to any other is 2 (orthogonal).
  public static double squaredDistance(byte[] a, byte[] b) {
    if (a.length != b.length || a.length == 0) {
      throw new EvaluationException(
          "pixel baseline: expected two images of one size, got %d and %d bytes"
              .formatted(a.length, b.length));
    }
    double meanA = mean(a);
    double meanB = mean(b);
    double dot = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      double x = (a[i] & 0xFF) - meanA;
      double y = (b[i] & 0xFF) - meanB;
      dot += x * y;
      squaresA += x * x;
      squaresB += y * y;
    }
    double norms = Math.sqrt(squaresA * squaresB);
    return norms == 0 ? 2 : 2 - 2 * Math.clamp(dot / norms, -1, 1);
  }

  /// Cross-validated accuracy of plain pixels on a set, images brought to `side` pixels as `fit`
  /// says; `progress` hears how many pairs are done.
  public static double accuracy(VerificationSet set, int side, Fit fit, IntConsumer progress) {
    FaceDataset images = set.faces(side, fit);
    int pairs = set.pairs().size();
    double[] distances = new double[pairs];
    boolean[] same = new boolean[pairs];
    for (int p = 0; p < pairs; p++) {
      VerificationSet.Pair pair = set.pairs().get(p);
      byte[] a = images.image(pair.a()).pixels();
      distances[p] = squaredDistance(a, images.image(pair.b()).pixels());
      same[p] = pair.same();
      progress.accept(p + 1);
    }
    return FoldAccuracy.of(distances, same, Verification.folds(set)).mean();
  }

  private static double mean(byte[] image) {
    long sum = 0;
    for (byte value : image) {
      sum += value & 0xFF;
    }
    return (double) sum / image.length;
  }
}
