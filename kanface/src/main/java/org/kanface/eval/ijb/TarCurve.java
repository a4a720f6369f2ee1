package org.kanface.eval.ijb;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.kanface.eval.Roc;

/// One to one: the curve of a method's scores, and TAR at the published false accept rates by three
/// rules.
///
/// @param method what the row of a table is called
/// @param pairs how many were compared
/// @param same how many of them are one person
/// @param roc the curve without points between two equal steps
/// @param auc area under the full curve
/// @param nearest the published rule, see [Roc#tarNearest]
/// @param interpolated see [Roc#tarInterpolated]
/// @param atMost see [Roc#tarAtMost]
public record TarCurve(
    String method,
    int pairs,
    int same,
    Roc roc,
    double auc,
    Map<String, Double> nearest,
    Map<String, Double> interpolated,
    Map<String, Double> atMost) {
  /// The false accept rates in the published order, as the table spells them.
  public static final List<String> RATES =
      List.of("1e-06", "1e-05", "0.0001", "0.001", "0.01", "0.1");

  /// Throws [org.kanface.eval.EvaluationException] unless there is a label for each score.
  public static TarCurve of(String method, double[] scores, boolean[] same) {
    Roc roc = Roc.simplifiedOf(scores, same);
    int positives = 0;
    for (boolean s : same) {
      positives += s ? 1 : 0;
    }
    return new TarCurve(
        method,
        scores.length,
        positives,
        roc,
        roc.auc(),
        byRate(roc::tarNearest),
        byRate(roc::tarInterpolated),
        byRate(roc::tarAtMost));
  }

  private static Map<String, Double> byRate(ToDoubleFunction<Double> tar) {
    Map<String, Double> rates = new LinkedHashMap<>();
    for (String rate : RATES) {
      rates.put(rate, tar.applyAsDouble(Double.valueOf(rate)));
    }
    return Collections.unmodifiableMap(rates);
  }
}
