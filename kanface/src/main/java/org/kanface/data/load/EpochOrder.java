package org.kanface.data.load;

import java.util.Arrays;
import org.kanface.kernels.Mt19937;

/// Which samples an epoch visits, in which order, on one of several ranks.
///
/// A permutation from a generator seeded `seed + epoch` is repeated up to a multiple of the ranks;
/// rank `r` of `R` takes positions `r, r + R, …`: the order of PyTorch's `DistributedSampler`.
public final class EpochOrder {
  private EpochOrder() {}

  /// The sample indices of one epoch on one rank; with `shuffle` false in their natural order.
  public static int[] of(int samples, long seed, int epoch, int rank, int ranks, boolean shuffle) {
    if (samples < 1 || ranks < 1 || rank < 0 || rank >= ranks) {
      throw new IllegalArgumentException(
          "[EpochOrder] expected samples >= 1 and 0 <= rank < ranks, got %d, %d, %d"
              .formatted(samples, rank, ranks));
    }
    int[] all;
    if (shuffle) {
      all = new Mt19937(seed + epoch).permutation(samples);
    } else {
      all = new int[samples];
      Arrays.setAll(all, i -> i);
    }
    int each = perRank(samples, ranks);
    int[] mine = new int[each];
    for (int i = 0; i < each; i++) {
      mine[i] = all[(int) (((long) i * ranks + rank) % samples)];
    }
    return mine;
  }

  /// How many samples each rank sees: `⌈samples / ranks⌉`.
  public static int perRank(int samples, int ranks) {
    return Math.ceilDiv(samples, ranks);
  }
}
