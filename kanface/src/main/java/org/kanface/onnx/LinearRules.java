package org.kanface.onnx;

import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.GeluLinear;
import org.kanface.autograd.op.LayerNorm;
import org.kanface.autograd.op.Linear;
import org.kanface.autograd.op.Matmul;
import org.kanface.autograd.op.NormMlp;
import org.kanface.nn.backbone.ApplyCovariance;
import org.kanface.nn.backbone.CrossCovariance;
import org.kanface.onnx.Trace.Named;

/// Matrix products: linear layers, the fused MLP taken apart, XCA, and the layer norm before them.
final class LinearRules {
  private LinearRules() {}

  static void add(Rules rules) {
    rules.on(
        Linear.class,
        (t, op, y) -> Named.inside(linear(t, t.inside(op.x()), op.w(), op.b(), rank(y))));
    rules.on(
        GeluLinear.class,
        (t, op, y) -> {
          String gelu = ElementwiseRules.gelu(t.graph(), t.inside(op.x()));
          return Named.inside(linear(t, gelu, op.w(), op.b(), rank(y)));
        });
    rules.on(
        LayerNorm.class,
        (t, op, _) -> Named.inside(layerNorm(t, op.x(), op.w(), op.b(), op.eps())));
    rules.on(NormMlp.class, (t, op, y) -> normMlp(t, op, rank(y)));
    rules.on(Matmul.class, (t, op, _) -> matmul(t, op));
    rules.on(CrossCovariance.class, (t, op, _) -> crossCovariance(t, op));
    rules.on(ApplyCovariance.class, (t, op, _) -> applyCovariance(t, op));
  }

  private static int rank(Var v) {
    return v.shape().rank();
  }

  /// `x·wᵀ + b` over the last axis of `x`.
  private static String linear(Trace t, String x, Var w, @Nullable Var b, int rank) {
    OnnxGraph g = t.graph();
    String weight = t.inside(w);
    if (rank == 2) {
      Map<String, ?> transposed = Map.of("transB", 1L);
      return b == null
          ? g.node("Gemm", transposed, x, weight)
          : g.node("Gemm", transposed, x, weight, t.inside(b));
    }
    String product = g.node("MatMul", x, g.transpose(weight, 1, 0));
    return b == null ? product : g.node("Add", product, t.inside(b));
  }

  private static String layerNorm(Trace t, Var x, @Nullable Var w, @Nullable Var b, double eps) {
    return t.graph()
        .node(
            "LayerNormalization",
            Map.of("axis", -1L, "epsilon", (float) eps),
            t.inside(x),
            ImageRules.channels(t, w, x, 1),
            ImageRules.channels(t, b, x, 0));
  }

  private static Named normMlp(Trace t, NormMlp op, int rank) {
    OnnxGraph g = t.graph();
    NormMlp.Weights w = op.weights();
    String y = layerNorm(t, op.x(), w.normWeight(), w.normBias(), op.eps());
    y = linear(t, linear(t, y, w.down1(), null, rank), w.up1(), w.bias1(), rank);
    y = ElementwiseRules.gelu(g, y);
    y = linear(t, linear(t, y, w.down2(), null, rank), w.up2(), w.bias2(), rank);
    if (op.scale() != null) {
      y = g.node("Mul", y, t.inside(op.scale()));
    }
    return Named.inside(op.residual() == null ? y : g.node("Add", t.inside(op.residual()), y));
  }

  private static Named matmul(Trace t, Matmul op) {
    String a = t.inside(op.a());
    String b = t.inside(op.b());
    return Named.inside(
        t.graph()
            .node(
                "MatMul",
                op.transA() ? swapped(t, a, rank(op.a())) : a,
                op.transB() ? swapped(t, b, rank(op.b())) : b));
  }

  private static String swapped(Trace t, String x, int rank) {
    int[] order = IntStream.range(0, rank).toArray();
    order[rank - 2] = rank - 1;
    order[rank - 1] = rank - 2;
    return t.graph().transpose(x, order);
  }

  /// `qk [b, n, 2d]` → `qᵀ·k [b, heads, d/heads, d/heads]`.
  private static Named crossCovariance(Trace t, CrossCovariance op) {
    OnnxGraph g = t.graph();
    long tokens = op.qk().dim(1);
    long dim = op.qk().dim(2) / 2;
    String qk = t.inside(op.qk());
    String q = g.slice(qk, 2, 0, dim);
    String k = g.slice(qk, 2, dim, 2 * dim);
    long width = dim / op.heads();
    q = g.transpose(g.reshape(q, -1, tokens, op.heads(), width), 0, 2, 3, 1); // [b, h, w, n]
    k = g.transpose(g.reshape(k, -1, tokens, op.heads(), width), 0, 2, 1, 3); // [b, h, n, w]
    return Named.inside(g.node("MatMul", q, k));
  }

  /// `a [b, heads, w, w]`, `v [b, n, heads·w]` → `[b, n, heads·w]`.
  private static Named applyCovariance(Trace t, ApplyCovariance op) {
    OnnxGraph g = t.graph();
    long tokens = op.v().dim(1);
    long dim = op.v().dim(2);
    long heads = op.a().dim(1);
    String v = g.reshape(t.inside(op.v()), -1, tokens, heads, dim / heads);
    String y = g.node("MatMul", t.inside(op.a()), g.transpose(v, 0, 2, 3, 1)); // [b, h, w, n]
    return Named.inside(g.reshape(g.transpose(y, 0, 3, 1, 2), -1, tokens, dim));
  }
}
