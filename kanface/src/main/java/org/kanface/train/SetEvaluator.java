package org.kanface.train;

import java.util.List;
import org.kanface.data.image.RgbImage;
import org.kanface.data.verify.VerificationSet;
import org.kanface.data.verify.VerificationSet.Pair;
import org.kanface.eval.Folds;
import org.kanface.eval.PixelBaseline;
import org.kanface.eval.Verification;
import org.kanface.eval.VerificationResult;
import org.kanface.train.FaceEmbedder.Embeddings;

/// Verifies the pairs of a set with a network, beside what plain pixels achieve.
final class SetEvaluator {
  private final FaceEmbedder embedder;
  private final int side;
  private final int batchSize;
  private final int workers;

  SetEvaluator(FaceEmbedder embedder, int side, int batchSize, int workers) {
    this.embedder = embedder;
    this.side = side;
    this.batchSize = batchSize;
    this.workers = workers;
  }

  /// Flip-sum embeddings of every image, then all figures of [Verification].
  VerificationResult evaluate(VerificationSet set) {
    Embeddings all = embedder.embed(set.faces(side), batchSize, workers);
    List<Pair> pairs = set.pairs();
    return Verification.evaluate(
        set.name(),
        rows(all.plain(), pairs, all.dim()),
        rows(all.mirrored(), pairs, all.dim()),
        all.dim(),
        same(pairs),
        folds(set));
  }

  /// Accuracy of mean-free pixel cosines on the same pairs and folds.
  double pixelBaseline(VerificationSet set) {
    List<Pair> pairs = set.pairs();
    var faces = set.faces(side);
    var distances = new double[pairs.size()];
    for (int i = 0; i < distances.length; i++) {
      RgbImage a = faces.image(pairs.get(i).a());
      RgbImage b = faces.image(pairs.get(i).b());
      distances[i] = PixelBaseline.squaredDistance(a.pixels(), b.pixels());
    }
    return PixelBaseline.accuracy(set.name(), distances, same(pairs));
  }

  private static Folds folds(VerificationSet set) {
    return set.folds() > 1
        ? Folds.of(set.pairs().stream().mapToInt(Pair::fold).toArray())
        : Verification.contiguous(set.name(), same(set.pairs()));
  }

  private static boolean[] same(List<Pair> pairs) {
    var same = new boolean[pairs.size()];
    for (int i = 0; i < same.length; i++) {
      same[i] = pairs.get(i).same();
    }
    return same;
  }

  /// Rows `2p` and `2p + 1` are the embeddings of pair `p`.
  private static float[] rows(float[] all, List<Pair> pairs, int dim) {
    var out = new float[2 * pairs.size() * dim];
    for (int i = 0; i < pairs.size(); i++) {
      System.arraycopy(all, pairs.get(i).a() * dim, out, 2 * i * dim, dim);
      System.arraycopy(all, pairs.get(i).b() * dim, out, (2 * i + 1) * dim, dim);
    }
    return out;
  }
}
