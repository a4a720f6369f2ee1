package org.kanface.autograd;

import java.util.List;
import java.util.stream.Stream;
import org.kanface.autograd.op.Concat;
import org.kanface.autograd.op.Mean;
import org.kanface.autograd.op.Permute;
import org.kanface.autograd.op.Reshape;
import org.kanface.autograd.op.Slice;
import org.kanface.autograd.op.Sum;
import org.kanface.tensor.Shape;

/// Views, copies of parts, and sums over axes.
final class ShapeCases {
  private ShapeCases() {}

  static Stream<OpCase> all() {
    return Stream.of(views(), parts(), sums()).flatMap(List::stream);
  }

  private static List<OpCase> views() {
    return List.of(
        OpCase.of("reshape", v -> Reshape.of(v.get(0), Shape.of(3, 4)), Shape.of(2, 6)),
        OpCase.of("reshape/scalar", v -> Reshape.of(v.get(0), Shape.SCALAR), Shape.of(1, 1)),
        OpCase.of("reshape/empty", v -> Reshape.of(v.get(0), Shape.of(7, 0)), Shape.of(0, 3)),
        OpCase.of("permute/swap", v -> Permute.of(v.get(0), 1, 0), Shape.of(5, 7)),
        OpCase.of("permute/nhwc", v -> Permute.of(v.get(0), 0, 2, 3, 1), Shape.of(2, 3, 4, 5)),
        OpCase.of("permute/heads", v -> Permute.of(v.get(0), 0, -2, 1, -1), Shape.of(2, 3, 4, 5)),
        OpCase.of("permute/identity", v -> Permute.of(v.get(0), 0, 1), Shape.of(3, 4)),
        OpCase.of("permute/axes of 1", v -> Permute.of(v.get(0), 1, 0, 2), Shape.of(1, 6, 3)),
        OpCase.of("permute/empty", v -> Permute.of(v.get(0), 1, 0), Shape.of(0, 3)));
  }

  private static List<OpCase> parts() {
    return List.of(
        OpCase.of("slice/first axis", v -> Slice.of(v.get(0), 0, 1, 3), Shape.of(4, 5)),
        OpCase.of("slice/last axis", v -> Slice.of(v.get(0), -1, 2, 5), Shape.of(3, 2, 7)),
        OpCase.of("slice/middle axis", v -> Slice.of(v.get(0), 1, 0, 1), Shape.of(3, 2, 7)),
        OpCase.of("slice/whole", v -> Slice.of(v.get(0), 0, 0, 4), Shape.of(4)),
        OpCase.of("slice/nothing", v -> Slice.of(v.get(0), 0, 2, 2), Shape.of(4, 3)),
        OpCase.of("concat/last axis", v -> Concat.of(-1, v), Shape.of(3, 2), Shape.of(3, 5)),
        OpCase.of("concat/first axis", v -> Concat.of(0, v), Shape.of(2, 3), Shape.of(1, 3)),
        OpCase.of(
            "concat/three with an empty one",
            v -> Concat.of(1, v),
            Shape.of(2, 3, 4),
            Shape.of(2, 0, 4),
            Shape.of(2, 1, 4)),
        OpCase.of("concat/one", v -> Concat.of(0, v), Shape.of(3)),
        OpCase.of(
            "concat/twice the same", v -> Concat.of(0, List.of(v.get(0), v.get(0))), Shape.of(3)));
  }

  private static List<OpCase> sums() {
    return List.of(
        OpCase.of("sum/first axis", v -> Sum.of(v.get(0), 0), Shape.of(6, 5)).summing(6),
        OpCase.of("sum/middle axis", v -> Sum.of(v.get(0), 1), Shape.of(3, 7, 5)).summing(7),
        OpCase.of("sum/last axis", v -> Sum.of(v.get(0), -1), Shape.of(3, 17)).summing(17),
        OpCase.of("sum/all", v -> Sum.all(v.get(0)), Shape.of(5, 7, 29)).summing(1015),
        OpCase.of("sum/of a scalar", v -> Sum.all(v.get(0)), Shape.SCALAR),
        OpCase.of("sum/empty axis", v -> Sum.of(v.get(0), 0), Shape.of(0, 3)),
        OpCase.of("sum/no rows", v -> Sum.of(v.get(0), 1), Shape.of(0, 3)),
        OpCase.of("mean/first axis", v -> Mean.of(v.get(0), 0), Shape.of(9, 5)).summing(9),
        OpCase.of("mean/middle axis", v -> Mean.of(v.get(0), 1), Shape.of(2, 49, 3)).summing(49),
        OpCase.of("mean/last axis", v -> Mean.of(v.get(0), -1), Shape.of(2, 1, 33)).summing(33),
        OpCase.of("mean/all", v -> Mean.all(v.get(0)), Shape.of(1021)).summing(1021),
        OpCase.of("mean/empty axis", v -> Mean.of(v.get(0), 0), Shape.of(0, 3)));
  }
}
