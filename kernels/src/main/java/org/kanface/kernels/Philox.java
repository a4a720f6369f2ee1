package org.kanface.kernels;

/// The counter-based generator Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy
/// as 1, 2, 3"): a block of four 32-bit words is a function of a 128-bit counter and a 64-bit key.
///
/// Here the key is a seed and the counter is a position in one of 2⁶⁴ streams (see
/// [RandomKernels]).
public final class Philox {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  private Philox() {}

  /// Writes to `words` the four words of block `block` of `stream` under `seed`: counter
  /// `(block low, block high, stream low, stream high)`, key `(seed low, seed high)`.
  public static void block(long seed, long stream, long block, int[] words) {
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    int c2 = (int) stream;
    int c3 = (int) (stream >>> 32);
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
      long p1 = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }

  /// Draw `i` of `stream` under `seed`: word `i mod 4` of block `i / 4`.
  public static int draw(long seed, long stream, long i) {
    var words = new int[4];
    block(seed, stream, i >>> 2, words);
    return words[(int) (i & 3)];
  }

  /// A draw as a number in [0, 1) on the grid of 2⁻²⁴: exact in float and double.
  public static double toUniform(int draw) {
    return (draw >>> 8) * 0x1p-24;
  }
}
