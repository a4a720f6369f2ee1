package org.kanface.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Elementwise;
import org.kanface.kernels.DType;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateDict;
import org.kanface.nn.backbone.ConvEncoder;
import org.kanface.nn.backbone.DepthwiseSeparable;
import org.kanface.nn.backbone.Encoding;
import org.kanface.nn.backbone.FourierPosition;
import org.kanface.nn.backbone.IBasicBlock;
import org.kanface.nn.backbone.SdtaEncoder;
import org.kanface.nn.backbone.Xca;
import org.kanface.nn.kan.KANLinear;
import org.kanface.nn.layer.AdaptiveAveragePool;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.GaussianPool;
import org.kanface.nn.layer.LayerNorm;
import org.kanface.nn.layer.Linear;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.nn.layer.PRelu;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Cases that are one module: given parameters, `x` and the cotangent `dy`, stored `y` and all
/// gradients.
final class ModuleCases {
  private static final double OPERATION_FLOOR = 2e-6;
  private static final double BLOCK_FLOOR = 1e-5;

  /// Operations whose rank-4 tensors are images, NCHW in the fixtures; all others keep their axes.
  private static final Set<String> ON_IMAGES =
      Set.of(
          "conv2d",
          "batch_norm",
          "prelu",
          "max_pool2d",
          "avg_pool2d",
          "global_avg_pool",
          "gaussian_weighted_pool",
          "ibasic_block",
          "depthwise_separable_conv",
          "layer_norm_channels_first",
          "sdta",
          "conv_encoder",
          "positional_encoding_fourier");

  private final Device device;
  private final Map<String, BiFunction<GoldenCase, Init, Module>> makers = new LinkedHashMap<>();

  ModuleCases(Device device) {
    this.device = device;
    makers.put("kan_linear", ModuleCases::kan);
    makers.put("conv2d", ModuleCases::conv);
    makers.put(
        "linear", (c, i) -> new Linear(i, c.integer("in"), c.integer("out"), c.bool("bias")));
    makers.put("layer_norm", ModuleCases::layerNorm);
    makers.put("layer_norm_channels_first", ModuleCases::layerNorm);
    makers.put("batch_norm", ModuleCases::batchNorm);
    makers.put("prelu", (c, i) -> OneOp.named("prelu", new PRelu(i, c.integer("channels"))));
    makers.put("max_pool2d", (c, i) -> OneOp.maxPool(c));
    makers.put("avg_pool2d", (c, i) -> OneOp.averagePool(c));
    makers.put("global_avg_pool", (c, i) -> new AdaptiveAveragePool(1, 1));
    makers.put("gelu_erf", plain(Elementwise::gelu));
    makers.put("silu", plain(Elementwise::silu));
    makers.put("relu", plain(Elementwise::relu));
    makers.put("softmax", (c, i) -> OneOp.softmax(c));
    makers.put("l2_normalize", (c, i) -> OneOp.l2Normalize(c));
    makers.put(
        "lora_linear",
        (c, i) -> new LowRankLinear(i, c.integer("in"), c.integer("out"), c.number("rank_ratio")));
    makers.put(
        "xca", (c, i) -> new Xca(i, c.integer("dim"), c.integer("heads"), c.number("rank_ratio")));
    makers.put("sdta", ModuleCases::sdta);
    makers.put(
        "conv_encoder",
        (c, i) -> new ConvEncoder(i, c.integer("dim"), (int) c.integer("kernel"), encoding(c), 0));
    makers.put(
        "gaussian_weighted_pool",
        (c, i) -> new GaussianPool((int) c.integer("size"), c.number("sigma")));
    makers.put("ibasic_block", ModuleCases::ibasic);
    makers.put(
        "depthwise_separable_conv",
        (c, i) -> new DepthwiseSeparable(i, c.integer("in"), c.integer("out")));
    makers.put(
        "positional_encoding_fourier",
        (c, i) ->
            new FourierPosition(
                i,
                c.integer("dim"),
                (int) c.number("hidden_dim", 32),
                c.number("temperature", 10_000)));
  }

  boolean knows(String op) {
    return makers.containsKey(op);
  }

  Outcome run(GoldenCase golden) {
    var comparison =
        new Comparison(golden, golden.file().contains("blocks") ? BLOCK_FLOOR : OPERATION_FLOOR);
    BiFunction<GoldenCase, Init, Module> maker = makers.get(golden.op());
    if (maker == null) {
      throw new IllegalArgumentException("no module for " + golden.op());
    }
    try (Module module = maker.apply(golden, Init.of(device, 1))) {
      StateDict.load(module, given(golden, module), golden.id());
      module.train(!golden.attrs().containsKey("train") || golden.bool("train"));
      if (golden.has("x")) {
        forwardAndBackward(module, golden, comparison);
      } else {
        forwardAlone(module, golden, comparison);
      }
      for (var e : module.state().entrySet()) {
        checkState(e.getKey(), e.getValue(), comparison);
      }
    }
    return comparison.outcome();
  }

