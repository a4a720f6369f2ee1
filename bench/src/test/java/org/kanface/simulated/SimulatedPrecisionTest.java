package org.kanface.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Affine;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.kernels.Precision;
import org.kanface.nn.Init;
import org.kanface.nn.Parameter;
import org.kanface.nn.World;
import org.kanface.nn.backbone.KanFace;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.GradNorm;
import org.kanface.nn.optim.LossScaler;
import org.kanface.nn.optim.Optimizer;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// A training step of a small KANFace on a simulated GPU, with products in every precision, beside
/// the one in float32: losses and gradients differ, by what that precision can do.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SimulatedPrecisionTest {
  private static final KanFace.Config TINY =
      new KanFace.Config(
          List.of(8L, 8L, 8L, 12L), List.of(4L, 4L, 4L, 4L), 0.5, 5, 3, Reduction.MEAN, 16, 0.1);
  private static final int BATCH = 2;
  private static final int CLASSES = 6;
  private static final long[] LABELS = {1, 4};

  /// Roundings of factors that a value passes on its way, at most: each product rounds two, forward
  /// and backward there are fewer than 64 in a row.
  private static final double ROUNDINGS = 128;

  /// Network and head, with float32 weights that are the same in every precision.
  private static final class Model implements AutoCloseable {
    private final Device device;
    private final KanFace net;
    private final PartialFc head;
    private final SequencedMap<String, Parameter> trained;

    Model(Precision precision) {
      device = Device.of("cuda-sim", precision);
      net = new KanFace(Init.of(device, 1), TINY);
      head =
          new PartialFc(Init.of(device, 2), World.SINGLE, new PartialFc.Config(CLASSES, 16, 1.0));
      trained = new LinkedHashMap<>(net.state());
      trained.put("centres", head.trained().getFirst());
    }

    /// Gradients of the loss times `scale`; returns the loss itself.
    double backward(double scale) {
      trained.values().forEach(p -> p.var().zeroGrad());
      try (Graph graph = Graph.training(1)) {
        var pixels = new float[BATCH * 32 * 32 * 3];
        var random = new SplittableRandom(5);
        for (int i = 0; i < pixels.length; i++) {
          pixels[i] = (float) random.nextDouble(-1, 1);
        }
        Var images = graph.constant(Tensor.of(device, Shape.of(BATCH, 32, 32, 3), pixels));
        Var loss = head.loss(net.forward(images), LABELS, MarginLoss.arcFace(16, 0.3));
        double value = loss.value().item();
        graph.backward(Affine.of(loss, scale, 0));
        return value;
      }
    }

    Map<String, float[]> gradients() {
      var gradients = new LinkedHashMap<String, float[]>();
      trained.forEach(
          (key, p) -> {
            if (p.var().hasGrad()) {
              gradients.put(key, p.var().grad().toFloats());
            }
          });
      return gradients;
    }

    Map<String, float[]> weights() {
      var weights = new LinkedHashMap<String, float[]>();
      trained.forEach((key, p) -> weights.put(key, p.external()));
      return weights;
    }

    @Override
    public void close() {
      head.close();
      net.close();
    }
  }

  private static double loss;
  private static Map<String, float[]> gradients;

  @BeforeAll
  static void stepInFloat32() {
    try (var model = new Model(Precision.F32)) {
      loss = model.backward(1);
      gradients = model.gradients();
    }
  }

  /// Half a unit in the last place of 1.
  private static double epsilon(Precision precision) {
    return switch (precision) {
      case F32 -> 0x1p-24;
      case TF32, F16 -> 0x1p-11;
      case BF16 -> 0x1p-8;
    };
  }

  /// `‖a - b‖ / ‖b‖` over all gradients.
  private static double distance(Map<String, float[]> a, Map<String, float[]> b, double scale) {
    double difference = 0;
    double whole = 0;
    for (String key : b.keySet()) {
      for (int i = 0; i < b.get(key).length; i++) {
        double expected = b.get(key)[i];
        difference += Math.pow(a.get(key)[i] / scale - expected, 2);
        whole += expected * expected;
      }
    }
    return Math.sqrt(difference / whole);
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"TF32", "F16", "BF16"})
  void aStepIsNearTheOneInFloat32(Precision precision) {
    double scale = precision == Precision.F16 ? 256 : 1; // more overflows here
    // independent roundings add up as their number's root
    double near = Math.sqrt(ROUNDINGS) * epsilon(precision);
    try (var model = new Model(precision)) {
      double value = model.backward(scale);
      double distance = distance(model.gradients(), gradients, scale);
      assertThat(value).isNotEqualTo(loss).isCloseTo(loss, within(loss * near));
      assertThat(distance).isGreaterThan(epsilon(precision) / 8).isLessThan(near);
    }
  }

  /// A scale that sends gradients beyond the largest 16-bit number: updates are left out and the
  /// scale falls until they fit; what is then done is what float32 does.
  @Test
  void updatesThatOverflowAreLeftOut() {
    var scaler = new LossScaler(new LossScaler.State(0x1p28, 0));
    try (var model = new Model(Precision.F16);
        var full = new Model(Precision.F32);
        var optimizer = adam(model);
        var other = adam(full)) {
      Map<String, float[]> before = model.weights();
      int skipped = 0;
      model.backward(scaler.scale());
      while (!GradNorm.unscale(model.trained.values(), 1 / scaler.scale())) {
        scaler.overflowed();
        skipped++;
        assertThat(skipped).isLessThan(28);
        model.backward(scaler.scale());
      }
      assertThat(skipped).isPositive();
      assertThat(scaler.scale()).isEqualTo(0x1p28 / (1L << skipped));
      model.weights().forEach((key, w) -> assertThat(w).as(key).containsExactly(before.get(key)));
      double near = Math.sqrt(ROUNDINGS) * epsilon(Precision.F16);
      assertThat(distance(model.gradients(), gradients, 1)).isLessThan(near);
      scaler.stepped();
      optimizer.step(1e-3, GradNorm.clipFactor(GradNorm.of(model.trained.values()), 5));
      full.backward(1);
      other.step(1e-3, GradNorm.clipFactor(GradNorm.of(full.trained.values()), 5));
      // Adam's first step is the rate in the direction of the gradient's sign
      Map<String, float[]> expected = full.weights();
      model
          .weights()
          .forEach(
              (key, w) ->
                  assertThat(w).as(key).containsExactly(expected.get(key), within(2.1e-3f)));
    }
  }

  private static Optimizer adam(Model model) {
    return new Adam(List.of(Optimizer.Group.of(model.trained, 0.05)), Adam.Config.ADAMW);
  }
}
