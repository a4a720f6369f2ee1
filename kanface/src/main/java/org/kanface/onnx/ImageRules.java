package org.kanface.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.AdaptiveAveragePool;
import org.kanface.autograd.op.AveragePool;
import org.kanface.autograd.op.BatchNorm;
import org.kanface.autograd.op.Convolution;
import org.kanface.autograd.op.MaxPool;
import org.kanface.onnx.Trace.Named;
import org.kanface.tensor.Shape;

/// What ONNX computes with channels first: convolutions, pooling, batch norm.
final class ImageRules {
  private ImageRules() {}

  static void add(Rules rules) {
    rules.on(Convolution.class, (t, op, _) -> convolution(t, op));
    rules.on(BatchNorm.class, (t, op, _) -> batchNorm(t, op));
    rules.on(MaxPool.class, (t, op, _) -> maxPool(t, op));
    rules.on(AveragePool.class, (t, op, _) -> averagePool(t, op));
    rules.on(AdaptiveAveragePool.class, (t, op, _) -> adaptive(t, op));
  }

  private static Named convolution(Trace t, Convolution op) {
    Map<String, Object> attributes =
        windows(op.w().dim(1), op.w().dim(2), op.stride(), op.padding());
    attributes.put("dilations", new long[] {op.dilation(), op.dilation()});
    attributes.put("group", op.groups());
    List<String> inputs = new ArrayList<>(List.of(t.outside(op.x()), t.outside(op.w())));
    if (op.b() != null) {
      inputs.add(t.inside(op.b()));
    }
    return Named.outside(t.graph().node("Conv", attributes, inputs.toArray(String[]::new)));
  }

  private static Map<String, Object> windows(long kh, long kw, long stride, long pad) {
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("kernel_shape", new long[] {kh, kw});
    attributes.put("strides", new long[] {stride, stride});
    attributes.put("pads", new long[] {pad, pad, pad, pad});
    return attributes;
  }

  private static Named maxPool(Trace t, MaxPool op) {
    var attributes = windows(op.kernel(), op.kernel(), op.stride(), op.padding());
    attributes.put("ceil_mode", op.ceil() ? 1L : 0L);
    return Named.outside(t.graph().node("MaxPool", attributes, t.outside(op.x())));
  }

  private static Named averagePool(Trace t, AveragePool op) {
    var attributes = windows(op.kernel(), op.kernel(), op.stride(), op.padding());
    attributes.put("count_include_pad", op.countPadding() ? 1L : 0L);
    return Named.outside(t.graph().node("AveragePool", attributes, t.outside(op.x())));
  }

  /// The mean of all, or `A x Bᵀ` with the windows' weights as matrices `A [outH, h]`, `B [outW,
  /// w]`.
  private static Named adaptive(Trace t, AdaptiveAveragePool op) {
    OnnxGraph g = t.graph();
    String x = t.outside(op.x());
    if (op.outH() * op.outW() == 1) {
      return Named.outside(g.node("GlobalAveragePool", x));
    }
    String rows = g.node("MatMul", weights(g, op.x().dim(1), op.outH()), x);
    String columns = g.transpose(weights(g, op.x().dim(2), op.outW()), 1, 0);
    return Named.outside(g.node("MatMul", rows, columns));
  }

  /// `1/count` where output `i` reads input `j`, `⌊i n/out⌋ <= j < ⌈(i+1) n/out⌉`.
  private static String weights(OnnxGraph g, long n, long out) {
    var values = new float[Math.toIntExact(out * n)];
    for (long i = 0; i < out; i++) {
      long from = i * n / out;
      long to = Math.ceilDiv((i + 1) * n, out);
      for (long j = from; j < to; j++) {
        values[Math.toIntExact(i * n + j)] = 1f / (to - from);
      }
    }
    return g.floats("windows", Shape.of(out, n), values);
  }

  private static Named batchNorm(Trace t, BatchNorm op) {
    if (op.training()) {
      throw new OnnxException("cannot export batch norm in training: evaluation is exported");
    }
    int rank = op.x().shape().rank();
    String weight = channels(t, op.w(), op.x(), 1);
    String bias = channels(t, op.b(), op.x(), 0);
    Map<String, ?> attributes = Map.of("epsilon", (float) op.eps());
    String mean = t.inside(op.runningMean());
    String var = t.inside(op.runningVar());
    OnnxGraph g = t.graph();
    if (rank == 4 || rank == 2) {
      String x = t.name(op.x(), rank == 4);
      return new Named(
          g.node("BatchNormalization", attributes, x, weight, bias, mean, var), rank == 4);
    }
    String dims = g.integers(-1, op.x().dim(-1)); // all else is rows
    String rows = g.node("Reshape", t.inside(op.x()), dims);
    String y = g.node("BatchNormalization", attributes, rows, weight, bias, mean, var);
    return Named.inside(g.reshape(y, t.sizes(op.x())));
  }

  /// A parameter with one number a channel of `x`, or that number everywhere.
  static String channels(Trace t, @Nullable Var parameter, Var x, float otherwise) {
    if (parameter != null) {
      return t.inside(parameter);
    }
    var values = new float[Math.toIntExact(x.dim(-1))];
    Arrays.fill(values, otherwise);
    return t.graph().floats("channels", Shape.of(values.length), values);
  }
}
