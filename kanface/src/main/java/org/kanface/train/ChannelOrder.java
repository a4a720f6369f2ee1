package org.kanface.train;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.kanface.nn.SafeTensors;
import org.kanface.tensor.Shape;

/// Weights for images with blue first, made into weights for red first.
final class ChannelOrder {
  private ChannelOrder() {}

  /// Turns round the input channels of the first convolution over three, `[out, 3, h, w]`, in
  /// place of its entry. Throws [TrainingException] where there is none.
  static void turn(Map<String, SafeTensors.Entry> entries, String file) {
    for (var e : entries.entrySet()) {
      Shape shape = e.getValue().shape();
      if (shape.rank() == 4 && shape.dim(1) == 3) {
        e.setValue(turned(e.getValue()));
        return;
      }
    }
    throw new TrainingException(
        file + ": --bgr: no convolution over three channels, whose order could be turned round");
  }

  private static SafeTensors.Entry turned(SafeTensors.Entry weight) {
    Shape shape = weight.shape();
    long map = shape.dim(2) * shape.dim(3) * weight.dtype().bytes();
    MemorySegment from = weight.data();
    MemorySegment to = MemorySegment.ofArray(new byte[Math.toIntExact(from.byteSize())]);
    for (long out = 0; out < shape.dim(0); out++) {
      for (int c = 0; c < 3; c++) {
        MemorySegment.copy(from, (3 * out + c) * map, to, (3 * out + 2 - c) * map, map);
      }
    }
    return new SafeTensors.Entry(weight.dtype(), shape, to);
  }
}
