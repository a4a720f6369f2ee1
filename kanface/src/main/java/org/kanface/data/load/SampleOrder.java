package org.kanface.data.load;

import org.kanface.data.DataException;

/// The order of a data set's samples in an epoch.
///
/// @param seed of the order and, with epoch and sample index, of every augmentation
/// @param shuffle a new permutation each epoch, or the natural order
/// @param dropLast leave out an epoch's last, smaller batch
/// @param rank this process among `ranks` that share the data
public record SampleOrder(long seed, boolean shuffle, boolean dropLast, int rank, int ranks) {
  /// The data set's own, complete.
  public static final SampleOrder NATURAL = new SampleOrder(0, false, false, 0, 1);

  public SampleOrder {
    if (ranks < 1 || rank < 0 || rank >= ranks) {
      throw DataException.of("Loader: rank must lie in 0 to %d, got %d.", ranks - 1, rank);
    }
  }

  /// Shuffled, for one process.
  public static SampleOrder shuffled(long seed, boolean dropLast) {
    return new SampleOrder(seed, true, dropLast, 0, 1);
  }
}
