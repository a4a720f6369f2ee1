package org.kanface.tools.ptx;

/// How kernels are run.
///
/// @param check whether the sanitizers watch
/// @param profile whether memory accesses are counted
/// @param threads host threads for blocks whose order does not matter; 0 for all processors
public record SimOptions(boolean check, boolean profile, int threads) {
  /// As fast as possible.
  public static final SimOptions DEFAULT = new SimOptions(false, false, 0);

  /// With all sanitizers.
  public static final SimOptions CHECK = new SimOptions(true, false, 0);

  /// With counts for a profile.
  public static final SimOptions PROFILE = new SimOptions(false, true, 0);

  public SimOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("expected at least 0 threads, got " + threads + ".");
    }
  }
}
