package org.kanface.data.load;

import org.kanface.data.DataException;

/// How a [BatchLoader] cuts a data set into batches.
///
/// @param batchSize images a batch
/// @param workers threads that read and augment
/// @param prefetch finished batches kept ready
/// @param seed of the sample order and, with epoch and sample index, of every augmentation
/// @param shuffle a new permutation each epoch, or the natural order
/// @param dropLast leave out an epoch's last, smaller batch
/// @param rank this process among `ranks` that share the data
/// @param imageSize side in pixels that every image must have
/// @param resize bring other sizes to `imageSize` bilinearly instead of refusing them
/// @param skipDamaged replace an unreadable image by the next readable one and list it, instead of
/// failing
public record LoaderOptions(
    int batchSize,
    int workers,
    int prefetch,
    long seed,
    boolean shuffle,
    boolean dropLast,
    int rank,
    int ranks,
    int imageSize,
    boolean resize,
    boolean skipDamaged,
    Augment augment,
    Normalization normalization) {

  public LoaderOptions {
    if (batchSize < 1 || workers < 1 || prefetch < 1 || imageSize < 1) {
      throw DataException.of(
          "Loader: batch size, workers, prefetch and image size must be at least 1, got %d, %d, %d,"
              + " %d.",
          batchSize, workers, prefetch, imageSize);
    }
    if (ranks < 1 || rank < 0 || rank >= ranks) {
      throw DataException.of("Loader: rank must lie in 0 to %d, got %d.", ranks - 1, rank);
    }
  }

  /// Training as the reference does it: shuffled, last batch dropped, random flips, bytes to −1 …
  /// 1.
  public static LoaderOptions training(int batchSize, int workers, long seed) {
    return new LoaderOptions(
        batchSize,
        workers,
        4,
        seed,
        true,
        true,
        0,
        1,
        112,
        false,
        false,
        Augment.FLIP,
        Normalization.standard());
  }

  /// Evaluation: natural order, every image once, untouched.
  public static LoaderOptions evaluation(int batchSize, int workers) {
    return new LoaderOptions(
        batchSize,
        workers,
        4,
        0,
        false,
        false,
        0,
        1,
        112,
        false,
        false,
        Augment.NONE,
        Normalization.standard());
  }

  public LoaderOptions withAugment(Augment other) {
    return new LoaderOptions(
        batchSize,
        workers,
        prefetch,
        seed,
        shuffle,
        dropLast,
        rank,
        ranks,
        imageSize,
        resize,
        skipDamaged,
        other,
        normalization);
  }

  public LoaderOptions withNormalization(Normalization other) {
    return new LoaderOptions(
        batchSize,
        workers,
        prefetch,
        seed,
        shuffle,
        dropLast,
        rank,
        ranks,
        imageSize,
        resize,
        skipDamaged,
        augment,
        other);
  }

  public LoaderOptions withRank(int otherRank, int otherRanks) {
    return new LoaderOptions(
        batchSize,
        workers,
        prefetch,
        seed,
        shuffle,
        dropLast,
        otherRank,
        otherRanks,
        imageSize,
        resize,
        skipDamaged,
        augment,
        normalization);
  }

  public LoaderOptions withImageSize(int side, boolean resizeOthers) {
    return new LoaderOptions(
        batchSize,
        workers,
        prefetch,
        seed,
        shuffle,
        dropLast,
        rank,
        ranks,
        side,
        resizeOthers,
        skipDamaged,
        augment,
        normalization);
  }

  public LoaderOptions withSkipDamaged(boolean skip) {
    return new LoaderOptions(
        batchSize,
        workers,
        prefetch,
        seed,
        shuffle,
        dropLast,
        rank,
        ranks,
        imageSize,
        resize,
        skip,
        augment,
        normalization);
  }

  public LoaderOptions withDropLast(boolean drop) {
    return new LoaderOptions(
        batchSize,
        workers,
        prefetch,
        seed,
        shuffle,
        drop,
        rank,
        ranks,
        imageSize,
        resize,
        skipDamaged,
        augment,
        normalization);
  }
}
