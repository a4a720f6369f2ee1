package org.kanface.eval.ijb;

import java.util.function.LongConsumer;
import org.kanface.kernels.Workers;

/// Cosine similarities of pairs of templates.
final class PairScores {
  private static final int CHUNK = 4096; // pairs a task
  private static final int REPORT = 1 << 18; // pairs between two reports

  private PairScores() {}

  /// One score a pair, in the order of the list; `progress` hears how many are done.
  static double[] of(Templates templates, PairList pairs, LongConsumer progress) {
    pairs.check(templates::row);
    double[] scores = new double[pairs.size()];
    for (int from = 0; from < scores.length; from += REPORT) {
      int start = from;
      int end = (int) Math.min(scores.length, (long) from + REPORT);
      Workers.forEach(
          Math.ceilDiv(end - start, CHUNK),
          chunk -> {
            int first = start + (int) chunk * CHUNK;
            for (int p = first; p < Math.min(first + CHUNK, end); p++) {
              scores[p] =
                  templates.similarity(
                      templates.row(pairs.first(p)), templates.row(pairs.second(p)));
            }
          });
      progress.accept(end);
    }
    return scores;
  }
}
