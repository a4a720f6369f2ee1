package org.kanface.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.CrossEntropy;
import org.kanface.autograd.op.GatherRows;
import org.kanface.autograd.op.MarginLogits;
import org.kanface.kernels.DType;
import org.kanface.kernels.Margin;
import org.kanface.nn.HashFill;
import org.kanface.nn.Init;
import org.kanface.nn.World;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

/// Five classes, three samples of width 4, against the reference's numbers.
class PartialFcTest {
  private static final long[] LABELS = {3, 0, 3};
  private static final float[] DRAWS = {0.9f, 0.2f, 0.5f, 0.1f, 0.7f};
  private static final float NEAR = 2e-4f; // of gradients up to 60: p - 1 cancels

  private record Result(double loss, float[] de, float[] dw) {}

  private static PartialFc head(String device, double sampleRate) {
    var head =
        new PartialFc(
            Init.of(Device.of(device), 1), World.SINGLE, new PartialFc.Config(5, 4, sampleRate));
    head.state().get("weight").load(HashFill.values("pfc.w", 20, 1));
    return head;
  }

  private static Result run(String device, double sampleRate, Margin margin) {
    Tensor values = Tensor.of(Device.of(device), Shape.of(3, 4), HashFill.values("pfc.e", 12, 2));
    try (PartialFc head = head(device, sampleRate);
        Var e = Var.parameter("e", values);
        Graph graph = Graph.training(0)) {
      Tensor draws = graph.constant(Tensor.of(Device.of(device), Shape.of(5), DRAWS)).value();
      Var loss =
          sampleRate == 1
              ? head.loss(e, LABELS, margin)
              : head.loss(e, LABELS, margin, head.shard().sample(LABELS, draws));
      double value = loss.value().item();
      graph.backward(loss);
      return new Result(
          value, e.grad().toFloats(), head.state().get("weight").var().grad().toFloats());
    }
  }

  private static void near(float[] found, float... expected) {
    assertThat(found).containsExactly(expected, within(NEAR));
  }

