package org.kanface.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.kanface.kernels.DType;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;

/// One op on inputs of given shapes; the table drives gradient checks, parity and bit-identity.
///
/// @param inputs shapes of the inputs, drawn from [-1, 1) and mapped by `draw`
/// @param draw keeps inputs off kinks and poles
/// @param length of the longest sum in forward and backward pass: the tolerance grows with it
/// @param smooth whether the gradient is the derivative (published straight-through ones are not)
/// @param large too large for finite differences
record OpCase(
    String name,
    Function<List<Var>, Var> op,
    List<Shape> inputs,
    DoubleUnaryOperator draw,
    long length,
    boolean smooth,
    boolean large) {

  static OpCase of(String name, Function<List<Var>, Var> op, Shape... inputs) {
    return new OpCase(name, op, List.of(inputs), x -> x, 1, true, false);
  }

  OpCase drawing(DoubleUnaryOperator map) {
    return new OpCase(name, op, inputs, map, length, smooth, large);
  }

  OpCase summing(long terms) {
    return new OpCase(name, op, inputs, draw, terms, smooth, large);
  }

  /// The gradient is the published one, not the derivative.
  OpCase straightThrough() {
    return new OpCase(name, op, inputs, draw, length, false, large);
  }

  OpCase asLarge() {
    return new OpCase(name, op, inputs, draw, length, smooth, true);
  }

  /// Every case of the tables.
  static Stream<OpCase> all() {
    return Stream.of(
            ElementwiseCases.all(),
            ShapeCases.all(),
            ProductCases.all(),
            NormCases.all(),
            ImageCases.all(),
            LayerCases.all(),
            SplineCases.all(),
            LossCases.all())
        .flatMap(Function.identity());
  }

  /// Those whose gradient finite differences can check.
  static Stream<OpCase> differentiable() {
    return all().filter(OpCase::smooth).filter(Predicate.not(OpCase::large));
  }

  long seed() {
    long h = 0xCBF29CE484222325L; // FNV-1a of the name: the same inputs in every run
    for (char c : name.toCharArray()) {
      h = (h ^ c) * 0x100000001B3L;
    }
    return h;
  }

  List<double[]> values() {
    var random = new SplittableRandom(seed());
    var values = new ArrayList<double[]>();
    for (Shape s : inputs) {
      values.add(random.doubles(s.numel(), -1, 1).map(draw).toArray());
    }
    return values;
  }

  /// Parameters holding [#values()] on a device, for the caller to close.
  List<Var> leaves(Device device, DType type) {
    var leaves = new ArrayList<Var>();
    List<double[]> values = values();
    for (int i = 0; i < inputs.size(); i++) {
      leaves.add(
          Var.parameter("x" + i, Constants.tensor(device, type, inputs.get(i), values.get(i))));
    }
    return leaves;
  }

  @Override
  public String toString() {
    return name;
  }
}
