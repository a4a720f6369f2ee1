package org.kanface.nn.optim;

import org.kanface.tensor.Check;

/// Multiplies the learning rate by `factor` after `patience` epochs without improvement, as
/// PyTorch's scheduler of that name (relative threshold).
public final class ReduceLrOnPlateau {
  /// @param maximize whether a larger metric is better
  /// @param threshold an improvement must exceed `best · (1 ± threshold)`
  /// @param cooldown epochs after a reduction that do not count
  public record Config(
      boolean maximize,
      double factor,
      int patience,
      double threshold,
      int cooldown,
      double minRate,
      double eps) {
    public Config {
      Check.that(
          factor > 0 && factor < 1,
          "plateau",
          "factor: expected a number in (0, 1), got %s",
          factor);
    }
  }

  /// What a resumed run needs.
  public record State(double rate, double best, int bad, int cooling) {}

  private final Config config;
  private State state;

  public ReduceLrOnPlateau(Config config, double rate) {
    this(
        config,
        new State(
            rate, config.maximize ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY, 0, 0));
  }

  public ReduceLrOnPlateau(Config config, State state) {
    this.config = config;
    this.state = state;
  }

  public State state() {
    return state;
  }

  public double rate() {
    return state.rate;
  }

  /// Takes an epoch's metric and returns the rate to go on with.
  public double step(double metric) {
    boolean better =
        config.maximize
            ? metric > state.best * (1 + config.threshold)
            : metric < state.best * (1 - config.threshold);
    double best = better ? metric : state.best;
    int bad = better ? 0 : state.bad + 1;
    int cooling = state.cooling;
    if (cooling > 0) {
      cooling--;
      bad = 0;
    }
    double rate = state.rate;
    if (bad > config.patience) {
      double next = Math.max(rate * config.factor, config.minRate);
      if (rate - next > config.eps) {
        rate = next;
      }
      cooling = config.cooldown;
      bad = 0;
    }
    state = new State(rate, best, bad, cooling);
    return rate;
  }
}
