package org.kanface.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.kanface.kernels.Backend;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.tensor.Shape;

/// What an op gave: its output and the gradients of its inputs, for a fixed cotangent.
record Outcome(Shape shape, List<String> names, List<double[]> values) {
  private static final double UNIT =
      4e-7; // of a sum of one term, relative to the largest element: 7 roundings

  /// Devices with float32 kernels that can be used here.
  static List<Device> devices() {
    return Backends.all().stream()
        .filter(b -> b.missing().isEmpty() && b.kernels(DType.F32, 0).isPresent())
        .map(Backend::name)
        .map(Device::of)
        .toList();
  }

  /// Runs a case; also checks that nothing stays allocated.
  static Outcome of(OpCase c, Device device, DType type) {
    var names = new ArrayList<>(List.of("y"));
    var values = new ArrayList<double[]>();
    try (var _ = LeakCheck.on(device)) {
      List<Var> leaves = c.leaves(device, type);
      Shape shape;
      try (Graph graph = Graph.training(c.seed())) {
        Var y = c.op().apply(leaves);
        shape = y.shape();
        values.add(y.value().toDoubles());
        double[] dy = new SplittableRandom(~c.seed()).doubles(shape.numel(), -1, 1).toArray();
        graph.backward(y, Constants.tensor(device, type, shape, dy));
      }
      for (Var leaf : leaves) {
        if (leaf.hasGrad()) {
          names.add("d" + leaf.name());
          values.add(leaf.grad().toDoubles());
        }
      }
      leaves.forEach(Var::close);
      return new Outcome(shape, names, values);
    }
  }

  /// Fails unless each element is within `UNIT √length` of the truth, relative to the tensor's
  /// largest element or 1.
  void assertNear(Outcome truth, long length) {
    assertThat(names).isEqualTo(truth.names);
    assertThat(shape).isEqualTo(truth.shape);
    for (int t = 0; t < values.size(); t++) {
      double[] expected = truth.values.get(t);
      double[] found = values.get(t);
      double top = Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(0));
      double tolerance = UNIT * Math.sqrt(Math.max(1, length)) * top;
      for (int i = 0; i < expected.length; i++) {
        boolean near = Math.abs(found[i] - expected[i]) <= tolerance;
        if (!near) {
          throw new AssertionError(
              String.format(
                  Locale.ROOT,
                  "%s[%d]: expected %.9g, found %.9g, tolerance %.2g",
                  names.get(t),
                  i,
                  expected[i],
                  found[i],
                  tolerance));
        }
      }
    }
  }

  void assertEqualBits(Outcome other, String what) {
    assertThat(names).as(what).isEqualTo(other.names);
    for (int t = 0; t < values.size(); t++) {
      assertThat(Arrays.equals(values.get(t), other.values.get(t)))
          .as("%s: %s is equal to the bit", what, names.get(t))
          .isTrue();
    }
  }
}
