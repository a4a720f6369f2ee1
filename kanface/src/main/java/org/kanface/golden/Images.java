package org.kanface.golden;

import java.util.List;
import org.kanface.nn.Packing;
import org.kanface.nn.SafeTensors;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Fixtures hold images as NCHW, the engine as NHWC; tensors of other ranks are alike in both.
final class Images {
  private Images() {}

  static Packing packing(Shape external) {
    return external.rank() == 4
        ? new Packing(external, List.of(0, 2, 3, 1))
        : Packing.plain(external);
  }

  static Tensor load(Device device, SafeTensors.Entry entry) {
    Packing packing = packing(entry.shape());
    return Tensor.of(device, packing.internal(), packing.toInternal(entry.toFloats()));
  }

  /// Values of an engine tensor in the fixtures' order.
  static float[] external(Tensor t) {
    Shape s = t.shape();
    Shape external = s.rank() == 4 ? s.permute(0, 3, 1, 2) : s;
    return packing(external).toExternal(t.toFloats());
  }
}
