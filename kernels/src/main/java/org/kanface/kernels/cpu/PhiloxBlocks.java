package org.kanface.kernels.cpu;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Many consecutive blocks of [org.kanface.kernels.Philox] at once: a block a lane, each 32-bit
/// word in the low half of a 64-bit one, so that products keep their high halves.
final class PhiloxBlocks {
  /// Blocks are made in groups of so many, whatever the width of vectors.
  static final int GROUP = 8;

  private static final VectorSpecies<Long> L = VectorSpecies.of(long.class, Simd.F.vectorShape());
  private static final int STEP = L.length();
  private static final long LOW = 0xFFFFFFFFL;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  private static final VectorShuffle<Long> FIRST_HALVES = VectorShuffle.makeZip(L, 0);
  private static final VectorShuffle<Long> LAST_HALVES = VectorShuffle.makeZip(L, 1);

  private PhiloxBlocks() {}

  /// The draws of `blocks` blocks from block `first` on, two a `long`, the earlier one in its low
  /// half. `blocks` is a multiple of [#GROUP], `draws` twice as long.
  static void fill(long seed, long stream, long first, int blocks, long[] draws) {
    for (int b = 0; b < blocks; b += STEP) {
      var counter = LongVector.broadcast(L, first + b).addIndex(1);
      var c0 = counter.and(LOW);
      var c1 = counter.lanewise(VectorOperators.LSHR, 32);
      var c2 = LongVector.broadcast(L, stream & LOW);
      var c3 = LongVector.broadcast(L, stream >>> 32);
      int k0 = (int) seed;
      int k1 = (int) (seed >>> 32);
      for (int round = 0; round < ROUNDS; round++) {
        var p0 = c0.and(LOW).mul(MULTIPLIER_0);
        var p1 = c2.and(LOW).mul(MULTIPLIER_1);
        c0 = p1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1);
        c0 = c0.lanewise(VectorOperators.XOR, k0 & LOW);
        c2 = p0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3);
        c2 = c2.lanewise(VectorOperators.XOR, k1 & LOW);
        c1 = p1.and(LOW);
        c3 = p0.and(LOW);
        k0 += WEYL_0;
        k1 += WEYL_1;
      }
      var early = c0.or(c1.lanewise(VectorOperators.LSHL, 32));
      var late = c2.or(c3.lanewise(VectorOperators.LSHL, 32));
      early.rearrange(FIRST_HALVES, late).intoArray(draws, 2 * b);
      early.rearrange(LAST_HALVES, late).intoArray(draws, 2 * b + STEP);
    }
  }

  /// Draw `i` of what [#fill] wrote.
  static int draw(long[] draws, int i) {
    return (int) (draws[i >> 1] >>> ((i & 1) << 5));
  }
}
