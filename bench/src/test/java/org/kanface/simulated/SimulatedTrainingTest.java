package org.kanface.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Parameter;
import org.kanface.nn.World;
import org.kanface.nn.backbone.KanFace;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.GradNorm;
import org.kanface.nn.optim.Optimizer;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Training on a simulated GPU goes as on the CPU: a KANFace of few channels on images of 32 × 32,
/// with margin loss, clipping and AdamW, from the same weights on the same images.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SimulatedTrainingTest {
  private static final KanFace.Config TINY =
      new KanFace.Config(
          List.of(8L, 8L, 8L, 12L), List.of(4L, 4L, 4L, 4L), 0.5, 5, 3, Reduction.MEAN, 16, 0.1);
  private static final int STEPS = 20;
  private static final int BATCH = 2;
  private static final int CLASSES = 6;
  private static final long[] LABELS = {1, 4};
  private static final double LIMIT = 5; // of the gradients' norm

  private static final class Run implements AutoCloseable {
    private final Device device;
    private final KanFace net;
    private final PartialFc head;
    private final SequencedMap<String, Parameter> trained;
    private final Optimizer optimizer;

    Run(String name) {
      device = Device.of(name);
      net = new KanFace(Init.of(device, 1), TINY);
      head =
          new PartialFc(Init.of(device, 2), World.SINGLE, new PartialFc.Config(CLASSES, 16, 1.0));
      trained = new LinkedHashMap<>(net.state());
      trained.put("centres", head.trained().getFirst());
      optimizer = new Adam(List.of(Optimizer.Group.of(trained, 0.05)), Adam.Config.ADAMW);
    }

    /// One update; returns the loss before it.
    double step(int number) {
      optimizer.zeroGrad();
      double value;
      try (Graph graph = Graph.training(number)) {
        var pixels = new float[BATCH * 32 * 32 * 3];
        var random = new SplittableRandom(number);
        for (int i = 0; i < pixels.length; i++) {
          pixels[i] = (float) random.nextDouble(-1, 1);
        }
        Var images = graph.constant(Tensor.of(device, Shape.of(BATCH, 32, 32, 3), pixels));
        Var loss =
            head.loss(net.forward(images), LABELS, MarginLoss.arcFace(16, 0.3), new float[CLASSES]);
        value = loss.value().item();
        graph.backward(loss);
      }
      optimizer.step(1e-3, GradNorm.clipFactor(GradNorm.of(trained.values()), LIMIT));
      return value;
    }

    @Override
    public void close() {
      optimizer.close();
      head.close();
      net.close();
    }
  }

  @Test
  void lossesAreTheCpus() {
    try (var cpu = new Run("cpu");
        var simulated = new Run("cuda-sim")) {
      cpu.trained.forEach((key, p) -> simulated.trained.get(key).load(p.external()));
      for (int step = 0; step < STEPS; step++) {
        assertThat(simulated.step(step)).as("step " + step).isCloseTo(cpu.step(step), within(1e-4));
      }
      cpu.trained.forEach(
          (key, p) ->
              assertThat(simulated.trained.get(key).external())
                  .as(key)
                  .containsExactly(p.external(), within(1e-3f)));
    }
  }
}
