package org.kanface.autograd;

import java.util.List;
import java.util.stream.Stream;
import org.kanface.autograd.op.L2Normalize;
import org.kanface.autograd.op.LayerNorm;
import org.kanface.autograd.op.LogSoftmax;
import org.kanface.autograd.op.Softmax;
import org.kanface.tensor.Shape;

/// Normalisations and softmax.
final class NormCases {
  private static final double EPS = 1e-6;

  private NormCases() {}

  static Stream<OpCase> all() {
    return Stream.of(layerNorm(), l2(), softmax()).flatMap(List::stream);
  }

  private static List<OpCase> layerNorm() {
    return List.of(
        layerNorm("layerNorm", 2, 3, 7),
        layerNorm("layerNorm/one row", 1, 1, 16),
        layerNorm("layerNorm/no rows", 0, 2, 5),
        layerNorm("layerNorm/large", 5, 49, 101).asLarge(),
        OpCase.of("layerNorm/plain", v -> LayerNorm.of(v.get(0), null, null, EPS), Shape.of(4, 6))
            .summing(6),
        OpCase.of(
                "layerNorm/no bias",
                v -> LayerNorm.of(v.get(0), v.get(1), null, EPS),
                Shape.of(4, 6),
                Shape.of(6))
            .summing(6),
        OpCase.of(
                "layerNorm/bias alone",
                v -> LayerNorm.of(v.get(0), null, v.get(1), EPS),
                Shape.of(4, 6),
                Shape.of(6))
            .summing(6));
  }

  private static OpCase layerNorm(String name, long n, long rows, long cols) {
    return OpCase.of(
            name,
            v -> LayerNorm.of(v.get(0), v.get(1), v.get(2), EPS),
            Shape.of(n, rows, cols),
            Shape.of(cols),
            Shape.of(cols))
        .summing(Math.max(n * rows, cols));
  }

  private static List<OpCase> l2() {
    double floor = 1e-12;
    return List.of(
        OpCase.of("l2Normalize/rows", v -> L2Normalize.of(v.get(0), -1, floor), Shape.of(3, 17))
            .summing(17),
        OpCase.of("l2Normalize/middle", v -> L2Normalize.of(v.get(0), 1, floor), Shape.of(2, 9, 5))
            .summing(9),
        OpCase.of("l2Normalize/first", v -> L2Normalize.of(v.get(0), 0, floor), Shape.of(4, 3, 2))
            .summing(4),
        OpCase.of("l2Normalize/empty", v -> L2Normalize.of(v.get(0), 1, floor), Shape.of(0, 4)),
        OpCase.of("l2Normalize/below eps", v -> L2Normalize.of(v.get(0), -1, 100), Shape.of(2, 5)),
        OpCase.of(
                "l2Normalize/tokens", v -> L2Normalize.of(v.get(0), 1, floor), Shape.of(3, 196, 51))
            .summing(196)
            .asLarge());
  }

  private static List<OpCase> softmax() {
    return List.of(
        OpCase.of("softmax", v -> Softmax.of(v.get(0)), Shape.of(2, 3, 7)).summing(7),
        OpCase.of("softmax/one column", v -> Softmax.of(v.get(0)), Shape.of(3, 1)),
        OpCase.of("softmax/no rows", v -> Softmax.of(v.get(0)), Shape.of(0, 4)),
        OpCase.of("softmax/vector", v -> Softmax.of(v.get(0)), Shape.of(33))
            .drawing(x -> 8 * x)
            .summing(33),
        OpCase.of("softmax/large", v -> Softmax.of(v.get(0)), Shape.of(13, 1021))
            .drawing(x -> 8 * x)
            .summing(1021)
            .asLarge(),
        OpCase.of("logSoftmax", v -> LogSoftmax.of(v.get(0)), Shape.of(2, 3, 7)).summing(7),
        OpCase.of("logSoftmax/one column", v -> LogSoftmax.of(v.get(0)), Shape.of(3, 1)),
        OpCase.of("logSoftmax/no rows", v -> LogSoftmax.of(v.get(0)), Shape.of(0, 4)),
        OpCase.of("logSoftmax/large", v -> LogSoftmax.of(v.get(0)), Shape.of(13, 1021))
            .drawing(x -> 8 * x)
            .summing(1021)
            .asLarge());
  }
}
