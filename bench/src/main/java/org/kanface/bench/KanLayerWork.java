package org.kanface.bench;

import java.util.List;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Sum;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Parameter;
import org.kanface.nn.kan.KANLinear;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// KANFace's head, alone and as a layer of `nn`.
///
/// Operations are counted as the local support needs them, two each: for a sample and an edge the
/// `order + 1` basis functions that are not 0, and silu; the gradients of input and of weights are
/// as many again each.
final class KanLayerWork {
  private static final int SAMPLES = 256;
  private static final int INPUTS = 192;
  private static final int OUTPUTS = 512;
  private static final int ORDER = 3;
  private static final double PASS = 2.0 * SAMPLES * INPUTS * OUTPUTS * (ORDER + 2);

  private KanLayerWork() {}

  static List<Work> rows() {
    return List.of(
        work("forward", false, false),
        work("forward_backward", true, false), // gradients are added up
        work("forward_backward_zeroed", true, true)); // and forgotten after each run
  }

  private static Work work(String pass, boolean backward, boolean zeroing) {
    String what = "kanlinear_192_512_g25_k3_b256/" + pass;
    double flop = backward ? 3 * PASS : PASS;
    return new Work(what, flop, 0, 2, true, set -> on(Device.of(set), backward, zeroing), null);
  }

  private static Workload on(Device device, boolean backward, boolean zeroing) {
    var layer =
        new KANLinear(
            Init.of(device, 1), KANLinear.Config.of(INPUTS, OUTPUTS, 25, ORDER, Reduction.MEAN));
    float[] points = NetworkWork.noise(SAMPLES * INPUTS);
    var x = Var.parameter("x", Tensor.of(device, Shape.of(SAMPLES, INPUTS), points));
    return new Workload() {
      @Override
      public void run() {
        try (Graph graph = backward ? Graph.training(0) : Graph.inference()) {
          Var y = layer.forward(x);
          if (backward) {
            graph.backward(Sum.all(y));
          }
        }
        if (zeroing) {
          x.zeroGrad();
          layer.state().values().forEach(p -> p.var().zeroGrad());
        }
      }

      @Override
      public long kept() {
        long trained =
            layer.state().values().stream()
                .filter(Parameter::isTrained)
                .mapToLong(p -> p.var().shape().numel())
                .sum();
        return backward ? Float.BYTES * (trained + x.shape().numel()) : 0;
      }

      @Override
      public void close() {
        x.close();
        layer.close();
      }
    };
  }
}
