package org.kanface.train;

import org.kanface.data.image.Fit;
import org.kanface.data.verify.VerificationSet;
import org.kanface.eval.PixelBaseline;
import org.kanface.eval.Verification;
import org.kanface.eval.VerificationResult;
import org.kanface.train.FaceEmbedder.Embeddings;

/// Verifies the pairs of a set with a network, beside what plain pixels achieve.
///
/// @param fit how images of other sizes come to `side` pixels
record SetEvaluator(FaceEmbedder embedder, int side, Fit fit, int batchSize, int workers) {
  /// Flip-sum embeddings of every image, then all figures of [Verification].
  VerificationResult evaluate(VerificationSet set) {
    Embeddings all = embedder.embed(set.faces(side, fit), batchSize, workers);
    return Verification.evaluate(set, all.plain(), all.mirrored(), all.dim());
  }

  /// Accuracy of mean-free pixel cosines on the same pairs and folds.
  double pixelBaseline(VerificationSet set) {
    return PixelBaseline.accuracy(set, side, fit, _ -> {});
  }
}
