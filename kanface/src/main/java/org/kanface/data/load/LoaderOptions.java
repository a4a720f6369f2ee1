package org.kanface.data.load;

import org.kanface.data.DataException;

/// How a [BatchLoader] cuts a data set into batches.
///
/// @param batchSize images a batch
/// @param workers threads that read and augment
/// @param order which samples come, and when
/// @param images what becomes of a sample's image
public record LoaderOptions(
    int batchSize, int workers, SampleOrder order, ImagePreparation images) {

  public LoaderOptions {
    if (batchSize < 1 || workers < 1) {
      throw DataException.of(
          "Loader: batch size and workers must be at least 1, got %d and %d.", batchSize, workers);
    }
  }

  /// Every image once, in its order.
  public static LoaderOptions inOrder(int batchSize, int workers, ImagePreparation images) {
    return new LoaderOptions(batchSize, workers, SampleOrder.NATURAL, images);
  }
}
