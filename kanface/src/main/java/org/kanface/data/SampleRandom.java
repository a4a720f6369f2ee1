package org.kanface.data;

/// A SplitMix64 stream that starts from a key of numbers, so that what is drawn for a sample
/// depends on the key alone: not on the thread, the order or what was drawn for others.
///
/// Each key word is mixed in by SplitMix64's finaliser; draws then step by the golden gamma.
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
/// Not thread-safe.
public final class SampleRandom {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /// The stream of a key such as (seed, epoch, sample).
  public SampleRandom(long... key) {
    reset(key);
  }

  /// Restarts as the stream of another key.
  public void reset(long... key) {
    long h = GAMMA;
    for (long word : key) {
      h = mix(h ^ mix(word + GAMMA)) + GAMMA;
    }
    state = h;
  }

  /// 64 uniform bits.
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /// Uniform in `[0, 1)`, 24 bits.
  public float nextFloat() {
    return (nextLong() >>> 40) * 0x1p-24f;
  }

  /// Uniform in `[low, high)`.
  public float uniform(float low, float high) {
    return low + (high - low) * nextFloat();
  }

  /// Uniform in `0 … bound − 1`; the bias is below `bound · 2⁻³²`.
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("[nextInt] expected a positive bound, got " + bound);
    }
    return (int) ((nextLong() >>> 32) * bound >>> 32);
  }

  /// True with probability `p`.
  public boolean chance(float p) {
    return nextFloat() < p;
  }

  /// Nearly normal with mean 0 and variance 1: the sum of four uniforms, within ±3.47.
  public float nearlyNormal() {
    long bits = nextLong();
    long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
    return (sum - 131_070) * (1.7320508f / 65_536);
  }

  /// A permutation of `0 … n − 1` (Fisher and Yates).
  public int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
