package org.kanface.train;

import java.util.Arrays;
import org.kanface.data.FaceDataset;
import org.kanface.data.load.Batch;
import org.kanface.data.load.BatchLoader;
import org.kanface.data.load.LoaderOptions;
import org.kanface.eval.ClassReport;
import org.kanface.eval.ClosedSetResult;

/// Judges a training on images of the people that it trains on.
///
/// @param options how images are read: every one once, in their order, unchanged
record ClosedSet(Session session, LoaderOptions options) {

  /// @param epochs done so far, for margins that grow
  ClosedSetResult evaluate(String name, FaceDataset faces, double epochs) {
    int n = faces.size();
    int[] truth = new int[n];
    int[] withMargin = new int[n];
    int[] plain = new int[n];
    double losses = 0;
    int batches = 0;
    try (var loader = new BatchLoader(faces, options)) {
      loader.start(0, 0);
      for (int done = 0; done < n; batches++) {
        try (Batch batch = loader.next()) {
          Session.Judged judged = session.judge(batch, epochs);
          losses += judged.loss();
          for (int i = 0; i < batch.size(); i++) {
            truth[done + i] = (int) batch.labels()[i];
          }
          System.arraycopy(judged.withMargin(), 0, withMargin, done, batch.size());
          System.arraycopy(judged.plain(), 0, plain, done, batch.size());
          done += batch.size();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingException("interrupted while judging " + name, e);
    }
    return new ClosedSetResult(
        name,
        losses / batches,
        ClassReport.of(truth, withMargin, faces.classes()),
        ClassReport.of(truth, plain, faces.classes()));
  }

  /// The place of the largest of each row of `[rows, columns]`, the first of equals; 0 where a row
  /// holds no number.
  static int[] largest(float[] values, int rows) {
    int columns = values.length / rows;
    int[] out = new int[rows];
    Arrays.setAll(
        out,
        row -> {
          int best = 0;
          for (int c = 1; c < columns; c++) {
            if (values[row * columns + c] > values[row * columns + best]) {
              best = c;
            }
          }
          return best;
        });
    return out;
  }
}
