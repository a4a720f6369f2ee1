package org.kanface.config;

/// How many optimiser steps a run has. A step is one micro-batch on every process.
///
/// @param totalBatch images a step over all processes
/// @param perEpoch steps an epoch, the last partial batch dropped or counted
/// @param warmup steps over which the learning rate rises
/// @param total steps in all
public record Steps(int totalBatch, long perEpoch, long warmup, long total) {

  /// `perEpoch = images / (batchSize * ranks)`, rounded down with `dropLast`, else up; the others
  /// are multiples of it.
  ///
  /// Throws [ConfigException] where the images do not fill one batch.
  static Steps of(
      long images, int batchSize, boolean dropLast, int ranks, int warmupEpochs, int epochs) {
    int totalBatch = Math.multiplyExact(batchSize, ranks);
    long perEpoch = dropLast ? images / totalBatch : Math.ceilDiv(images, totalBatch);
    ConfigException.require(
        perEpoch >= 1,
        "batch_size: %d images do not fill one batch of %d%s",
        images,
        totalBatch,
        ranks == 1 ? "" : " (%d on each of %d processes)".formatted(batchSize, ranks));
    return new Steps(totalBatch, perEpoch, perEpoch * warmupEpochs, perEpoch * epochs);
  }
}
