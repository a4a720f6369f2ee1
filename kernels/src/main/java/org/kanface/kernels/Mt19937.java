package org.kanface.kernels;

/// The Mersenne twister MT19937 with the 32-bit outputs, and the draws PyTorch's CPU generator
/// makes from it.
///
/// A generator seeded alike gives the same floats, normals and permutations as `torch.rand`,
/// `torch.randn` (via `normal_`) and `torch.randperm` on the CPU. Not thread-safe.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998).
public final class Mt19937 {
  private static final int N = 624;
  private static final int M = 397;
  private static final int NORMAL_BLOCK = 16;

  /// Below this size PyTorch reduces 32-bit draws; above it the algorithm differs.
  private static final long PERMUTATION_LIMIT = (1L << 32) / 20;

  private final int[] state = new int[N];
  private int next = N;

  public Mt19937(long seed) {
    seed(seed);
  }

  /// Restarts the stream; only the low 32 bits of `seed` count.
  public void seed(long seed) {
    state[0] = (int) seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    next = N;
  }

  /// The next 32 bits; read them as unsigned.
  public int nextInt32() {
    if (next == N) {
      refill();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9D2C5680;
    y ^= (y << 15) & 0xEFC60000;
    return y ^ (y >>> 18);
  }

  /// Uniform in `[0, 1)`: `(u mod 2²⁴) · 2⁻²⁴`.
  public float rand() {
    return (nextInt32() & 0xFFFFFF) * 0x1p-24f;
  }

  /// `rand · (high − low) + low` in float32.
  public float uniform(float low, float high) {
    return rand() * (high - low) + low;
  }

  /// Fills `out` with normal draws by Box–Muller over blocks of 16, the last block overlapping the
  /// one before it where the length is no multiple of 16.
  ///
  /// Throws [IllegalArgumentException] for fewer than 16 elements, whose draws follow another rule.
  public void normal(float[] out, float mean, float std) {
    int n = out.length;
    if (n < NORMAL_BLOCK) {
      throw new IllegalArgumentException("[normal] expected at least 16 elements, got " + n);
    }
    for (int i = 0; i < n; i++) {
      out[i] = rand();
    }
    for (int i = 0; i + NORMAL_BLOCK <= n; i += NORMAL_BLOCK) {
      boxMuller(out, i, mean, std);
    }
    if (n % NORMAL_BLOCK != 0) {
      for (int i = n - NORMAL_BLOCK; i < n; i++) {
        out[i] = rand();
      }
      boxMuller(out, n - NORMAL_BLOCK, mean, std);
    }
  }

  /// A permutation of `0 … n − 1`: position `i` is swapped with `i + u mod (n − i)`, in order.
  public int[] permutation(int n) {
    if (n < 0 || n >= PERMUTATION_LIMIT) {
      throw new IllegalArgumentException(
          "[permutation] expected 0 <= n < " + PERMUTATION_LIMIT + ", got " + n);
    }
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = 0; i < n - 1; i++) {
      int j = i + Integer.remainderUnsigned(nextInt32(), n - i);
      int held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }

  private static void boxMuller(float[] v, int from, float mean, float std) {
    for (int j = from; j < from + 8; j++) {
      float u1 = 1 - v[j];
      float u2 = v[j + 8];
      float radius = (float) Math.sqrt(-2 * (float) Math.log(u1));
      float theta = 2.0f * (float) Math.PI * u2;
      v[j] = radius * (float) Math.cos(theta) * std + mean;
      v[j + 8] = radius * (float) Math.sin(theta) * std + mean;
    }
  }

  private void refill() {
    for (int i = 0; i < N; i++) {
      int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7FFFFFFF);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) * 0x9908B0DF);
    }
    next = 0;
  }
}
