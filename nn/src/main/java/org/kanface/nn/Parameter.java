package org.kanface.nn;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// A module's trained tensor or buffer, and how it looks in a state dict.
///
/// @param var the variable that ops read; a buffer does not require gradients
public record Parameter(Var var, Packing packing) {
  public Parameter {
    Check.that(
        packing.internal().equals(var.shape()),
        "parameter",
        "%s is %s, expected %s",
        var.name(),
        var.shape(),
        packing.internal());
  }

  /// Its shape in state dicts.
  public Shape externalShape() {
    return packing.external();
  }

  public boolean isTrained() {
    return var.requiresGrad();
  }

  /// Overwrites the values with ones in external order; throws [org.kanface.tensor.ShapeException]
  /// where their number differs.
  public void load(float[] external) {
    Check.that(
        external.length == var.shape().numel(),
        "parameter",
        "%s holds %d values, got %d",
        var.name(),
        var.shape().numel(),
        external.length);
    write(var.value(), packing.toInternal(external));
  }

  /// The values in external order.
  public float[] external() {
    return externalOf(var.value());
  }

  /// A tensor like this parameter (its gradient, a moment of it) in external order.
  public float[] externalOf(Tensor like) {
    if (like.dtype() == DType.F32) {
      return packing.toExternal(like.toFloats());
    }
    double[] doubles = like.toDoubles();
    var floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return packing.toExternal(floats);
  }

  /// Writes float32 values to a tensor of either floating type.
  static void write(Tensor target, float[] values) {
    if (target.dtype() == DType.F32) {
      target.write(MemorySegment.ofArray(values));
    } else {
      var doubles = new double[values.length];
      Arrays.setAll(doubles, i -> values[i]);
      target.write(MemorySegment.ofArray(doubles));
    }
  }
}