  /// The case's parameters, and 0 for counters, which cases leave out.
  private static Map<String, SafeTensors.Entry> given(GoldenCase golden, Module module) {
    Map<String, SafeTensors.Entry> given = golden.given("param.");
    module
        .state()
        .forEach(
            (key, p) -> {
              if (p.var().dtype() == DType.I64) {
                given.putIfAbsent(key, SafeTensors.Entry.of(Shape.SCALAR, new long[1]));
              }
            });
    return given;
  }

  private static void checkState(String key, Parameter p, Comparison comparison) {
    if (p.var().hasGrad()) {
      comparison.check("grad." + key, p.externalOf(p.var().grad()));
    }
    if (p.var().dtype() == DType.I64) {
      comparison.exact("after." + key, p.var().value().toLongs());
    } else {
      comparison.check("after." + key, p.external());
    }
  }

  private void forwardAndBackward(Module module, GoldenCase golden, Comparison comparison) {
    boolean images = ON_IMAGES.contains(golden.op());
    try (Var x = Var.parameter("x", load(golden, "x", images));
        Graph graph = Graph.training(0)) {
      Var y = module.forward(x);
      comparison.check("y", external(y.value(), images));
      graph.backward(y, load(golden, "dy", images));
      comparison.check("grad.x", external(x.grad(), images));
    }
  }

  private Tensor load(GoldenCase golden, String name, boolean images) {
    return images
        ? Images.load(device, golden.tensor(name))
        : Tensor.of(device, golden.shape(name), golden.floats(name));
  }

  private static float[] external(Tensor t, boolean images) {
    return images ? Images.external(t) : t.toFloats();
  }

  /// A module that reads nothing of its input but the size: the result is the same for every
  /// sample.
  private void forwardAlone(Module module, GoldenCase golden, Comparison comparison) {
    try (Graph graph = Graph.inference()) {
      Shape map = Shape.of(1, golden.integer("h"), golden.integer("w"), 1);
      Var y = module.forward(graph.constant(Tensor.zeros(device, DType.F32, map)));
      Shape all = y.shape().with(0, golden.integer("batch"));
      try (Tensor repeated = y.value().broadcastTo(all);
          Tensor packed = repeated.contiguous()) {
        comparison.check("y", Images.external(packed));
      }
    }
  }

  private static BiFunction<GoldenCase, Init, Module> plain(UnaryOperator<Var> function) {
    return (golden, init) -> OneOp.of(function);
  }

  private static Module kan(GoldenCase c, Init init) {
    String fun = c.stringOrNull("neuron_fun");
    Reduction reduction =
        fun == null ? Reduction.NONE : fun.equals("sum") ? Reduction.SUM : Reduction.MEAN;
    return new KANLinear(
        init,
        KANLinear.Config.of(
            c.integer("in"),
            c.integer("out"),
            (int) c.integer("grid_size"),
            (int) c.integer("order"),
            reduction));
  }

  private static Module conv(GoldenCase c, Init init) {
    if (c.number("dilation", 1) > 1) {
      return OneOp.dilated(c, init);
    }
    return new Conv2d(
        init,
        new Conv2d.Config(
            c.integer("in"),
            c.integer("out"),
            (int) c.integer("kernel"),
            (int) c.integer("stride"),
            (int) c.integer("padding"),
            c.integer("groups"),
            c.bool("bias")));
  }

  private static Module layerNorm(GoldenCase c, Init init) {
    return new LayerNorm(init, c.shape("param.weight").dim(0), c.number("eps"));
  }

  private static Module batchNorm(GoldenCase c, Init init) {
    return new BatchNorm(
        init,
        new BatchNorm.Config(c.integer("channels"), c.number("eps"), c.number("momentum"), true));
  }

  private static Encoding encoding(GoldenCase c) {
    return new Encoding(c.number("rank_ratio"), c.integer("expan_ratio"));
  }

  private static Module sdta(GoldenCase c, Init init) {
    return new SdtaEncoder(
        init,
        new SdtaEncoder.Config(
            c.integer("dim"),
            c.integer("heads"),
            (int) c.integer("scales"),
            c.bool("pos_emb"),
            encoding(c),
            0));
  }

  private static Module ibasic(GoldenCase c, Init init) {
    boolean projects = c.has("param.downsample.0.weight");
    return new IBasicBlock(
        init,
        new IBasicBlock.Config(
            c.integer("in"), c.integer("out"), (int) c.integer("stride"), projects, false));
  }

  /// The weights of Gaussian pooling alone.
  static Outcome gaussianKernel(GoldenCase golden) {
    var comparison = new Comparison(golden, OPERATION_FLOOR);
    comparison.check(
        "kernel", GaussianPool.kernel((int) golden.integer("size"), golden.number("sigma")));
    return comparison.outcome();
  }
}
