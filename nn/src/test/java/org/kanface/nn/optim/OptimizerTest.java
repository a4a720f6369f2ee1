package org.kanface.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kanface.autograd.Var;
import org.kanface.nn.Packing;
import org.kanface.nn.Parameter;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

class OptimizerTest {
  private static final float ULP = 6e-8f;

  private final LinkedHashMap<String, Parameter> parameters = new LinkedHashMap<>();
  private final Parameter p = parameter("p", 0.5f, -0.25f, 0.1f);
  private final Parameter idle = parameter("idle", 1, 2, 3);

  private Parameter parameter(String name, float... values) {
    Shape shape = Shape.of(values.length);
    Var v = Var.parameter(name, Tensor.of(Device.cpu(), shape, values));
    var made = new Parameter(v, Packing.plain(shape));
    parameters.put(name, made);
    return made;
  }

  @AfterEach
  void free() {
    parameters.values().forEach(x -> x.var().close());
  }

  private void gradient(float... g) {
    p.var().zeroGrad();
    p.var().addGrad(Tensor.of(Device.cpu(), Shape.of(g.length), g));
  }

  /// Three updates with gradients (0.1 t, -0.2, 0).
  private void run(
      Function<List<Optimizer.Group>, Optimizer> maker,
      double lr,
      double weightDecay,
      float[]... expected) {
    var group = Optimizer.Group.of(parameters, weightDecay);
    try (var _ = LeakCheck.on(Device.cpu())) {
      try (Optimizer optimizer = maker.apply(List.of(group))) {
        for (int t = 1; t <= 3; t++) {
          gradient(0.1f * t, -0.2f, 0);
          optimizer.step(lr);
          assertThat(p.external()).containsExactly(expected[t - 1], within(ULP));
        }
        assertThat(idle.external()).containsExactly(1, 2, 3);
        assertThat(optimizer.steps()).containsOnlyKeys("p").containsEntry("p", 3L);
        optimizer.zeroGrad();
      }
    }
  }

  @Test
  void adamwIsTheReferences() {
    run(
        groups -> new Adam(groups, Adam.Config.ADAMW),
        6e-3,
        0.05,
        new float[] {0.493849993f, -0.243925005f, 0.0999700055f},
        new float[] {0.487910748f, -0.237851828f, 0.0999400169f},
        new float[] {0.482016385f, -0.231780484f, 0.0999100357f});
  }

  @Test
  void sgdIsTheReferences() {
    run(
        groups -> new Sgd(groups, 0.9, false),
        0.1,
        5e-4,
        new float[] {0.489975005f, -0.229987502f, 0.0999950022f},
        new float[] {0.460927993f, -0.191964746f, 0.0999855027f},
        new float[] {0.404762655f, -0.137734681f, 0.0999719501f});
  }

  @Test
  void groupsHaveTheirOwnRates() {
    var one = new LinkedHashMap<String, Parameter>();
    one.put("p", p);
    var two = new LinkedHashMap<String, Parameter>();
    two.put("idle", idle);
    try (Optimizer sgd =
        new Sgd(
            List.of(new Optimizer.Group(one, 1, 0), new Optimizer.Group(two, 10, 0)), 0, false)) {
      gradient(1, 0, 0);
      idle.var().addGrad(Tensor.of(Device.cpu(), Shape.of(3), 1, 0, 0));

      sgd.step(0.01, 1, 0.5); // the second group's gradients count half

      assertThat(p.external()[0]).isCloseTo(0.49f, within(ULP));
      assertThat(idle.external()[0]).isCloseTo(0.95f, within(ULP)); // 1 - 0.01 · 10 · 0.5
    }
  }

  /// Rows out of the sample keep weights and momentum, and no decay reaches them; those in it move
  /// as if they were alone.
  @Test
  void limitedToRowsTheOthersRest() {
    Shape shape = Shape.of(4, 2);
    Var centres = Var.parameter("c", Tensor.of(Device.cpu(), shape, 1, 1, 1, 1, 1, 1, 1, 1));
    var named = new LinkedHashMap<String, Parameter>();
    named.put("c", new Parameter(centres, Packing.plain(shape)));
    parameters.putAll(named); // freed with the others
    try (Optimizer sgd = new Sgd(List.of(Optimizer.Group.of(named, 5e-4)), 0.9, false)) {
      double[] expected = {0.98995, 1.0108555025, 1.02461991197};
      float[] gradients = {.1f, -.3f, .05f};
      for (int t = 0; t < 3; t++) {
        centres.zeroGrad();
        float g = gradients[t];
        centres.addGrad(Tensor.of(Device.cpu(), shape, g, g, 9, 9, g, g, g, g));
        limit(sgd, 0, 2, 3);
        sgd.step(0.1);

        float now = (float) expected[t];
        assertThat(named.get("c").external())
            .containsExactly(new float[] {now, now, 1, 1, now, now, now, now}, within(2e-7f));
      }
      assertThat(sgd.tensors().get("c.momentum_buffer").toFloats()[2]).isZero();
      centres.zeroGrad();
      centres.addGrad(Tensor.of(Device.cpu(), shape, 0, 0, 0, 0, 0, 0, 0, 0));
      sgd.step(0.1); // the limit held for one step each
      assertThat(named.get("c").external()[2]).isCloseTo(1 - 0.1f * 5e-4f, within(ULP));
    }
  }

