package org.kanface.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.kanface.autograd.op.BatchNorm;
import org.kanface.autograd.op.Checkpoint;
import org.kanface.autograd.op.DropPath;
import org.kanface.autograd.op.Dropout;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.GatherRows;
import org.kanface.autograd.op.Linear;
import org.kanface.autograd.op.NormMlp;
import org.kanface.autograd.op.Prelu;
import org.kanface.autograd.op.ScatterAddRows;
import org.kanface.tensor.Shape;

/// Batch norm, parametric rectifier, dropout, rows by number, checkpoints.
final class LayerCases {
  private LayerCases() {}

  static Stream<OpCase> all() {
    return Stream.of(batchNorm(), prelu(), dropout(), normMlp(), others()).flatMap(List::stream);
  }

  private static List<OpCase> batchNorm() {
    var cases = new ArrayList<OpCase>();
    for (boolean training : new boolean[] {true, false}) {
      String name = "batchNorm/" + (training ? "training" : "evaluation");
      cases.add(batchNorm(name, training, Shape.of(3, 2, 5), 2));
      cases.add(batchNorm(name + " plain", training, Shape.of(6, 4), 0));
      cases.add(batchNorm(name + " no bias", training, Shape.of(6, 4), 1));
      cases.add(batchNorm(name + " one channel", training, Shape.of(7, 1), 2));
      cases.add(batchNorm(name + " large", training, Shape.of(2, 7, 7, 101), 2).asLarge());
    }
    for (boolean training : new boolean[] {true, false}) {
      String name = "batchNorm/rectified " + (training ? "training" : "evaluation");
      cases.add(rectified(name, training, Shape.of(3, 2, 5), true));
      cases.add(rectified(name + " relu", training, Shape.of(6, 4), false));
      cases.add(rectified(name + " large", training, Shape.of(2, 7, 7, 101), true).asLarge());
    }
    cases.add(batchNorm("batchNorm/evaluation no rows", false, Shape.of(0, 4), 2));
    cases.add(batchNorm("batchNorm/evaluation one row", false, Shape.of(1, 4), 2));
    return cases;
  }

  private static OpCase batchNorm(String name, boolean training, Shape x, int parameters) {
    long cols = x.dim(-1);
    var shapes = new ArrayList<Shape>(List.of(x));
    for (int i = 0; i < parameters; i++) {
      shapes.add(Shape.of(cols));
    }
    var mean = new double[Math.toIntExact(cols)];
    var variance = new double[mean.length];
    Arrays.setAll(mean, i -> 0.1 * Math.sin(i));
    Arrays.setAll(variance, i -> 1 + 0.5 * Math.cos(i));
    return OpCase.of(
            name,
            v ->
                BatchNorm.of(
                    v.get(0),
                    parameters > 0 ? v.get(1) : null,
                    parameters > 1 ? v.get(2) : null,
                    Constants.beside(v.get(0), Shape.of(cols), mean),
                    Constants.beside(v.get(0), Shape.of(cols), variance),
                    1e-5,
                    0.1,
                    training),
            shapes.toArray(Shape[]::new))
        .summing(x.numel() / cols);
  }

  /// With weight and bias, and a slope a channel or none.
  private static OpCase rectified(String name, boolean training, Shape x, boolean slopes) {
    long cols = x.dim(-1);
    var shapes = new ArrayList<Shape>(List.of(x, Shape.of(cols), Shape.of(cols)));
    if (slopes) {
      shapes.add(Shape.of(cols));
    }
    var mean = new double[Math.toIntExact(cols)];
    var variance = new double[mean.length];
    Arrays.setAll(mean, i -> 0.1 * Math.sin(i));
    Arrays.setAll(variance, i -> 1 + 0.5 * Math.cos(i));
    return OpCase.of(
            name,
            v ->
                BatchNorm.of(
                    v.get(0),
                    v.get(1),
                    v.get(2),
                    Constants.beside(v.get(0), Shape.of(cols), mean),
                    Constants.beside(v.get(0), Shape.of(cols), variance),
                    1e-5,
                    0.1,
                    training,
                    new BatchNorm.Rectifier(slopes ? v.get(3) : null)),
            shapes.toArray(Shape[]::new))
        .summing(x.numel() / cols);
  }

  private static List<OpCase> prelu() {
    return List.of(
        prelu("prelu", Shape.of(3, 2, 7), 7),
        prelu("prelu/one slope", Shape.of(3, 5), 1),
        prelu("prelu/one element", Shape.of(1), 1),
        prelu("prelu/no rows", Shape.of(0, 4), 4),
        prelu("prelu/large", Shape.of(2, 7, 7, 101), 101).asLarge());
  }

