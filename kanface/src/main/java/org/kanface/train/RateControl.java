package org.kanface.train;

import org.jspecify.annotations.Nullable;
import org.kanface.config.OptimConfig;
import org.kanface.config.Steps;
import org.kanface.nn.optim.ReduceLrOnPlateau;
import org.kanface.nn.optim.Schedule;
import org.kanface.tensor.Json;

/// The learning rate of every step: a function of the step, or for `plateau` of what the epochs
/// achieved too.
final class RateControl {
  /// What an epoch is judged by.
  enum Judge {
    /// Mean accuracy of verification: larger is better.
    ACCURACY,
    /// Mean loss in training, where nothing is verified.
    LOSS
  }

  /// Half the rate after more than two epochs in a row without a new best, as EfficientFR's.
  private static final double FACTOR = 0.5;

  private static final int PATIENCE = 2;
  private static final double THRESHOLD = 1e-4; // relative
  private static final double EPS = 1e-8; // smallest change

  private final Schedule schedule;
  private final Judge judge;
  private final ReduceLrOnPlateau.Config rule;
  private @Nullable ReduceLrOnPlateau plateau;

  /// `start` is the step at which the schedule begins, 0 unless a run continues an older one.
  RateControl(OptimConfig optim, Steps steps, long start, Judge judge) {
    this.judge = judge;
    rule =
        new ReduceLrOnPlateau.Config(
            judge == Judge.ACCURACY, FACTOR, PATIENCE, THRESHOLD, 0, 0, EPS / optim.lr());
    long total = Math.max(1, steps.total() - start);
    long warmup = Math.min(steps.warmup(), total - 1);
    double lr = optim.lr();
    Schedule base =
        switch (optim.lrSchedule()) {
          case POLY_WARMUP -> Schedule.polynomialWarmup(lr, warmup, total, 1);
          case POLY_SQUARE -> Schedule.laggingSquare(lr, warmup, total);
          case WARMUP_LINEAR -> Schedule.warmupLinear(lr, warmup, total);
          case COSINE -> Schedule.warmupCosine(lr, warmup, total);
          case STEP -> warmed(lr, warmup, optim, steps);
          case PLATEAU -> n -> n < warmup ? lr * (n + 1) / warmup : lr;
        };
    schedule = n -> base.rate(n - start);
    plateau =
        optim.lrSchedule() == OptimConfig.Schedule.PLATEAU
            ? new ReduceLrOnPlateau(rule, 1) // a factor on the schedule
            : null;
  }

  private static Schedule warmed(double lr, long warmup, OptimConfig optim, Steps steps) {
    long[] milestones =
        optim.lrMilestones().stream().mapToLong(epoch -> epoch * steps.perEpoch()).toArray();
    Schedule falling = Schedule.milestones(lr, 0.1, milestones);
    return n -> n < warmup ? lr * (n + 1) / warmup : falling.rate(n);
  }

  double rate(long step) {
    return schedule.rate(step) * (plateau == null ? 1 : plateau.rate());
  }

  /// Takes an epoch's mean loss and the mean accuracy of its verification.
  void epochEnded(double meanLoss, double meanAccuracy) {
    if (plateau != null) {
      plateau.step(judge == Judge.ACCURACY ? meanAccuracy : meanLoss);
    }
  }

  Object state() {
    if (plateau == null) {
      return Json.NULL;
    }
    ReduceLrOnPlateau.State s = plateau.state();
    return Json.of(
        "judge",
        judge.name(),
        "rate",
        s.rate(),
        "best",
        s.best(),
        "bad",
        (long) s.bad(),
        "cooling",
        (long) s.cooling());
  }

  void restore(Object json) {
    if (plateau != null && !Json.NULL.equals(json)) {
      var map = Json.object(json, "plateau");
      double rate = Json.number(Json.member(map, "rate", "plateau"), "rate");
      if (!judge.name().equals(map.get("judge"))) { // another measure: its best is no best here
        plateau = new ReduceLrOnPlateau(rule, rate);
        return;
      }
      plateau =
          new ReduceLrOnPlateau(
              rule,
              new ReduceLrOnPlateau.State(
                  rate,
                  Json.number(Json.member(map, "best", "plateau"), "best"),
                  (int) Json.integer(Json.member(map, "bad", "plateau"), "bad"),
                  (int) Json.integer(Json.member(map, "cooling", "plateau"), "cooling")));
    }
  }
}
