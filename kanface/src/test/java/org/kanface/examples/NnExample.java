package org.kanface.examples;

import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Mean;
import org.kanface.autograd.op.Multiply;
import org.kanface.autograd.op.Subtract;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.kan.KANLinear;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.Optimizer;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// A KAN layer that learns `x²` from 101 points.
final class NnExample {
  private NnExample() {}

  static double run() {
    float[] x = new float[101];
    float[] y = new float[101];
    for (int i = 0; i < 101; i++) {
      x[i] = -1 + i / 50f;
      y[i] = x[i] * x[i];
    }
    Device cpu = Device.cpu();
    double last = 0;
    try (var layer =
            new KANLinear(Init.of(cpu, 42), KANLinear.Config.of(1, 1, 5, 3, Reduction.SUM));
        var adam = new Adam(List.of(Optimizer.Group.of(layer.state(), 0)), Adam.Config.ADAM)) {
      for (int step = 0; step < 500; step++) {
        adam.zeroGrad();
        try (Graph graph = Graph.training(step)) {
          Var in = graph.constant(Tensor.of(cpu, Shape.of(101, 1), x));
          Var error =
              Subtract.of(layer.forward(in), graph.constant(Tensor.of(cpu, Shape.of(101, 1), y)));
          Var loss = Mean.all(Multiply.of(error, error));
          last = loss.value().item();
          graph.backward(loss);
        }
        adam.step(0.01);
      }
    }
    return last;
  }
}
