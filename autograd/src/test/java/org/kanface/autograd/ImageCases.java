package org.kanface.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.kanface.autograd.op.AdaptiveAveragePool;
import org.kanface.autograd.op.AveragePool;
import org.kanface.autograd.op.Convolution;
import org.kanface.autograd.op.MaxPool;
import org.kanface.tensor.Shape;

/// Convolution and pooling.
final class ImageCases {
  private ImageCases() {}

  static Stream<OpCase> all() {
    return Stream.concat(convolutions().stream(), pools().stream());
  }

  /// Attributes of a convolution; the image is `[n, size, size, c]`.
  private record Conv(
      long n, long size, long c, long o, long k, int stride, int pad, int dilation, long groups) {
    OpCase named(String name, boolean bias) {
      var shapes =
          new ArrayList<>(List.of(Shape.of(n, size, size, c), Shape.of(o, k, k, c / groups)));
      if (bias) {
        shapes.add(Shape.of(o));
      }
      return OpCase.of(
              "convolution/" + name,
              v ->
                  Convolution.of(
                      v.get(0), v.get(1), bias ? v.get(2) : null, stride, pad, dilation, groups),
              shapes.toArray(Shape[]::new))
          .summing(Math.max(k * k * Math.max(c, o) / groups, n * size * size));
    }

    OpCase named(String name) {
      return named(name, true);
    }
  }

  private static List<OpCase> convolutions() {
    return List.of(
        new Conv(2, 4, 3, 2, 1, 1, 0, 1, 1).named("1x1"),
        new Conv(2, 4, 3, 2, 3, 1, 1, 1, 1).named("3x3"),
        new Conv(1, 5, 2, 3, 3, 2, 1, 1, 1).named("3x3 stride 2", false),
        new Conv(1, 6, 2, 2, 3, 1, 2, 2, 1).named("3x3 dilated"),
        new Conv(1, 4, 4, 6, 3, 1, 1, 1, 2).named("groups"),
        new Conv(2, 4, 3, 3, 3, 1, 1, 1, 3).named("depthwise 3"),
        new Conv(1, 3, 2, 2, 5, 1, 2, 1, 2).named("depthwise 5, larger than the image"),
        new Conv(1, 5, 2, 4, 3, 1, 1, 1, 2).named("depthwise with multiplier"),
        new Conv(1, 8, 3, 2, 4, 4, 0, 1, 1).named("patches 4x4"),
        new Conv(1, 5, 2, 3, 2, 2, 0, 1, 1).named("patches 2x2, a row left over"),
        new Conv(0, 4, 2, 3, 3, 1, 1, 1, 1).named("no images"),
        new Conv(1, 1, 1, 1, 1, 1, 0, 1, 1).named("one pixel"),
        new Conv(2, 28, 3, 32, 4, 4, 0, 1, 1).named("stem").asLarge(),
        new Conv(2, 14, 65, 33, 3, 1, 1, 1, 1).named("large 3x3").asLarge(),
        new Conv(2, 15, 33, 40, 3, 2, 1, 1, 1).named("large 3x3 stride 2").asLarge(),
        new Conv(2, 14, 37, 37, 5, 1, 2, 1, 37).named("large depthwise 5").asLarge(),
        new Conv(2, 7, 100, 100, 7, 1, 3, 1, 100).named("large depthwise 7").asLarge(),
        new Conv(3, 3, 192, 192, 9, 1, 4, 1, 192).named("large depthwise 9").asLarge(),
        new Conv(2, 9, 48, 64, 1, 1, 0, 1, 1).named("large 1x1").asLarge());
  }

  private static List<OpCase> pools() {
    Shape odd = Shape.of(2, 5, 5, 3);
    Shape map = Shape.of(2, 7, 7, 33);
    return List.of(
        OpCase.of("maxPool/2x2", v -> MaxPool.of(v.get(0), 2, 2, 0), odd),
        OpCase.of("maxPool/3x3 overlapping, padded", v -> MaxPool.of(v.get(0), 3, 2, 1), odd)
            .summing(9),
        OpCase.of("maxPool/no images", v -> MaxPool.of(v.get(0), 2, 2, 0), Shape.of(0, 4, 4, 2)),
        OpCase.of("maxPool/large", v -> MaxPool.of(v.get(0), 3, 2, 1), map).summing(9).asLarge(),
        OpCase.of("averagePool/2x2", v -> AveragePool.of(v.get(0), 2, 2, 0, true), odd).summing(4),
        OpCase.of("averagePool/padded", v -> AveragePool.of(v.get(0), 3, 2, 1, true), odd)
            .summing(9),
        OpCase.of(
                "averagePool/padding not counted",
                v -> AveragePool.of(v.get(0), 3, 1, 1, false),
                odd)
            .summing(9),
        OpCase.of("averagePool/large", v -> AveragePool.of(v.get(0), 3, 2, 1, false), map)
            .summing(9)
            .asLarge(),
        OpCase.of("adaptiveAveragePool/1x1", v -> AdaptiveAveragePool.of(v.get(0), 1, 1), odd)
            .summing(25),
        OpCase.of("adaptiveAveragePool/2x3", v -> AdaptiveAveragePool.of(v.get(0), 2, 3), odd)
            .summing(9),
        OpCase.of("adaptiveAveragePool/finer", v -> AdaptiveAveragePool.of(v.get(0), 7, 6), odd)
            .summing(9),
        OpCase.of("adaptiveAveragePool/large", v -> AdaptiveAveragePool.of(v.get(0), 3, 3), map)
            .summing(9)
            .asLarge());
  }
}
