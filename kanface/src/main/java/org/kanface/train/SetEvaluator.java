package org.kanface.train;

import org.kanface.data.verify.VerificationSet;
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
    return Verification.evaluate(set, all.plain(), all.mirrored(), all.dim());
  }

  /// Accuracy of mean-free pixel cosines on the same pairs and folds.
  double pixelBaseline(VerificationSet set) {
    return PixelBaseline.accuracy(set, side, _ -> {});
  }
}