  private static Margin arc() {
    return MarginLoss.combined(64, 1, 0.5, 0, 0, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void arcFaceOverAllClasses(String device) {
    Result r = run(device, 1, arc());

    assertThat(r.loss).isCloseTo(33.011005, within(1e-4));
    near(
        r.de,
        -3.1591558f,
        -4.1155415f,
        9.2054367f,
        18.344704f,
        2.121701f,
        -3.2717257f,
        -2.5029511f,
        -12.189734f,
        1.4004512e-05f,
        -7.0542869e-06f,
        -1.040692e-05f,
        1.3928568e-05f);
    near(
        r.dw,
        38.913692f,
        2.0324612f,
        27.088966f,
        13.052604f,
        -0.0049622166f,
        0.0045009349f,
        -0.0045599323f,
        0.0015356173f,
        3.2913315e-06f,
        3.7995051e-07f,
        -7.0225974e-06f,
        3.8339072e-06f,
        -43.09724f,
        19.231094f,
        3.9485769f,
        -6.3157268f,
        4.9773617f,
        -27.21591f,
        -0.74473572f,
        2.1988239f);
  }

  @Test
  void cosFaceOverAllClasses() {
    Result r = run("cpu", 1, MarginLoss.combined(64, 1, 0, 0.4, 0, false));

    assertThat(r.loss).isCloseTo(31.324862, within(1e-4));
    near(
        r.de,
        -3.1591558f,
        -4.1155415f,
        9.2054367f,
        18.344704f,
        2.121701f,
        -3.2717257f,
        -2.5029511f,
        -12.189734f,
        0.20963635f,
        -0.10715333f,
        -0.15396592f,
        0.20585981f);
  }

  @Test
  void aSampleOfThreeClasses() {
    Result r = run("cpu", 0.6, arc());

    assertThat(r.loss).isCloseTo(33.010925, within(1e-4));
    near(
        r.de,
        -3.1591549f,
        -4.1155319f,
        9.205431f,
        18.344706f,
        2.1236181f,
        -3.2682147f,
        -2.5029612f,
        -12.188848f,
        1.405069e-05f,
        -6.9739972e-06f,
        -1.0373191e-05f,
        1.3985978e-05f);
    for (int j = 4; j < 12; j++) { // classes 1 and 2 took no part
      assertThat(r.dw[j]).isZero();
    }
  }

  @Test
  void thePositivesAloneWhereTheyAreMore() {
    Result r = run("cpu", 0.2, arc());

    assertThat(r.loss).isCloseTo(19.560404, within(1e-4));
    near(
        r.de,
        -4.0526233f,
        6.6149812f,
        4.3846879f,
        26.755852f,
        2.1236181f,
        -3.2682147f,
        -2.5029612f,
        -12.188848f,
        0,
        0,
        0,
        0);
  }

  @Test
  void filteredClassesKeepOutOfTheGradient() {
    Result r = run("cpu", 1, MarginLoss.combined(64, 1, 0.5, 0, 0.2, false));

    assertThat(r.loss).isCloseTo(15.10258, within(1e-4));
    near(
        r.de,
        -16.595936f,
        -33.220394f,
        4.3509173f,
        -8.6609726f,
        3.8806419f,
        -8.2042227f,
        -7.7745342f,
        -0.88533777f,
        0,
        0,
        0,
        0);
  }

  /// More logits than are held at once: block by block, with the same value and gradients.
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.7})
  void manyClassesGoByInBlocks(double sampleRate) {
    int classes = 50_001;
    int n = 128;
    int d = 4;
    assertThat(PartialFc.centresAtOnce(n, 35_000)).isEqualTo(4096);
    assertThat(PartialFc.centresAtOnce(n, 32_000)).isEqualTo(32_000);
    var random = new SplittableRandom(1);
    long[] labels = random.longs(n, 0, classes).toArray();
    labels[0] = 0;
    labels[1] = classes - 1;
    Tensor values = Tensor.of(Device.cpu(), Shape.of(n, d), HashFill.values("pfc.e", n * d, 2));
    var config = new PartialFc.Config(classes, d, sampleRate);
    try (var head = new PartialFc(Init.of(Device.cpu(), 1), World.SINGLE, config);
        Var e = Var.parameter("e", values);
        Graph graph = Graph.training(0)) {
      var draws = Tensor.empty(Device.cpu(), DType.F32, Shape.of(classes));
      draws.kernels().random().uniform(classes, 1, 0, 0, 1, graph.constant(draws).value().memory());
      ClassSample sample = head.shard().sample(labels, draws);
      Var weight = head.state().get("weight").var();
      Var centres = GatherRows.of(weight, sample.rows());
      Var logits = MarginLogits.of(PartialFc.cosines(e, centres), sample.targets(), arc());
      Var loss = CrossEntropy.of(logits, sample.targets(), 1e-30);
      double expected = loss.value().item();
      graph.backward(loss);
      float[] de = e.grad().toFloats();
      float[] dw = weight.grad().toFloats();
      e.zeroGrad();
      weight.zeroGrad();

      try (Graph again = Graph.training(1)) {
        Var found =
            sampleRate == 1 ? head.loss(e, labels, arc()) : head.loss(e, labels, arc(), sample);
        assertThat(found.value().item()).isCloseTo(expected, within(1e-5));
        again.backward(found);
      }
      assertThat(e.grad().toFloats()).containsExactly(de, within(1e-4f));
      assertThat(weight.grad().toFloats()).containsExactly(dw, within(1e-2f));
    }
  }

  @Test
  void aLabelThatIsNoClassIsNamed() {
    try (PartialFc head = head("cpu", 1);
        Graph graph = Graph.inference()) {
      Var e = graph.constant(Tensor.zeros(Device.cpu(), DType.F32, Shape.of(2, 4)));
      assertThatThrownBy(() -> head.loss(e, new long[] {1, 5}, arc()))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("label 5 of sample 1: expected 0 to 4");
      assertThatThrownBy(() -> head.loss(e, new long[] {1}, arc()))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("one row for each of 1 labels");
    }
  }

  @Test
  void aSampleRateOutsideItsRangeIsNamed() {
    assertThatThrownBy(() -> new PartialFc.Config(5, 4, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("sample_rate: expected a number in (0, 1], got 0.0");
  }
}
