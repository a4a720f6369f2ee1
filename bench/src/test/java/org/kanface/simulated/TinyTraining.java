package org.kanface.simulated;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.World;
import org.kanface.nn.backbone.KanFace;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.GradNorm;
import org.kanface.nn.optim.Optimizer;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// A short training with margin loss, clipping and AdamW, the same on every device: images, labels
/// and dropout come from the step's number.
public final class TinyTraining implements AutoCloseable {
  private static final KanFace.Config KAN_FACE =
      new KanFace.Config(
          List.of(8L, 8L, 8L, 12L), List.of(4L, 4L, 4L, 4L), 0.5, 5, 3, Reduction.MEAN, 16, 0.1);
  private static final int BATCH = 2;
  private static final int CLASSES = 6;
  private static final long[] LABELS = {1, 4};
  private static final double LIMIT = 5; // of the gradients' norm
  private static final double RATE = 1e-3;

  private final Device device;
  private final int size;
  private final Module net;
  private final PartialFc head;
  private final SequencedMap<String, Parameter> trained;
  private final Optimizer optimizer;

  /// @param net takes square images, gives embeddings
  /// @param size of an image's side
  public TinyTraining(Device device, Module net, int size, int embedding) {
    this.device = device;
    this.size = size;
    this.net = net;
    head =
        new PartialFc(
            Init.of(device, 2), World.SINGLE, new PartialFc.Config(CLASSES, embedding, 1.0));
    trained = new LinkedHashMap<>(net.state());
    trained.put("centres", head.trained().getFirst());
    optimizer = new Adam(List.of(Optimizer.Group.of(trained, 0.05)), Adam.Config.ADAMW);
  }

  /// A KANFace of few channels on images of 32 × 32.
  public static TinyTraining kanFace(Device device) {
    return new TinyTraining(device, new KanFace(Init.of(device, 1), KAN_FACE), 32, 16);
  }

  /// What is trained, by name, and running averages.
  public SequencedMap<String, Parameter> state() {
    return trained;
  }

  /// Starts from another training's weights; counters are 0 in both.
  public void load(TinyTraining other) {
    other.trained.forEach(
        (key, p) -> {
          if (p.var().value().dtype() == DType.F32) {
            trained.get(key).load(p.external());
          }
        });
  }

  /// Loss and gradients of a batch; returns the loss.
  public double gradients(int number) {
    optimizer.zeroGrad();
    try (Graph graph = Graph.training(number)) {
      var pixels = new float[BATCH * size * size * 3];
      var random = new SplittableRandom(number);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) random.nextDouble(-1, 1);
      }
      Var images = graph.constant(Tensor.of(device, Shape.of(BATCH, size, size, 3), pixels));
      Var loss =
          head.loss(net.forward(images), LABELS, MarginLoss.arcFace(16, 0.3), new float[CLASSES]);
      double value = loss.value().item();
      graph.backward(loss);
      return value;
    }
  }

  /// One update; returns the loss before it.
  public double step(int number) {
    double loss = gradients(number);
    optimizer.step(RATE, GradNorm.clipFactor(GradNorm.of(trained.values()), LIMIT));
    return loss;
  }

  @Override
  public void close() {
    optimizer.close();
    head.close();
    net.close();
  }
}
