package org.kanface.autograd;

import java.util.List;
import org.kanface.kernels.DType;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Fixed operands of test cases, on the device and in the type of the other inputs.
final class Constants {
  private Constants() {}

  /// The values rounded to float32 in either type, so that both compute from the same numbers.
  static Tensor tensor(Device device, DType type, Shape shape, double... values) {
    var floats = new float[values.length];
    var doubles = new double[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
      doubles[i] = floats[i];
    }
    return type == DType.F64
        ? Tensor.ofDoubles(device, shape, doubles)
        : Tensor.of(device, shape, floats);
  }

  /// A constant beside `like`, owned by the current graph.
  static Var beside(Var like, Shape shape, double... values) {
    return Graph.current().constant(tensor(like.value().device(), like.dtype(), shape, values));
  }

  /// I64 numbers on the device of the inputs, owned by the current graph.
  static Tensor labels(List<Var> inputs, long... labels) {
    Device device = inputs.getFirst().value().device();
    return Graph.current()
        .constant(Tensor.ofLongs(device, Shape.of(labels.length), labels))
        .value();
  }
}
