package org.kanface.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.ModuleGradcheck;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

class AdaFaceHeadTest {
  private static final double[][] COSINES = {
    {.6, .1, -.3}, {.2, .7, .05}, {-.1, .4, .3}, {0, -.2, .55}
  };
  private static final double[] NORMS = {12, 25, 140, 0.5};
  private static final long[] LABELS = {0, 1, 2, 2};

  private static AdaFaceHead head(double share) {
    var config = new AdaFaceHead.Config(3, 4, 64, 0.4, 0.333, share);
    var head = new AdaFaceHead(new Init(Device.reference(), DType.F64, 1), config);
    var identity = new float[12]; // [4, 3]: the centres are the first three axes
    for (int i = 0; i < 3; i++) {
      identity[i * 3 + i] = 1;
    }
    head.state().get("kernel").load(identity);
    return head;
  }

  /// Vectors of these lengths with these cosines once divided by the clipped length; the fourth
  /// axis takes up the rest.
  private static Tensor features() {
    var x = new double[16];
    for (int i = 0; i < 4; i++) {
      double clipped = Math.clamp(NORMS[i], 0.001, 100);
      double rest = Math.pow(NORMS[i] / clipped, 2);
      for (int j = 0; j < 3; j++) {
        x[i * 4 + j] = clipped * COSINES[i][j];
        rest -= COSINES[i][j] * COSINES[i][j];
      }
      x[i * 4 + 3] = clipped * Math.sqrt(rest);
    }
    return Tensor.ofDoubles(Device.reference(), Shape.of(4, 4), x);
  }

  @ParameterizedTest
  @CsvSource({
    "1.0, 34.375, 44.8801645, 13.567852 19.691851 -7.412186 10.491903, 8.25349996",
    "0.01, 20.14375, 99.4488016, 12.937343 19.080055 -6.837458 9.865539, 8.11020725"
  })
  void numbersAreTheReferences(
      double share, double mean, double deviation, String targets, double expected) {
    try (AdaFaceHead head = head(share);
        Graph graph = Graph.training(0)) {
      Var x = graph.constant(features());
      Var loss = head.loss(x, LABELS);

      assertThat(loss.value().item()).isCloseTo(expected, within(1e-7));
      assertThat(head.state().get("batch_mean").var().value().item()).isCloseTo(mean, within(1e-9));
      assertThat(head.state().get("batch_std").var().value().item())
          .isCloseTo(deviation, within(1e-7));
      head.train(false);
      double[] logits = head.logits(x, LABELS).value().toDoubles();
      String[] target = targets.split(" ");
      for (int i = 0; i < 4; i++) {
        assertThat(logits[i * 3 + (int) LABELS[i]])
            .isCloseTo(Double.parseDouble(target[i]), within(1e-6));
      }
      assertThat(logits[1]).isCloseTo(6.4, within(1e-9)); // others are s c
    }
  }

  /// Statistics stand still (share 0), for no gradient flows through them.
  @Test
  void gradientsAreTheDerivatives() {
    try (AdaFaceHead head = head(0)) {
      head.state()
          .get("kernel")
          .load(new float[] {.3f, -.2f, .5f, .1f, .9f, -.4f, .2f, .3f, .6f, -.7f, .8f, .1f});
      head.state().get("batch_mean").load(new float[] {1});
      head.state().get("batch_std").load(new float[] {0.001f}); // k is ±1 whatever the length
      ModuleGradcheck.check(new Logits(head), Shape.of(4, 4), 7);
    }
  }

  /// The logits as a module, for the check of gradients.
  private static final class Logits extends Module {
    private final AdaFaceHead head;

    Logits(AdaFaceHead head) {
      this.head = register("head", head);
    }

    @Override
    protected Var compute(Var x) {
      return head.logits(x, LABELS);
    }
  }

  /// A sample that holds every centre gives the loss over all; one that leaves centres out gives
  /// the loss over the others alone, and no gradient reaches what is left out.
  @Test
  void aSampleOfTheCentresGivesTheLossOverThem() {
    long[] labels = {0, 1, 1, 0};
    float[] draws = {.1f, .2f, .3f, .9f};
    try (AdaFaceHead all = wide(1);
        AdaFaceHead most = wide(0.75);
        AdaFaceHead two = wide(0.5);
        Graph graph = Graph.training(0)) {
      Var x = graph.constant(features());
      double[] logits = all.logits(x, labels).value().toDoubles(); // [4, 4]; statistics stand still

      Tensor u = graph.constant(Tensor.of(Device.reference(), Shape.of(4), draws)).value();

      assertThat(most.loss(x, labels, most.shard().sample(labels, u)).value().item())
          .isCloseTo(loss(logits, labels, 0, 1, 3), within(1e-9));
      ClassSample sample = two.shard().sample(labels, u);
      Var loss = two.loss(x, labels, sample);
      assertThat(loss.value().item()).isCloseTo(loss(logits, labels, 0, 1), within(1e-9));
      assertThat(sample.rows().toLongs()).containsExactly(0, 1);
      graph.backward(loss);
      double[] gradient = two.state().get("kernel").var().grad().toDoubles(); // [4, 4], by centre
      assertThat(Arrays.stream(gradient, 0, 8).map(Math::abs).max().orElseThrow()).isPositive();
      assertThat(Arrays.copyOfRange(gradient, 8, 16)).containsOnly(0);
    }
  }

