package org.kanface.onnx;

import java.util.Map;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.Affine;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.Divide;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.LogSoftmax;
import org.kanface.autograd.op.Multiply;
import org.kanface.autograd.op.Prelu;
import org.kanface.autograd.op.ScaleResidual;
import org.kanface.autograd.op.Softmax;
import org.kanface.autograd.op.Subtract;
import org.kanface.kernels.Unary;
import org.kanface.onnx.Trace.Named;

/// Functions of each element, with and without broadcasting, in whatever order of axes their
/// operands come; softmax.
final class ElementwiseRules {
  private ElementwiseRules() {}

  static void add(Rules rules) {
    rules.on(Add.class, (t, op, _) -> binary(t, "Add", op.a(), op.b()));
    rules.on(Subtract.class, (t, op, _) -> binary(t, "Sub", op.a(), op.b()));
    rules.on(Multiply.class, (t, op, _) -> binary(t, "Mul", op.a(), op.b()));
    rules.on(Divide.class, (t, op, _) -> binary(t, "Div", op.a(), op.b()));
    rules.on(Prelu.class, (t, op, _) -> binary(t, "PRelu", op.x(), op.w()));
    rules.on(Elementwise.class, (t, op, _) -> unary(t, op));
    rules.on(Affine.class, (t, op, _) -> affine(t, op));
    rules.on(Clamp.class, (t, op, _) -> clamp(t, op));
    rules.on(ScaleResidual.class, (t, op, _) -> scaleResidual(t, op));
    rules.on(Softmax.class, (t, op, _) -> overLastAxis(t, "Softmax", op.x()));
    rules.on(LogSoftmax.class, (t, op, _) -> overLastAxis(t, "LogSoftmax", op.x()));
  }

  private static Named binary(Trace t, String function, Var a, Var b) {
    boolean outside = t.isOutside(a, b);
    return new Named(t.graph().node(function, t.name(a, outside), t.name(b, outside)), outside);
  }

  private static Named unary(Trace t, Elementwise op) {
    boolean outside = t.isOutside(op.x());
    return new Named(unary(t.graph(), op.function(), t.name(op.x(), outside)), outside);
  }

  static String unary(OnnxGraph g, Unary function, String x) {
    return switch (function) {
      case NEGATE -> g.node("Neg", x);
      case ABS -> g.node("Abs", x);
      case SQUARE -> g.node("Mul", x, x);
      case SQRT -> g.node("Sqrt", x);
      case RECIPROCAL -> g.node("Reciprocal", x);
      case EXP -> g.node("Exp", x);
      case LOG -> g.node("Log", x);
      case SIN -> g.node("Sin", x);
      case COS -> g.node("Cos", x);
      case RELU -> g.node("Relu", x);
      case SILU -> g.node("Mul", x, g.node("Sigmoid", x));
      case GELU -> gelu(g, x);
      case SIGMOID -> g.node("Sigmoid", x);
      case TANH -> g.node("Tanh", x);
    };
  }

  /// `x (1 + erf(x/√2)) / 2`, in the order that optimisers recognise.
  static String gelu(OnnxGraph g, String x) {
    String erf = g.node("Erf", g.node("Div", x, g.number(Math.sqrt(2))));
    return g.node("Mul", g.node("Mul", x, g.node("Add", erf, g.number(1))), g.number(0.5));
  }

  private static Named affine(Trace t, Affine op) {
    OnnxGraph g = t.graph();
    boolean outside = t.isOutside(op.x());
    String scaled = g.node("Mul", t.name(op.x(), outside), g.number(op.scale()));
    return new Named(g.node("Add", scaled, g.number(op.shift())), outside);
  }

  private static Named clamp(Trace t, Clamp op) {
    OnnxGraph g = t.graph();
    boolean outside = t.isOutside(op.x());
    String x = t.name(op.x(), outside);
    return new Named(g.node("Clip", x, g.number(op.low()), g.number(op.high())), outside);
  }

  private static Named scaleResidual(Trace t, ScaleResidual op) {
    boolean outside = t.isOutside(op.x(), op.residual());
    String scaled = t.graph().node("Mul", t.name(op.x(), outside), t.name(op.gamma(), outside));
    return new Named(t.graph().node("Add", t.name(op.residual(), outside), scaled), outside);
  }

  private static Named overLastAxis(Trace t, String function, Var x) {
    return Named.inside(t.graph().node(function, Map.of("axis", -1L), t.inside(x)));
  }
}
