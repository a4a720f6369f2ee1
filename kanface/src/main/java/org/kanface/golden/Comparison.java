package org.kanface.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Holds results against a case's stored tensors: `max|mine - stored| ≤ max(floor, 10 err) · top`,
/// where `top` is the largest stored magnitude (for gradients at least 1e-4 of the case's largest
/// one).
final class Comparison {
  private static final double SLACK = 10; // times PyTorch's own float32 error
  private static final double GRADIENT_SHARE = 1e-4;

  private final GoldenCase golden;
  private final double floor;
  private final double largestGradient;
  private final Set<String> seen = new HashSet<>();
  private final List<String> misses = new ArrayList<>();
  private double worst; // error over tolerance
  private String remark = "";

  Comparison(GoldenCase golden, double floor) {
    this.golden = golden;
    this.floor = floor;
    double largest = 0;
    for (String name : golden.outputs()) {
      if (name.startsWith("grad.")) {
        largest = Math.max(largest, top(golden.tensor(name).toDoubles()));
      }
    }
    largestGradient = largest;
  }

  GoldenCase golden() {
    return golden;
  }

  /// The largest gradient that the case stores.
  double largestGradient() {
    return largestGradient;
  }

  /// Compares one stored tensor, if the case has it.
  void check(String name, float[] mine) {
    var doubles = new double[mine.length];
    Arrays.setAll(doubles, i -> mine[i]);
    check(name, doubles);
  }

  void check(String name, double[] mine) {
    check(name, mine, floor);
  }

  /// The same with another floor than the case's.
  void check(String name, double[] mine, double ownFloor) {
    if (!golden.outputs().contains(name)) {
      return;
    }
    seen.add(name);
    double[] stored = golden.tensor(name).toDoubles();
    if (stored.length != mine.length) {
      misses.add(name + ": " + mine.length + " values, stored " + stored.length);
      return;
    }
    double top = top(stored);
    if (name.startsWith("grad.")) {
      top = Math.max(top, GRADIENT_SHARE * largestGradient);
    }
    double bound = Math.max(ownFloor, SLACK * golden.errors().getOrDefault(name, 0.0));
    compare(name, mine, stored, 0, stored.length, bound * top);
  }

  /// Compares a run of values against an absolute bound.
  void compare(
      String name, double[] mine, double[] stored, int from, int to, double absoluteBound) {
    for (int i = from; i < to; i++) {
      double error = Math.abs(mine[i] - stored[i]);
      if (!(error <= absoluteBound)) {
        misses.add(
            String.format(
                Locale.ROOT,
                "%s[%d] is %.9g, stored %.9g, allowed ±%.3g",
                name,
                i,
                mine[i],
                stored[i],
                absoluteBound));
        worst = Math.max(worst, absoluteBound > 0 ? error / absoluteBound : 1e9);
        return;
      }
      if (absoluteBound > 0) {
        worst = Math.max(worst, error / absoluteBound);
      }
    }
  }

  void exact(String name, long[] mine) {
    if (golden.outputs().contains(name)) {
      seen.add(name);
      long[] stored = golden.tensor(name).toLongs();
      if (!Arrays.equals(mine, stored)) {
        misses.add(name + " is " + Arrays.toString(mine) + ", stored " + Arrays.toString(stored));
      }
    }
  }

  /// Counts a stored tensor as looked at.
  void mark(String name) {
    seen.add(name);
  }

  boolean isClean() {
    return misses.isEmpty();
  }

  /// Adds to what a pass says.
  void remark(String what) {
    remark = "; " + what;
  }

  void miss(String what) {
    misses.add(what);
  }

  Outcome outcome() {
    for (String name : golden.outputs()) {
      if (!seen.contains(name)) {
        misses.add(name + " was not computed");
      }
    }
    return misses.isEmpty()
        ? new Outcome(
            golden.id(),
            Outcome.Status.PASS,
            String.format(Locale.ROOT, "error at most %.2f of what is allowed", worst) + remark)
        : new Outcome(
            golden.id(),
            Outcome.Status.FAIL,
            misses.getFirst()
                + (misses.size() > 1 ? " (and " + (misses.size() - 1) + " more)" : ""));
  }

  static double top(double[] values) {
    double top = 0;
    for (double v : values) {
      top = Math.max(top, Math.abs(v));
    }
    return top;
  }
}
