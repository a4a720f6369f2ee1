package org.kanface.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.kanface.autograd.op.Add;
import org.kanface.autograd.op.BatchNorm;
import org.kanface.autograd.op.Checkpoint;
import org.kanface.autograd.op.Dropout;
import org.kanface.autograd.op.Elementwise;
import org.kanface.autograd.op.Linear;
import org.kanface.kernels.DType;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

class CheckpointTest {
  private static final Device DEVICE = Device.cpu();

  /// Two blocks of a linear map, batch norm, an activation and dropout, with a residual.
  private static final class Net implements AutoCloseable {
    final SplittableRandom random = new SplittableRandom(3);
    final List<Var> all = new ArrayList<>();
    final Var x = parameter("x", Shape.of(12, 6));
    final List<Var> first = block("a");
    final List<Var> second = block("b");

    private Var parameter(String name, Shape shape) {
      double[] values = random.doubles(shape.numel(), -1, 1).toArray();
      Var v = Var.parameter(name, Constants.tensor(DEVICE, DType.F32, shape, values));
      all.add(v);
      return v;
    }

    private List<Var> block(String name) {
      Var w = parameter(name + ".weight", Shape.of(6, 6));
      Var b = parameter(name + ".bias", Shape.of(6));
      Var mean = Var.buffer(name + ".mean", Tensor.zeros(DEVICE, DType.F32, Shape.of(6)));
      Var var = Var.buffer(name + ".var", Tensor.full(DEVICE, DType.F32, Shape.of(6), 1));
      all.addAll(List.of(mean, var));
      return List.of(w, b, mean, var);
    }

    static Var apply(List<Var> p, Var x) {
      Var h = Linear.of(x, p.get(0), p.get(1));
      h = BatchNorm.of(h, null, null, p.get(2), p.get(3), 1e-5, 0.1, true);
      return Add.of(x, Dropout.of(Elementwise.gelu(h), 0.5));
    }

    /// Output, gradients, running statistics and one more random draw after it all.
    List<float[]> run(UnaryOperator<Function<Var, Var>> first, Function<Var, Var> second, Var in) {
      var results = new ArrayList<float[]>();
      try (Graph graph = Graph.training(11)) {
        Var y = second.apply(first.apply(v -> apply(this.first, v)).apply(in));
        results.add(y.value().toFloats());
        results.add(new float[] {graph.stream()});
        graph.backward(y, Tensor.full(DEVICE, DType.F32, y.shape(), 1));
      }
      for (Var v : all) {
        results.add(v.isLeaf() && v.hasGrad() ? v.grad().toFloats() : v.value().toFloats());
      }
      return results;
    }

    @Override
    public void close() {
      all.forEach(Var::close);
    }
  }

  private static List<float[]> plain() {
    try (var net = new Net()) {
      return net.run(body -> body, v -> Net.apply(net.second, v), net.x);
    }
  }

  private static List<float[]> checkpointed() {
    try (var net = new Net()) {
      return net.run(
          body -> v -> Checkpoint.of(body, v, net.first),
          v -> Checkpoint.of(u -> Net.apply(net.second, u), v, net.second),
          net.x);
    }
  }

  @Test
  void equalsTheSamePartWithoutItToTheBit() {
    try (var _ = LeakCheck.on(DEVICE)) {
      assertThat(checkpointed()).usingRecursiveComparison().isEqualTo(plain());
    }
  }

  @Test
  void nestsToTheBit() {
    List<float[]> nested;
    try (var net = new Net()) {
      var parameters = new ArrayList<>(net.first);
      parameters.addAll(net.second);
      Function<Var, Var> both =
          v -> Net.apply(net.second, Checkpoint.of(u -> Net.apply(net.first, u), v, net.first));
      nested = net.run(_ -> v -> Checkpoint.of(both, v, parameters), v -> v, net.x);
    }
    assertThat(nested).usingRecursiveComparison().isEqualTo(plain());
  }

  @Test
  void recordsWhereOnlyItsParametersWantGradients() {
    try (var net = new Net();
        Graph graph = Graph.training(11)) {
      Var image = graph.constant(net.x.value().copy());
      Var y = Checkpoint.of(v -> Net.apply(net.first, v), image, net.first);
      graph.backward(y, Tensor.full(DEVICE, DType.F32, y.shape(), 1));
      assertThat(net.first.get(0).grad().toFloats()).hasSize(36).isNotEqualTo(new float[36]);
    }
  }

  @Test
  void keepsOnlyItsInput() {
    try (var net = new Net();
        var leaks = LeakCheck.on(DEVICE)) {
      try (Graph graph = Graph.training(11)) {
        Var y = Checkpoint.of(v -> Net.apply(net.first, v), net.x, net.first);
        assertThat(leaks.newBlocks()).isEqualTo(1);
        assertThat(y.requiresGrad()).isTrue();
        assertThat(graph.stream()).isEqualTo(1); // dropout drew one
      }
    }
  }

  @Test
  void isTheBodyItselfWithoutRecording() {
    try (var net = new Net();
        Graph graph = Graph.inference()) {
      Var y = Checkpoint.of(Elementwise::gelu, net.x, List.of());
      assertThat(y.name()).isEqualTo("gelu");
      assertThat(graph.isRecording()).isFalse();
    }
  }
}
