package org.kanface.train;

import org.jspecify.annotations.Nullable;
import org.kanface.config.OptimConfig;
import org.kanface.config.Steps;
import org.kanface.nn.optim.ReduceLrOnPlateau;
import org.kanface.nn.optim.Schedule;
import org.kanface.tensor.Json;

/// The learning rate of every step: a function of the step, or for `plateau` of the epochs' losses
/// too.
final class RateControl {
  private static final ReduceLrOnPlateau.Config PLATEAU =
      new ReduceLrOnPlateau.Config(false, 0.1, 2, 1e-3, 0, 0, 1e-12);

  private final Schedule schedule;
  private @Nullable ReduceLrOnPlateau plateau;

  /// `start` is the step at which the schedule begins, 0 unless a run continues an older one.
  RateControl(OptimConfig optim, Steps steps, long start) {
    long total = Math.max(1, steps.total() - start);
    long warmup = Math.min(steps.warmup(), total - 1);
    double lr = optim.lr();
    Schedule base =
        switch (optim.lrSchedule()) {
          case POLY_WARMUP -> Schedule.polynomialWarmup(lr, warmup, total, 1);
          case POLY_SQUARE -> Schedule.laggingSquare(lr, warmup, total);
          case WARMUP_LINEAR -> Schedule.warmupLinear(lr, warmup, total);
          case COSINE -> Schedule.warmupCosine(lr, warmup, total);
          case PLATEAU -> n -> n < warmup ? lr * (n + 1) / warmup : lr;
        };
    schedule = n -> base.rate(n - start);
    plateau =
        optim.lrSchedule() == OptimConfig.Schedule.PLATEAU
            ? new ReduceLrOnPlateau(PLATEAU, 1) // a factor on the schedule
            : null;
  }

  double rate(long step) {
    return schedule.rate(step) * (plateau == null ? 1 : plateau.rate());
  }

  void epochEnded(double meanLoss) {
    if (plateau != null) {
      plateau.step(meanLoss);
    }
  }

  Object state() {
    if (plateau == null) {
      return Json.NULL;
    }
    ReduceLrOnPlateau.State s = plateau.state();
    return Json.of(
        "rate", s.rate(), "best", s.best(), "bad", (long) s.bad(), "cooling", (long) s.cooling());
  }

  void restore(Object json) {
    if (plateau != null && !Json.NULL.equals(json)) {
      var map = Json.object(json, "plateau");
      plateau =
          new ReduceLrOnPlateau(
              PLATEAU,
              new ReduceLrOnPlateau.State(
                  Json.number(Json.member(map, "rate", "plateau"), "rate"),
                  Json.number(Json.member(map, "best", "plateau"), "best"),
                  (int) Json.integer(Json.member(map, "bad", "plateau"), "bad"),
                  (int) Json.integer(Json.member(map, "cooling", "plateau"), "cooling")));
    }
  }
}