  private static AdaFaceHead wide(double sampleRate) {
    var config = new AdaFaceHead.Config(4, 4, 64, 0.4, 0.333, 0, sampleRate);
    var head = new AdaFaceHead(new Init(Device.reference(), DType.F64, 1), config);
    head.state()
        .get("kernel")
        .load(new float[] {1, .3f, .2f, -.4f, .1f, 1, .5f, .2f, 0, -.2f, 1, .3f, .4f, 0, .1f, 1});
    return head;
  }

  /// Mean cross-entropy over some columns of logits `[4, 4]`.
  private static double loss(double[] logits, long[] labels, int... columns) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      int row = 4 * i;
      double all = Arrays.stream(columns).mapToDouble(c -> Math.exp(logits[row + c])).sum();
      sum += Math.log(all) - logits[row + (int) labels[i]];
    }
    return sum / 4;
  }

  /// Loss and gradients over many classes, which go by blocks, are those of all logits at once.
  @Test
  void blocksOfClassesGiveTheSame() {
    int n = 64;
    int classes = 70_000;
    var labels = new long[n];
    Arrays.setAll(labels, i -> (i * 7919L + 3) % classes);
    labels[1] = labels[0];
    var config = new AdaFaceHead.Config(classes, 4, 64, 0.4, 0.333, 0.5);
    try (var whole = new AdaFaceHead(Init.of(Device.cpu(), 1), config);
        var blocks = new AdaFaceHead(Init.of(Device.cpu(), 1), config)) {
      assertThat(PartialFc.centresAtOnce(n, classes)).isLessThan(classes);
      double[][] expected =
          gradients(whole, n, x -> whole.crossEntropy(whole.logits(x, labels), labels));
      double[][] found = gradients(blocks, n, x -> blocks.loss(x, labels));

      assertThat(found[0][0]).isCloseTo(expected[0][0], within(1e-5 * expected[0][0]));
      for (int which = 1; which < 3; which++) {
        double largest = Arrays.stream(expected[which]).map(Math::abs).max().orElseThrow();
        assertThat(found[which]).containsExactly(expected[which], within(1e-5 * largest));
      }
      assertThat(blocks.state().get("batch_mean").external())
          .isEqualTo(whole.state().get("batch_mean").external());
    }
  }

  /// Loss, its gradient for features of various lengths, and for the centres.
  private static double[][] gradients(AdaFaceHead head, int n, UnaryOperator<Var> loss) {
    var values = new float[4 * n];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (Math.sin(i * 1.7) * (1 + i / 8));
    }
    try (Var x = Var.parameter("x", Tensor.of(Device.cpu(), Shape.of(n, 4), values));
        Graph graph = Graph.training(0)) {
      Var y = loss.apply(x);
      graph.backward(y);
      return new double[][] {
        {y.value().item()},
        x.grad().toDoubles(),
        head.state().get("kernel").var().grad().toDoubles()
      };
    }
  }

  @Test
  void centresBeginWithUnitLength() {
    try (var head = new AdaFaceHead(Init.of(Device.cpu(), 1), AdaFaceHead.Config.of(5, 7))) {
      float[] kernel = head.state().get("kernel").external(); // [7, 5]
      for (int c = 0; c < 5; c++) {
        double squares = 0;
        for (int r = 0; r < 7; r++) {
          squares += kernel[r * 5 + c] * kernel[r * 5 + c];
        }
        assertThat(squares).isCloseTo(1, within(1e-6));
      }
    }
  }

  @Test
  void badBatchesAreNamed() {
    try (AdaFaceHead head = head(1);
        Graph graph = Graph.training(0)) {
      Var one =
          graph.constant(
              Tensor.ofDoubles(Device.reference(), Shape.of(1, 4), new double[] {1, 2, 3, 4}));
      assertThatThrownBy(() -> head.loss(one, new long[] {0}))
          .isInstanceOf(ShapeException.class)
          .hasMessage("[AdaFaceHead] a batch of one sample has no deviation of norms");
      assertThatThrownBy(() -> head.loss(one, new long[] {3}))
          .hasMessage("[AdaFaceHead] label 3 of sample 0: expected 0 to 2");
    }
  }
}