  private static OpCase prelu(String name, Shape x, long slopes) {
    return OpCase.of(name, v -> Prelu.of(v.get(0), v.get(1)), x, Shape.of(slopes))
        .drawing(ElementwiseCases::offZero)
        .summing(x.numel() / slopes);
  }

  private static List<OpCase> normMlp() {
    return List.of(
        normMlp("normMlp", true, 4, 3, 12, 2),
        normMlp("normMlp/bare", false, 4, 5, 7, 3),
        normMlp("normMlp/one row", true, 1, 6, 24, 2),
        normMlp("normMlp/no rows", true, 0, 3, 5, 2),
        normMlp("normMlp/large", true, 700, 32, 128, 19).asLarge());
  }

  /// With layer scale and residual, or without either.
  private static OpCase normMlp(
      String name, boolean residual, long rows, long width, long hidden, long rank) {
    return OpCase.of(
            name,
            v ->
                NormMlp.of(
                    v.get(0),
                    1e-3,
                    new NormMlp.Weights(
                        v.get(1), v.get(2), v.get(3), v.get(4), v.get(5), v.get(6), v.get(7),
                        v.get(8)),
                    residual ? v.get(9) : null,
                    residual ? v.get(10) : null),
            Shape.of(rows, width),
            Shape.of(width),
            Shape.of(width),
            Shape.of(rank, width),
            Shape.of(hidden, rank),
            Shape.of(hidden),
            Shape.of(rank, hidden),
            Shape.of(width, rank),
            Shape.of(width),
            Shape.of(residual ? width : 0),
            residual ? Shape.of(rows, width) : Shape.of(0))
        .summing(Math.max(rows, 1) * (width + hidden));
  }

  private static List<OpCase> dropout() {
    return List.of(
        OpCase.of("dropout", v -> Dropout.of(v.get(0), 0.3), Shape.of(5, 41)),
        OpCase.of("dropout/none", v -> Dropout.of(v.get(0), 0), Shape.of(7)),
        OpCase.of("dropout/empty", v -> Dropout.of(v.get(0), 0.5), Shape.of(0, 3)),
        OpCase.of("dropout/twice", v -> Dropout.of(Dropout.of(v.get(0), 0.5), 0.5), Shape.of(64)),
        OpCase.of("dropout/large", v -> Dropout.of(v.get(0), 0.1), Shape.of(4, 1021)).asLarge(),
        OpCase.of("dropPath", v -> DropPath.of(v.get(0), 0.4), Shape.of(9, 2, 3)),
        OpCase.of("dropPath/large", v -> DropPath.of(v.get(0), 0.4), Shape.of(37, 7, 33))
            .asLarge());
  }

  private static List<OpCase> others() {
    return List.of(
        OpCase.of(
            "scatterAddRows",
            v -> ScatterAddRows.of(v.get(0), Constants.labels(v, 4, 0, 4), v.get(1)),
            Shape.of(5, 3),
            Shape.of(3, 3)),
        OpCase.of(
            "scatterAddRows/nothing",
            v -> ScatterAddRows.of(v.get(0), Constants.labels(v), v.get(1)),
            Shape.of(2, 3),
            Shape.of(0, 3)),
        OpCase.of(
            "gatherRows",
            v -> GatherRows.of(v.get(0), Constants.labels(v, 3, 0, 3, 3)),
            Shape.of(5, 7)),
        OpCase.of(
            "gatherRows/vector",
            v -> GatherRows.of(v.get(0), Constants.labels(v, 2, 1)),
            Shape.of(4)),
        OpCase.of(
            "gatherRows/nothing",
            v -> GatherRows.of(v.get(0), Constants.labels(v)),
            Shape.of(2, 3)),
        OpCase.of(
                "gatherRows/large",
                v -> GatherRows.of(v.get(0), Constants.labels(v, 9, 2, 9, 31, 0)),
                Shape.of(32, 513))
            .asLarge(),
        OpCase.of(
                "checkpoint",
                v ->
                    Checkpoint.of(
                        x -> Dropout.of(Elementwise.gelu(Linear.of(x, v.get(1), v.get(2))), 0.25),
                        v.get(0),
                        v.subList(1, 3)),
                Shape.of(3, 5),
                Shape.of(4, 5),
                Shape.of(4))
            .summing(5));
  }
}
