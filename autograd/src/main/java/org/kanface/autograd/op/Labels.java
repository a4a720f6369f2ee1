package org.kanface.autograd.op;

import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Checks of the I64 tensors that name rows or classes.
final class Labels {
  private Labels() {}

  /// Throws unless `scores` is `[rows, cols]` and `labels` `[rows]` on its device.
  static void check(String op, Var scores, Tensor labels) {
    Check.that(
        scores.shape().rank() == 2 && labels.shape().equals(Shape.of(scores.dim(0))),
        op,
        "scores %s, labels %s: expected [rows, cols] and [rows]",
        scores.shape(),
        labels.shape());
    checkKind(op, "labels", scores, labels);
    checkRange(op, "label", labels, -1, scores.dim(1));
  }

  static void checkKind(String op, String what, Var x, Tensor numbers) {
    Check.that(
        numbers.dtype() == DType.I64 && numbers.device() == x.value().device(),
        op,
        "%s %s on %s: expected I64 on %s",
        what,
        numbers.dtype(),
        numbers.device(),
        x.value().device());
  }

  /// Throws for a number outside `[low, high)`. On other devices than the host that would wait for
  /// the device, so there the caller answers for it.
  static void checkRange(String op, String what, Tensor numbers, long low, long high) {
    if (!(numbers.memory() instanceof HostMemory)) {
      return;
    }
    long[] values = numbers.toLongs();
    for (int i = 0; i < values.length; i++) {
      Check.that(
          low <= values[i] && values[i] < high,
          op,
          "%s %d: expected %d … %d, got %d",
          what,
          i,
          low,
          high - 1,
          values[i]);
    }
  }
}
