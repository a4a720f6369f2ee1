package org.kanface.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.kanface.autograd.op.CrossEntropy;
import org.kanface.autograd.op.MarginLogits;
import org.kanface.autograd.op.MarginSoftmax;
import org.kanface.autograd.op.RowMargin;
import org.kanface.kernels.Margin;
import org.kanface.tensor.Shape;

/// Margins and cross-entropy. Straight-through gradients are no derivatives: parity alone.
final class LossCases {
  private static final double FLOOR = 1e-30;

  private LossCases() {}

  static Stream<OpCase> all() {
    var cases = new ArrayList<OpCase>();
    for (Margin.Kind kind : Margin.Kind.values()) {
      String name = "marginLogits/" + kind.name().toLowerCase(Locale.ROOT);
      cases.add(margin(name, new Margin(kind, 8, 0.4, 0, true)));
      cases.add(margin(name + " filtered", new Margin(kind, 8, 0.4, 0.3, true)));
      cases.add(margin(name + " published", new Margin(kind, 64, 0.5, 0, false)).straightThrough());
      cases.add(
          margin(name + " published, filtered", new Margin(kind, 64, 0.5, 0.3, false))
              .straightThrough());
    }
    cases.add(
        OpCase.of(
            "marginLogits/no rows",
            v ->
                MarginLogits.of(
                    v.get(0),
                    Constants.labels(v),
                    new Margin(Margin.Kind.ANGULAR, 64, 0.5, 0, true)),
            Shape.of(0, 3)));
    cases.add(entropy("crossEntropy", 0, 7, 0, 6, 3).summing(7));
    cases.add(entropy("crossEntropy/rows without class", 0, 5, -1, 4, -1).summing(5));
    cases.add(entropy("crossEntropy/floor", FLOOR, 7, 2, 2).summing(7));
    cases.add(entropy("crossEntropy/one", 0, 1, 0));
    cases.add(entropy("crossEntropy/no rows", 0, 4));
    cases.add( // the published gradient of an unlabelled row is the softmax's alone
        entropy("crossEntropy/floor, row without class", FLOOR, 5, -1, 3)
            .summing(5)
            .straightThrough());
    cases.add(entropy("crossEntropy/large", FLOOR, 1021, 1020, 0, 500).summing(1021).asLarge());
    for (Margin.Kind kind : Margin.Kind.values()) {
      String name = "marginSoftmax/" + kind.name().toLowerCase(Locale.ROOT);
      cases.add(softmax(name, new Margin(kind, 8, 0.4, 0, true), 3, 2, 6, 0, 2));
      cases.add(softmax(name + " in one block", new Margin(kind, 8, 0.4, 0, true), 7, 2, 6, 0, 2));
      cases.add(softmax(name + " filtered", new Margin(kind, 8, 0.4, 0.3, true), 1, 5, 1));
      cases.add(
          softmax(name + " published", new Margin(kind, 64, 0.5, 0, false), 4, 3, 0, 3)
              .straightThrough());
    }
    for (long block : new long[] {1, 3, 7}) {
      var rows = MarginSoftmax.Rule.of(new ByRow(), 8, 0.95);
      cases.add(softmax("marginSoftmax/by row, blocks of " + block, rows, block, 2, 6, 0, 2));
    }
    cases.add(
        softmax("marginSoftmax/no rows", new Margin(Margin.Kind.ANGULAR, 8, 0.4, 0, true), 3));
    cases.add(
        OpCase.of(
                "marginSoftmax/large",
                v ->
                    MarginSoftmax.of(
                        v.get(0),
                        v.get(1),
                        List.of(0L, 1020L, 511L, 512L, 700L),
                        MarginSoftmax.Rule.of(
                            new Margin(Margin.Kind.ANGULAR, 8, 0.4, 0, true), 1e-12, FLOOR),
                        256),
                Shape.of(5, 33),
                Shape.of(1021, 33))
            .drawing(x -> 0.2 * x)
            .summing(1021)
            .asLarge());
    return cases.stream();
  }

  /// `8 c - (1 + row) c²`.
  private static final class ByRow implements RowMargin {
    @Override
    public double logit(int row, double cosine) {
      return 8 * cosine - (1 + row) * cosine * cosine;
    }

    @Override
    public double derivative(int row, double cosine) {
      return 8 - 2 * (1 + row) * cosine; // d/dc
    }
  }

  /// Five values a row, seven classes; cosines stay below 1.
  private static OpCase softmax(String name, Margin margin, long block, long... labels) {
    return softmax(name, MarginSoftmax.Rule.of(margin, 1e-12, FLOOR), block, labels);
  }

  private static OpCase softmax(String name, MarginSoftmax.Rule rule, long block, long... labels) {
    return OpCase.of(
            name,
            v ->
                MarginSoftmax.of(
                    v.get(0), v.get(1), Arrays.stream(labels).boxed().toList(), rule, block),
            Shape.of(labels.length, 5),
            Shape.of(7, 5))
        .drawing(x -> 0.4 * x)
        .summing(7);
  }

  private static OpCase margin(String name, Margin margin) {
    return OpCase.of(
            name,
            v -> MarginLogits.of(v.get(0), Constants.labels(v, 2, -1, 0, 6), margin),
            Shape.of(4, 7))
        .drawing(x -> 0.9 * (Math.abs(x - 1.0 / 3) < 0.01 ? x + 0.05 : x)); // off the filter's edge
  }

  private static OpCase entropy(String name, double floor, long cols, long... labels) {
    return OpCase.of(
            name,
            v -> CrossEntropy.of(v.get(0), Constants.labels(v, labels), floor),
            Shape.of(labels.length, cols))
        .drawing(x -> 6 * x);
  }
}
