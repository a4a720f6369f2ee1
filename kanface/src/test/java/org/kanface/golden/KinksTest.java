package org.kanface.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.MaxPool;
import org.kanface.autograd.op.Prelu;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

class KinksTest {
  private static final Shape SHAPE = Shape.of(1, 2, 2, 1);

  private final Kinks kinks = new Kinks();

  /// The sides that `op` takes for `exact`, imposed on `rounded`; returns what `op` then reads.
  private float[] moved(UnaryOperator<Var> op, double[] exact, float[] rounded) {
    try (Graph graph = Graph.inference()) {
      kinks.record(graph);
      op.apply(graph.constant(Tensor.ofDoubles(Device.reference(), SHAPE, exact)));
    }
    try (Graph graph = Graph.inference()) {
      kinks.impose(graph);
      Var x = graph.constant(Tensor.of(Device.cpu(), SHAPE, rounded));
      op.apply(x);
      return x.value().toFloats();
    }
  }

  @Test
  void aRectifierReadsTheExactSigns() {
    double[] exact = {-1e-9, 2e-9, 0.5, -0.25};
    float[] rounded = {2e-7f, 0, 0.5f, -0.25f};

    float[] x = moved(Elementwise::relu, exact, rounded);

    assertThat(x[0]).isEqualTo(-2e-7f);
    assertThat(x[1]).isPositive().isLessThan(1e-30f);
    assertThat(Arrays.copyOfRange(x, 2, 4)).containsExactly(0.5f, -0.25f);
    assertThat(kinks.moved()).isEqualTo(2);
    assertThat(kinks.farthest()).isCloseTo(4e-7, within(1e-12)); // of 0.5
  }

  @Test
  void aWindowHasTheExactMaximum() {
    double[] exact = {0.3, 0.30000001, 0.1, -1};
    float[] rounded = {0.30000004f, 0.3f, 0.1f, -1};

    float[] x = moved(v -> MaxPool.of(v, 2, 2, 0), exact, rounded);

    assertThat(x).containsExactly(0.3f, 0.30000004f, 0.1f, -1);
    assertThat(kinks.moved()).isEqualTo(1);
    assertThat(kinks.farthest()).isLessThan(1e-7);
  }

  @Test
  void bothEndsOfARangeAreKinks() {
    double[] exact = {1e-9, 6.0000001, 3, 5.9999999};
    float[] rounded = {-1e-7f, 5.999999f, 3, 6.000001f};

    float[] x = moved(v -> Clamp.of(v, 0, 6), exact, rounded);

    assertThat(x).containsExactly(1e-7f, 6.000001f, 3, 5.999999f);
    assertThat(kinks.moved()).isEqualTo(3);
  }

  @Test
  void smoothFunctionsHaveNoKinks() {
    double[] exact = {-1e-9, 1, 2, 3};
    float[] rounded = {1e-9f, 1, 2, 3};

    assertThat(moved(Elementwise::gelu, exact, rounded)).containsExactly(rounded);
    assertThat(kinks.moved()).isZero();
  }

  @Test
  void opsAreKnownByTheirOrder() {
    UnaryOperator<Var> two =
        x -> {
          Var slope = Graph.current().constant(slope(x));
          return Elementwise.relu(Prelu.of(x, slope));
        };

    float[] x = moved(two, new double[] {-1e-9, 1, 2, 3}, new float[] {1e-9f, 1, 2, 3});

    assertThat(x[0]).isNegative();
    assertThat(kinks.moved()).isEqualTo(1); // the second rectifier reads what the first one made
  }

  private static Tensor slope(Var x) {
    return x.value().device() == Device.cpu()
        ? Tensor.of(Device.cpu(), Shape.of(1), 0.5f)
        : Tensor.ofDoubles(Device.reference(), Shape.of(1), 0.5);
  }
}
