package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.nn.Parameter;
import org.kanface.nn.World;
import org.kanface.nn.loss.ClassSample;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.Optimizer;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// What a whole training step does to memory and to the loss.
class TrainingStepTest {
  private static final Device DEVICE = Device.cpu();
  private static final int BATCH = 4;
  private static final int WARMUP = 3; // steps: the optimiser's state, then blocks find their use
  private static final long[] LABELS = {0, 5, 2, 5};
  private static final float[] DRAWS = {.4f, .9f, .1f, .7f, .2f, .8f, .3f, .6f, 0, .5f};

  private static final class Setup implements AutoCloseable {
    final KanFace net = new KanFace(Init.of(DEVICE, 1), TinyFace.CONFIG);
    final PartialFc head =
        new PartialFc(Init.of(DEVICE, 2), World.SINGLE, new PartialFc.Config(10, 16, 0.5));
    final Optimizer optimizer;

    Setup() {
      HashFill.fill(net);
      var all = new LinkedHashMap<String, Parameter>(net.state());
      all.put("centres", head.trained().getFirst());
      optimizer = new Adam(List.of(Optimizer.Group.of(all, 0.05)), Adam.Config.ADAMW);
    }

    /// One update; returns the loss before it.
    double step(long seed) {
      double loss = gradients(seed);
      optimizer.step(1e-3);
      optimizer.zeroGrad();
      return loss;
    }

    double gradients(long seed) {
      try (Graph graph = Graph.training(seed)) {
        Tensor images =
            Tensor.of(
                DEVICE,
                Shape.of(BATCH, 32, 32, 3),
                HashFill.values("images", BATCH * 32 * 32 * 3, 2));
        Var embeddings = net.forward(graph.constant(images));
        Tensor draws = graph.constant(Tensor.of(DEVICE, Shape.of(10), DRAWS)).value();
        ClassSample sample = head.shard().sample(LABELS, draws);
        Var loss = head.loss(embeddings, LABELS, MarginLoss.arcFace(16, 0.3), sample);
        double value = loss.value().item();
        graph.backward(loss);
        return value;
      }
    }

    int trained() {
      return net.trained().size() + 1;
    }

    @Override
    public void close() {
      optimizer.close();
      head.close();
      net.close();
    }
  }

  @Test
  void leavesParametersGradientsAndMomentsAlone() {
    try (LeakCheck blocks = LeakCheck.on(DEVICE)) {
      try (var setup = new Setup()) {
        long parameters = setup.trained() + 1; // the knots too
        assertThat(blocks.newBlocks()).isEqualTo(parameters);

        setup.gradients(0);
        assertThat(blocks.newBlocks()).isEqualTo(parameters + setup.trained());
        setup.optimizer.step(1e-3);
        assertThat(blocks.newBlocks()).isEqualTo(parameters + 3L * setup.trained());
        setup.optimizer.zeroGrad();
        assertThat(blocks.newBlocks()).isEqualTo(parameters + 2L * setup.trained());

        setup.step(1);
        assertThat(blocks.newBlocks()).isEqualTo(parameters + 2L * setup.trained());
      }
    }
  }

  @Test
  void allocatesNothingNewAfterWarmUp() {
    try (var setup = new Setup()) {
      for (int seed = 0; seed < WARMUP; seed++) {
        setup.step(seed);
      }
      long blocks = DEVICE.pool().stats().nativeBlocks();
      for (int seed = WARMUP; seed < WARMUP + 3; seed++) {
        setup.step(seed);
        assertThat(DEVICE.pool().stats().nativeBlocks()).as("step " + seed).isEqualTo(blocks);
      }
    }
  }

  @Test
  void evaluationKeepsNothing() {
    try (var setup = new Setup()) {
      setup.net.train(false);
      try (var _ = LeakCheck.on(DEVICE);
          Graph graph = Graph.inference()) {
        Tensor image = Tensor.of(DEVICE, Shape.of(1, 32, 32, 3), HashFill.image(32));
        setup.net.forward(graph.constant(image));
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameLosses() {
    try (var first = new Setup();
        var second = new Setup()) {
      for (int seed = 0; seed < 3; seed++) {
        assertThat(first.step(seed)).isEqualTo(second.step(seed));
      }
      first
          .net
          .state()
          .forEach(
              (key, p) ->
                  assertThat(second.net.state().get(key).external())
                      .as(key)
                      .isEqualTo(p.external()));
    }
  }

  @Test
  void theLossFalls() {
    try (var setup = new Setup()) {
      double before = setup.step(0);
      for (int step = 1; step < 8; step++) {
        setup.step(step);
      }
      assertThat(setup.step(8)).isLessThan(before);
    }
  }
}
