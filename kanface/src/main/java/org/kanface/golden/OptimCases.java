package org.kanface.golden;

import java.util.LinkedHashMap;
import java.util.List;
import org.kanface.autograd.Var;
import org.kanface.nn.Packing;
import org.kanface.nn.Parameter;
import org.kanface.nn.optim.GradNorm;
import org.kanface.nn.optim.Optimizer;
import org.kanface.nn.optim.ReduceLrOnPlateau;
import org.kanface.nn.optim.Schedule;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.Tensor;

/// Optimiser steps and learning-rate schedules.
final class OptimCases {
  private static final double FLOOR = 1e-5;
  private static final double RATE_TOLERANCE = 1e-12;
  private static final int LOUD_STEP = 3; // its gradient is multiplied by 20
  private static final float LOUD = 20;

  private OptimCases() {}

  static Outcome optimizer(GoldenCase golden, Device device) {
    var comparison = new Comparison(golden, FLOOR);
    Tensor start = Images.load(device, golden.tensor("param0"));
    var parameter =
        new Parameter(Var.parameter("param", start), Packing.plain(golden.shape("param0")));
    var parameters = new LinkedHashMap<String, Parameter>();
    parameters.put("param", parameter);
    double clip = golden.number("clip", 0);
    try (Optimizer optimizer =
        Optimizers.of(
            golden.attrs(),
            List.of(Optimizer.Group.of(parameters, golden.number("weight_decay", 0))))) {
      for (int step = 1; golden.has("grad" + step); step++) {
        float[] grad = golden.floats("grad" + step);
        if (step == LOUD_STEP) {
          for (int i = 0; i < grad.length; i++) {
            grad[i] *= LOUD;
          }
        }
        parameter.var().zeroGrad();
        parameter.var().addGrad(Tensor.of(device, golden.shape("param0"), grad));
        double scale = 1;
        if (clip > 0) {
          double norm = GradNorm.of(parameters.values());
          comparison.check("norm" + step, new double[] {norm});
          scale = GradNorm.clipFactor(norm, clip);
        }
        optimizer.step(golden.number("lr"), scale);
        comparison.check("param" + step, parameter.external());
      }
    } finally {
      parameter.var().close();
    }
    return comparison.outcome();
  }

  static Outcome polynomialWarmup(GoldenCase golden) {
    return rates(
        golden,
        Schedule.polynomialWarmup(
            golden.number("base_lr"),
            golden.integer("warmup_iters"),
            golden.integer("total_iters"),
            golden.number("power")));
  }

  static Outcome laggingSquare(GoldenCase golden) {
    return rates(
        golden,
        Schedule.laggingSquare(
            golden.number("base_lr"), golden.integer("warmup_steps"), golden.integer("max_steps")));
  }

  private static Outcome rates(GoldenCase golden, Schedule schedule) {
    var comparison = new Comparison(golden, RATE_TOLERANCE);
    double[] stored = golden.tensor("lr").toDoubles();
    var mine = new double[stored.length];
    for (int n = 0; n < mine.length; n++) {
      mine[n] = schedule.rate(n);
    }
    compareRates(comparison, mine, stored);
    return comparison.outcome();
  }

  static Outcome plateau(GoldenCase golden) {
    var comparison = new Comparison(golden, RATE_TOLERANCE);
    var config =
        new ReduceLrOnPlateau.Config(
            golden.string("mode").equals("max"),
            golden.number("factor"),
            (int) golden.integer("patience"),
            golden.number("threshold", 1e-4),
            (int) golden.number("cooldown", 0),
            golden.number("min_lr", 0),
            1e-8);
    var scheduler = new ReduceLrOnPlateau(config, golden.number("base_lr"));
    List<Object> metrics =
        Json.array(Json.member(golden.attrs(), "metrics", golden.id()), golden.id());
    var mine = new double[metrics.size()];
    for (int i = 0; i < mine.length; i++) {
      mine[i] = scheduler.step(Json.number(metrics.get(i), golden.id()));
    }
    compareRates(comparison, mine, golden.tensor("lr").toDoubles());
    return comparison.outcome();
  }

  /// Each rate on its own scale: the last ones are small.
  private static void compareRates(Comparison comparison, double[] mine, double[] stored) {
    comparison.mark("lr");
    if (mine.length != stored.length) {
      comparison.miss("lr: " + mine.length + " values, stored " + stored.length);
      return;
    }
    double top = Comparison.top(stored);
    for (int i = 0; i < mine.length; i++) {
      double bound = RATE_TOLERANCE * Math.max(Math.abs(stored[i]), top);
      comparison.compare("lr", mine, stored, i, i + 1, bound);
    }
  }
}
