package org.kanface.nn.backbone;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.kanface.autograd.Graph;
import org.kanface.kernels.DType;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.layer.Conv2d;
import org.kanface.nn.layer.Dropout;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.ShapeException;
import org.kanface.tensor.Tensor;

/// Sizes that cannot work are refused in one sentence, before anything is computed.
class BlockErrorTest {
  private static final Init INIT = Init.of(Device.cpu(), 1);

  private static void refuse(String message, ThrowingCallable work) {
    assertThatThrownBy(work).isInstanceOf(ShapeException.class).hasMessageContaining(message);
  }

  @Test
  void sizesOfBlocks() {
    var encoding = new Encoding(0.6, 4);
    refuse(
        "5 channels cannot be cut into 4 chunks of 2",
        () -> new SdtaEncoder.Config(5, 1, 4, false, encoding, 0));
    refuse("3 heads must divide 8 channels", () -> new Xca(INIT, 8, 3, 0.6));
    refuse("groups 2 must divide in 3 and out 4", () -> new Conv2d.Config(3, 4, 3, 1, 1, 2, true));
    refuse("rank_ratio", () -> new LowRankLinear(INIT, 4, 4, 0));
    refuse("p: expected a number in [0, 1), got 1.0", () -> new Dropout(1));
  }

  @Test
  void sizesOfNetworks() {
    refuse("rank_ratio: expected a number in (0, 1], got 1.5", () -> KanFace.Config.of(1.5, 5));
    refuse("grid_size", () -> KanFace.Config.of(0.6, 0));
    refuse(
        "expected 4 dims and 4 heads, got 1 and 4",
        () ->
            new KanFace.Config(
                List.of(8L), List.of(4L, 4L, 4L, 4L), 0.6, 5, 3, Reduction.MEAN, 16, 0));
  }

  @Test
  void imagesThatAreTooSmall() {
    try (var net = new KanFace(Init.of(Device.cpu(), 1), TinyFace.CONFIG);
        Graph graph = Graph.inference()) {
      var x = graph.constant(Tensor.zeros(Device.cpu(), DType.F32, Shape.of(1, 31, 32, 3)));
      refuse("images [1, 31, 32, 3]: expected [n, h, w, 3] of at least 32", () -> net.forward(x));
    }
  }
}
