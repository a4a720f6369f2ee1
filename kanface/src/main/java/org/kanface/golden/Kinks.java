package org.kanface.golden;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kanface.autograd.Var;
import org.kanface.nn.Module;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.layer.MaxPool;

/// On which side of its kinks a network was: the signs of what rectifiers read (the outputs of
/// batch
/// norms), and what maximum pools read.
///
/// There gradients jump. A value within rounding of 0 may fall on the other side in another
/// arithmetic and change a whole channel's gradient by far more than rounding. The sides of one run
/// can be imposed on another one.
final class Kinks {
  private static final double ROUNDING = 1e-4; // of values of about 1

  private final Map<String, BitSet> positive = new LinkedHashMap<>();
  private final Map<String, float[]> pooled = new LinkedHashMap<>();
  private int moved;
  private double farthest;

  /// Notes the sides of the next forward pass, until [#ignore].
  void record(Module model) {
    model
        .modules()
        .forEach(
            (path, m) -> {
              if (m instanceof BatchNorm) {
                m.observe(y -> positive.put(path, signs(y)));
              } else if (isBeforePool(model, path)) {
                m.observe(y -> pooled.put(path, y.value().toFloats()));
              }
            });
  }

  /// Gives the next forward pass of a float64 network the recorded sides: values on the other one
  /// change their sign.
  void impose(Module model) {
    model
        .modules()
        .forEach(
            (path, m) -> {
              if (positive.containsKey(path)) {
                m.observe(y -> turn(y, positive.get(path)));
              } else if (pooled.containsKey(path)) {
                m.observe(y -> replace(y, pooled.get(path)));
              }
            });
  }

  static void ignore(Module model) {
    model.modules().values().forEach(m -> m.observe(null));
  }

  boolean isEmpty() {
    return positive.isEmpty();
  }

  /// How many values changed their side in [#impose].
  int moved() {
    return moved;
  }

  /// Whether all of them lay within rounding of the kink.
  boolean isRounding() {
    return farthest < ROUNDING;
  }

  /// Whether the module's output is what the next part of a sequence pools.
  private static boolean isBeforePool(Module model, String path) {
    int dot = path.lastIndexOf('.');
    String last = path.substring(dot + 1);
    if (dot < 0 || !last.matches("[0-9]+")) {
      return false;
    }
    String next = path.substring(0, dot + 1) + (Integer.parseInt(last) + 1);
    return model.modules().get(next) instanceof MaxPool;
  }

  private static BitSet signs(Var y) {
    float[] values = y.value().toFloats();
    var bits = new BitSet(values.length);
    for (int i = 0; i < values.length; i++) {
      bits.set(i, values[i] > 0);
    }
    return bits;
  }

  private void turn(Var y, BitSet side) {
    double[] values = y.value().toDoubles();
    int before = moved;
    for (int i = 0; i < values.length; i++) {
      if (values[i] > 0 != side.get(i)) {
        moved++;
        farthest = Math.max(farthest, Math.abs(values[i]));
        double size = Math.max(Math.abs(values[i]), Double.MIN_NORMAL);
        values[i] = side.get(i) ? size : -size;
      }
    }
    if (moved > before) {
      y.value().write(MemorySegment.ofArray(values));
    }
  }

  private void replace(Var y, float[] other) {
    double[] values = y.value().toDoubles();
    double top = Comparison.top(values);
    for (int i = 0; i < values.length; i++) {
      farthest = Math.max(farthest, Math.abs(values[i] - other[i]) / top);
      values[i] = other[i];
    }
    y.value().write(MemorySegment.ofArray(values));
  }
}
