package org.kanface.onnx;

import java.util.HashMap;
import java.util.Map;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.onnx.Trace.Named;

/// How each op is written in nodes of ONNX: one rule an op, grouped by family. A network needs no
/// code here; a new op needs one rule.
final class Rules {
  /// Adds the nodes of `op`, whose output in the engine is `y`, and says what they compute is
  /// called.
  @FunctionalInterface
  interface Rule<O extends Op> {
    Named apply(Trace t, O op, Var y);
  }

  private final Map<Class<?>, Rule<?>> byOp = new HashMap<>();

  private static final Rules ALL = new Rules();

  private Rules() {
    ElementwiseRules.add(this);
    ImageRules.add(this);
    LinearRules.add(this);
    ShapeRules.add(this);
    SplineRules.add(this);
  }

  <O extends Op> void on(Class<O> op, Rule<O> rule) {
    byOp.put(op, rule);
  }

  /// Throws [OnnxException] for an op without a rule.
  static Named apply(Trace t, Op op, Var y) {
    Rule<?> rule = ALL.byOp.get(op.getClass());
    if (rule == null) {
      throw new OnnxException("cannot export %s: ONNX has no such operation".formatted(op.name()));
    }
    return applied(rule, t, op, y);
  }

  @SuppressWarnings("unchecked") // rules are kept by the class that they take
  private static <O extends Op> Named applied(Rule<O> rule, Trace t, Op op, Var y) {
    return rule.apply(t, (O) op, y);
  }
}
