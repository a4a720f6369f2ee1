package org.kanface.tools.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kanface.kernels.Strided;

/// A [Strided] as the kernels' parameter `Walk`: sizes and both strides, eight each, the last axis
/// at
/// the end.
final class Walk {
  private static final int AXES = 8;

  private Walk() {}

  static byte[] bytes(Strided walk) {
    var out = ByteBuffer.allocate(3 * AXES * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int part = 0; part < 3; part++) {
      for (int i = 0; i < AXES; i++) {
        int axis = i - (AXES - walk.rank());
        out.putLong(
            axis < 0
                ? 0
                : part == 0 ? walk.dim(axis) : part == 1 ? walk.first(axis) : walk.second(axis));
      }
    }
    return out.array();
  }
}
