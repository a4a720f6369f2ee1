package org.kanface.simulated;

import java.util.Arrays;
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
  private static final int FEW = 2; // images
  private static final int CLASSES = 6;
  private static final long[] LABELS = {1, 4, 2, 5};
  private static final double LIMIT = 5; // of the gradients' norm
  private static final double RATE = 1e-3;

  private final Device device;
  private final DType dtype;
  private final int batch;
  private final int size;
  private final Module net;
  private final PartialFc head;
  private final SequencedMap<String, Parameter> trained;
  private final Optimizer optimizer;

  /// @param init that made the network, whose device and type of numbers the head shares
  /// @param net takes square images, gives embeddings
  /// @param batch at most 4 images
  /// @param size of an image's side
  public TinyTraining(Init init, Module net, int batch, int size, int embedding) {
    device = init.device();
    dtype = init.dtype();
    this.batch = batch;
    this.size = size;
    this.net = net;
    head =
        new PartialFc(
            new Init(device, dtype, 2),
            World.SINGLE,
            new PartialFc.Config(CLASSES, embedding, 1.0));
    trained = new LinkedHashMap<>(net.state());
    trained.put("centres", head.trained().getFirst());
    optimizer = new Adam(List.of(Optimizer.Group.of(trained, 0.05)), Adam.Config.ADAMW);
  }

  /// A KANFace of few channels on images of 32 × 32.
  public static TinyTraining kanFace(Init init) {
    return new TinyTraining(init, new KanFace(init, KAN_FACE), FEW, 32, 16);
  }

  /// The same in float32.
  public static TinyTraining kanFace(Device device) {
    return kanFace(Init.of(device, 1));
  }

  /// What is trained, by name, and running averages.
  public SequencedMap<String, Parameter> state() {
    return trained;
  }

  /// Starts from another training's weights; counters are 0 in both.
  public void load(TinyTraining other) {
    other.trained.forEach(
        (key, p) -> {
          if (p.var().value().dtype() != DType.I64) {
            trained.get(key).load(p.external());
          }
        });
  }

  /// Loss and gradients of a batch; returns the loss.
  public double gradients(int number) {
    optimizer.zeroGrad();
    try (Graph graph = Graph.training(number)) {
      Var images = graph.constant(images(number));
      long[] labels = Arrays.copyOf(LABELS, batch);
      Var loss = head.loss(net.forward(images), labels, MarginLoss.arcFace(16, 0.3));
      double value = loss.value().item();
      graph.backward(loss);
      return value;
    }
  }

  private Tensor images(int number) {
    Shape shape = Shape.of(batch, size, size, 3);
    var pixels = new float[Math.toIntExact(shape.numel())];
    var random = new SplittableRandom(number);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble(-1, 1);
    }
    if (dtype == DType.F32) {
      return Tensor.of(device, shape, pixels);
    }
    var wide = new double[pixels.length];
    Arrays.setAll(wide, i -> pixels[i]);
    return Tensor.ofDoubles(device, shape, wide);
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
