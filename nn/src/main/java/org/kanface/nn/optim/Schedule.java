package org.kanface.nn.optim;

import org.kanface.tensor.Check;

/// A learning rate as a function of the steps done so far: resuming needs nothing but the step.
public interface Schedule {
  /// The rate of the update after `done` updates; `done = 0` is the first.
  double rate(long done);

  /// The reference's polynomial decay with warm-up. The very first update runs at `base`; then
  /// `base n/W` for `1 ≤ n ≤ W`, `base (1 - (n - W)/(T - W))^power` up to `T`, and 0 from there on.
  static Schedule polynomialWarmup(double base, long warmup, long total, double power) {
    checkSteps(warmup, total);
    return n -> {
      if (n == 0) {
        return base;
      }
      return n <= warmup ? base * n / warmup : base * decay(n, warmup, total, power);
    };
  }

  /// Warm-up without that first full step: update `n` (from 0) runs at `base (n + 1)/W` while `n <
  /// W`, then falls linearly to 0 at `T`.
  static Schedule warmupLinear(double base, long warmup, long total) {
    checkSteps(warmup, total);
    return n -> n < warmup ? base * (n + 1) / warmup : base * decay(n, warmup, total, 1);
  }

  /// The same warm-up, then `base/2 (1 + cos(π (n - W)/(T - W)))` (arXiv:1608.03983).
  static Schedule warmupCosine(double base, long warmup, long total) {
    checkSteps(warmup, total);
    return n ->
        n < warmup
            ? base * (n + 1) / warmup
            : base
                / 2
                * (1 + Math.cos(Math.PI * Math.min(1, (double) (n - warmup) / (total - warmup))));
  }

  /// PyTorch-style polynomial decay of power 2 with warm-up, one step late: the first two updates
  /// run at `f(0)`, update `n` (from 0) at `f(n - 1)`, with `f(e) = base e/W` for `e < W`, then
  /// `base (1 - (e - W)/(T - W))²` up to `T`, and 0 from there on.
  static Schedule laggingSquare(double base, long warmup, long total) {
    checkSteps(warmup, total);
    return n -> {
      long e = Math.max(n - 1, 0);
      return e < warmup ? base * e / warmup : base * decay(e, warmup, total, 2);
    };
  }

  /// `base` times `factor` for each of `milestones` (in updates, ascending) that has been reached:
  /// update `n` (from 0) runs at `base factor^k` with `k` milestones `≤ n`.
  static Schedule milestones(double base, double factor, long... milestones) {
    long[] steps = milestones.clone();
    return n -> {
      double rate = base;
      for (long step : steps) {
        rate = n >= step ? rate * factor : rate;
      }
      return rate;
    };
  }

  static Schedule constant(double base) {
    return n -> base;
  }

  private static double decay(long n, long warmup, long total, double power) {
    return n >= total ? 0 : Math.pow(1 - (double) (n - warmup) / (total - warmup), power);
  }

  private static void checkSteps(long warmup, long total) {
    Check.that(
        warmup >= 0 && warmup < total,
        "schedule",
        "warm-up of %d steps must be shorter than the %d steps in all",
        warmup,
        total);
  }
}
