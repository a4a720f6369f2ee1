package org.kanface.data.load;

import org.jspecify.annotations.Nullable;
import org.kanface.data.DataException;
import org.kanface.kernels.DType;

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
/// @param scaling how other sizes come to `imageSize`
/// @param skipDamaged replace an unreadable image by the next readable one and list it, instead of
///     failing
/// @param augment what happens to an image
/// @param augmentFrom the first sample that it happens to; those before it stay as they are
/// @param normalization from bytes to the network's input; `null` leaves them bytes, for whoever
///     normalises them later
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
    Scaling scaling,
    boolean skipDamaged,
    Augmentation augment,
    int augmentFrom,
    @Nullable Normalization normalization) {

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
        Scaling.NONE,
        false,
        Augment.FLIP,
        0,
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
        Scaling.NONE,
        false,
        Augment.NONE,
        0,
        Normalization.standard());
  }

  public LoaderOptions withAugment(Augmentation other) {
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
        scaling,
        skipDamaged,
        other,
        augmentFrom,
        normalization);
  }

  /// Of an image's elements in a batch: F32 where they are normalised, else U8.
  public DType type() {
    return normalization == null ? DType.U8 : DType.F32;
  }

  public LoaderOptions withNormalization(@Nullable Normalization other) {
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
        scaling,
        skipDamaged,
        augment,
        augmentFrom,
        other);
  }

  /// With the samples before `sample` left as they are.
  public LoaderOptions withAugmentFrom(int sample) {
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
        scaling,
        skipDamaged,
        augment,
        sample,
        normalization);
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
        scaling,
        skipDamaged,
        augment,
        augmentFrom,
        normalization);
  }

  public LoaderOptions withImageSize(int side, Scaling scalingOfOthers) {
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
        scalingOfOthers,
        skipDamaged,
        augment,
        augmentFrom,
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
        scaling,
        skip,
        augment,
        augmentFrom,
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
        scaling,
        skipDamaged,
        augment,
        augmentFrom,
        normalization);
  }
}
