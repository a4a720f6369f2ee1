package org.kanface.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Rows of a margin's logits and their gradients, targets aside. `filter` is the cosine above which
/// a class is filtered; infinite for none.
final class LossMargin {
  private LossMargin() {}

  /// `logits = scale * z`, 0 where filtered.
  static void forward(long z, int row, float scale, float filter, long logits) {
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      FloatVector v = Lanes.load(z + j);
      Lanes.store(v.mul(scale).blend(0f, v.compare(GT, filter)), logits + j);
    }
    if (j < row) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector v = Lanes.load(z + j, mask);
      Lanes.store(v.mul(scale).blend(0f, v.compare(GT, filter)), logits + j, mask);
    }
  }

  /// `dz = scale * dlogits`, 0 where filtered.
  static void backward(long z, long dlogits, int row, float scale, float filter, long dz) {
    int j = 0;
    for (; j <= row - Lanes.BYTES; j += Lanes.BYTES) {
      FloatVector g = Lanes.load(dlogits + j).mul(scale);
      Lanes.store(g.blend(0f, Lanes.load(z + j).compare(GT, filter)), dz + j);
    }
    if (j < row) {
      VectorMask<Float> mask = Lanes.first((row - j) / Float.BYTES);
      FloatVector g = Lanes.load(dlogits + j, mask).mul(scale);
      Lanes.store(g.blend(0f, Lanes.load(z + j, mask).compare(GT, filter)), dz + j, mask);
    }
  }
}
