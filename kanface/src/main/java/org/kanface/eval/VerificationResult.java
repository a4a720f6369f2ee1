package org.kanface.eval;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// Everything measured on one verification set.
///
/// @param name the set, such as `lfw`
/// @param pairs how many pairs it has
/// @param accuracy mean accuracy over the folds
/// @param std population standard deviation of the folds' accuracies
/// @param threshold mean over folds of the threshold on the squared distance
/// @param auc area under the ROC curve
/// @param tar true accept rate by false accept rate (`1e-1` … `1e-4`), see [Roc#tarAtMost]
/// @param tarNearest the same by the rule of [Roc#tarNearest]
/// @param validation VAL@FAR=1e-3
/// @param xnorm mean L2 norm of the embeddings before anything is done to them
/// @param nonFinite pairs with a NaN or infinite embedding; they count as farthest apart
/// @param roc the full ROC curve over cosine similarity
/// @param histogram cosine similarities of both classes
/// @param hardest the worst judged pairs of both classes, worst first
/// @param pixelBaselineAccuracy the accuracy that plain pixels reach, where it was measured
public record VerificationResult(
    String name,
    int pairs,
    double accuracy,
    double std,
    double threshold,
    double auc,
    Map<String, Double> tar,
    Map<String, Double> tarNearest,
    ValidationRate validation,
    double xnorm,
    int nonFinite,
    Roc roc,
    SimilarityHistogram histogram,
    List<HardPair> hardest,
    OptionalDouble pixelBaselineAccuracy) {

  /// This result with the accuracy of the pixel baseline beside it.
  public VerificationResult withPixelBaseline(double baseline) {
    return new VerificationResult(
        name,
        pairs,
        accuracy,
        std,
        threshold,
        auc,
        tar,
        tarNearest,
        validation,
        xnorm,
        nonFinite,
        roc,
        histogram,
        hardest,
        OptionalDouble.of(baseline));
  }
}