  private static void limit(Optimizer optimizer, long... rows) {
    try (Tensor t = Tensor.ofLongs(Device.cpu(), Shape.of(rows.length), rows)) {
      optimizer.limit("c", t);
    }
  }

  /// Two updates of a row that is in the first and third of three samples.
  @Test
  void adamsStateFollowsItsRows() {
    Shape shape = Shape.of(2, 1);
    Var centres = Var.parameter("c", Tensor.of(Device.cpu(), shape, 1, 1));
    var named = new LinkedHashMap<String, Parameter>();
    named.put("c", new Parameter(centres, Packing.plain(shape)));
    parameters.putAll(named);
    try (Optimizer adam = new Adam(List.of(Optimizer.Group.of(named, 0.1)), Adam.Config.ADAMW)) {
      double[] expected = {0.9989000001, 0.999294299911, 0.99947186866};
      float[] gradients = {.1f, -.3f, .05f};
      for (int t = 0; t < 3; t++) {
        centres.zeroGrad();
        centres.addGrad(Tensor.of(Device.cpu(), shape, gradients[t], 1));
        limit(adam, t == 1 ? new long[] {0} : new long[] {0, 1});
        float resting = named.get("c").external()[1];
        adam.step(1e-3);

        assertThat(named.get("c").external()[0]).isCloseTo((float) expected[t], within(2e-7f));
        if (t == 1) {
          assertThat(named.get("c").external()[1]).isEqualTo(resting);
        }
      }
    }
  }

  @Test
  void stateMovesToAnotherOptimizer() {
    var groups = List.of(Optimizer.Group.of(parameters, 0.05));
    try (Optimizer first = new Adam(groups, Adam.Config.ADAMW);
        Optimizer second = new Adam(groups, Adam.Config.ADAMW)) {
      gradient(0.1f, -0.2f, 0);
      first.step(6e-3);
      first
          .tensors()
          .forEach(
              (name, t) -> {
                int dot = name.lastIndexOf('.');
                second.tensor(name.substring(0, dot), name.substring(dot + 1)).copyFrom(t);
              });
      first.steps().forEach(second::restoreStep);
      gradient(0.2f, -0.2f, 0);

      second.step(6e-3);

      assertThat(p.external())
          .containsExactly(new float[] {0.487910748f, -0.237851828f, 0.0999400169f}, within(ULP));
      assertThatThrownBy(() -> second.tensor("q", "exp_avg"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no parameter is called q");
    }
  }

  @Test
  void aScaleForEveryGroupOrNone() {
    try (Optimizer sgd = new Sgd(List.of(Optimizer.Group.of(parameters, 0)), 0, false)) {
      assertThatThrownBy(() -> sgd.step(0.1, 1, 1))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("each of 1 groups, got 2");
    }
  }

  @Test
  void normAndClipping() {
    gradient(3, 4, 12);

    double norm = GradNorm.of(parameters.values());
    double factor = GradNorm.clipFactor(norm, 5);

    assertThat(norm).isEqualTo(13);
    assertThat(3 * factor).isCloseTo(1.153846, within(1e-6));
    assertThat(12 * factor).isCloseTo(4.615384, within(1e-6));
    assertThat(GradNorm.clipFactor(1, 5)).isEqualTo(1);
  }

  @Test
  void averagesFollowTheParameters() {
    try (var _ = LeakCheck.on(Device.cpu());
        var ema = new Ema(parameters, 0.75)) {
      p.load(new float[] {4.5f, -0.25f, 0.1f});

      ema.update(); // 0.75 · 0.5 + 0.25 · 4.5

      assertThat(ema.tensors().get("p").toFloats()[0]).isEqualTo(1.5f);
      ema.swap();
      assertThat(p.external()[0]).isEqualTo(1.5f);
      assertThat(ema.tensors().get("p").toFloats()[0]).isEqualTo(4.5f);
      ema.swap();
      assertThat(p.external()[0]).isEqualTo(4.5f);
    }
  }
}
