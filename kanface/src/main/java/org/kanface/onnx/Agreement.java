package org.kanface.onnx;

import java.util.Random;
import org.kanface.train.FaceEmbedder;

/// How far an exported network's outputs are from the original's.
///
/// @param difference the largest of any number, over the largest number of the original
/// @param cosine the smallest between the two embeddings of an image
public record Agreement(double difference, double cosine) {
  /// Differences up to this are those of float32 sums in another order.
  public static final double LIMIT = 1e-4;

  private static final long SEED = 7;

  /// Compares both on `count` images of noise in one batch.
  public static Agreement of(FaceEmbedder original, FaceEmbedder exported, int side, int count) {
    var images = new byte[3 * side * side * count];
    new Random(SEED).nextBytes(images);
    return of(original.outputs(images, count), exported.outputs(images, count), count);
  }

  static Agreement of(float[] original, float[] exported, int count) {
    double largest = 0;
    double scale = 0;
    double cosine = 1;
    int dim = original.length / count;
    for (int i = 0; i < count; i++) {
      double product = 0;
      double first = 0;
      double second = 0;
      for (int j = i * dim; j < (i + 1) * dim; j++) {
        double a = original[j];
        double b = exported[j];
        product += a * b;
        first += a * a;
        second += b * b;
        scale = Math.max(scale, Math.abs(a));
        double gap = Math.abs(a - b);
        largest = gap <= largest ? largest : gap; // NaN counts as large
      }
      cosine = Math.min(cosine, product / Math.sqrt(first * second));
    }
    return new Agreement(largest / scale, cosine);
  }

  /// Whether the two networks are one.
  public boolean holds() {
    return difference <= LIMIT;
  }
}
