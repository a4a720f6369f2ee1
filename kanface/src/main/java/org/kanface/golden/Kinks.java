package org.kanface.golden;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.MaxPool;
import org.kanface.autograd.op.Prelu;
import org.kanface.kernels.Unary;
import org.kanface.tensor.Tensor;

/// On which side of their kinks the rectifiers and maximum pools of a network are.
///
/// A gradient jumps there: the derivative of PReLU is 1 above 0 and the slope below. Of the ten
/// million values that a residual network rectifies some lie so near 0 that rounding decides their
/// sign, in PyTorch's float32 as in any other, and a single one moves the gradients of all layers
/// before it by a hundred times the rounding of sums. So that gradients can be compared all the
/// same, the sides are taken from a float64 forward pass ([#record]) and given to a float32 one
/// ([#impose]). That one differs from an ordinary pass in those few values, by their rounding.
final class Kinks {
  private final List<List<Side>> exact = new ArrayList<>(); // by op in the order of application
  private int next;
  private int moved;
  private double farthest;

  /// Notes the sides of everything that is applied in `graph`.
  void record(Graph graph) {
    graph.watch(
        op -> {
          if (isKinked(op)) {
            exact.add(sides(op));
          }
        });
  }

  /// Moves what the same network applies in `graph` to the noted sides.
  void impose(Graph graph) {
    next = 0;
    graph.watch(
        op -> {
          if (isKinked(op) && next < exact.size()) {
            move(input(op), exact.get(next++));
          }
        });
  }

  /// How many values were moved.
  int moved() {
    return moved;
  }

  /// How far a value was from its kink at most, as a share of its tensor's largest magnitude.
  double farthest() {
    return farthest;
  }

  private static boolean isKinked(Op op) {
    return switch (op) {
      case Prelu _, Clamp _, MaxPool _ -> true;
      case Elementwise e -> e.function() == Unary.RELU;
      default -> false;
    };
  }

  private static Tensor input(Op op) {
    return op.inputs().getFirst().value();
  }

  private static List<Side> sides(Op op) {
    double[] values = input(op).toDoubles();
    return switch (op) {
      case Clamp c ->
          List.of(Side.Threshold.of(c.low(), values), Side.Threshold.of(c.high(), values));
      case MaxPool p -> List.of(Side.Winners.of(p, values));
      default -> List.of(Side.Threshold.of(0, values));
    };
  }

  private void move(Tensor tensor, List<Side> sides) {
    float[] values = tensor.toFloats();
    double top = 0;
    for (float v : values) {
      top = Math.max(top, Math.abs(v));
    }
    int before = moved;
    for (Side side : sides) {
      side.move(values, top, this);
    }
    if (moved > before) {
      tensor.write(MemorySegment.ofArray(values));
    }
  }

  /// Counts a moved value.
  void count(double distance) {
    moved++;
    farthest = Math.max(farthest, distance);
  }
}
