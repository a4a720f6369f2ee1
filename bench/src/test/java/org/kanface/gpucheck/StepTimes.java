package org.kanface.gpucheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Sum;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.World;
import org.kanface.nn.backbone.EfficientFr;
import org.kanface.nn.backbone.IResNet;
import org.kanface.nn.backbone.KanFace;
import org.kanface.nn.kan.KANLinear;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.Optimizer;
import org.kanface.simulated.TinyTraining;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Training steps of whole networks under an ArcFace head of 1,000 classes, with AdamW, and
/// embeddings: call by call and with CUDA graphs, and what the device did meanwhile.
final class StepTimes {
  private static final int CLASSES = 1000;
  private static final int EMBEDDING = 512;
  private static final int SIDE = 112;
  private static final int KAN_BATCH = 256;
  private static final int RUNS = 30;
  private static final int WARM_UPS = 40; // of the JVM, more than of the device

  private StepTimes() {}

  static List<Item> items(Device device, boolean small) {
    var items = new ArrayList<Item>();
    if (small) {
      items.add(new Item("training step of a small KANFace", () -> tiny(device)));
      return items;
    }
    var networks = new LinkedHashMap<String, Function<Init, Module>>();
    networks.put("KANFace 0.6/25", d -> new KanFace(d, KanFace.Config.of(0.6, 25)));
    networks.put(
        "IResNet-18", d -> new IResNet(d, IResNet.Config.of(18, IResNet.Pooling.WEIGHTED)));
    networks.put("EfficientFR", d -> new EfficientFr(d, EMBEDDING));
    networks.forEach(
        (name, network) -> {
          for (int batch : new int[] {32, 128}) {
            items.add(
                new Item(
                    "training step of %s, batch %d".formatted(name, batch),
                    () -> step(device, batch, network)));
          }
          for (int batch : new int[] {1, 32, 128}) {
            items.add(
                new Item(
                    "embedding by %s, batch %d".formatted(name, batch),
                    () -> embedding(device, batch, network)));
          }
        });
    items.add(new Item("KAN layer 192 to 512, forward", () -> kan(device, false)));
    items.add(new Item("KAN layer 192 to 512, forward and gradients", () -> kan(device, true)));
    return items;
  }

  private static Map<String, Object> kan(Device device, boolean gradients) {
    int inputs = 192;
    var config = KANLinear.Config.of(inputs, EMBEDDING, 25, 3, Reduction.MEAN);
    var random = new SplittableRandom(1);
    var values = new float[KAN_BATCH * inputs];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    try (var layer = new KANLinear(Init.of(device, 1), config);
        var x = Tensor.of(device, Shape.of(KAN_BATCH, inputs), values)) {
      Var in = gradients ? Var.parameter("x", x) : Var.buffer("x", x);
      return report(
          device,
          KAN_BATCH,
          RUNS,
          () -> {
            try (Graph graph = gradients ? Graph.training(0) : Graph.inference()) {
              Var y = layer.forward(in);
              if (gradients) {
                graph.backward(Sum.all(y));
              }
            }
          });
    }
  }

  private static Map<String, Object> tiny(Device device) {
    try (var training = TinyTraining.kanFace(device)) {
      return report(device, 2, 1, () -> training.step(0));
    }
  }

  private static Map<String, Object> step(Device device, int batch, Function<Init, Module> make) {
    try (var network = make.apply(Init.of(device, 1));
        var head =
            new PartialFc(
                Init.of(device, 2), World.SINGLE, new PartialFc.Config(CLASSES, EMBEDDING, 1));
        var optimizer =
            new Adam(
                List.of(
                    Optimizer.Group.of(network.state(), 0.05),
                    Optimizer.Group.of(head.state(), 0.05)),
                Adam.Config.ADAMW);
        var images = Tensor.of(device, Shape.of(batch, SIDE, SIDE, 3), noise(batch))) {
      long[] labels = new SplittableRandom(2).longs(batch, 0, CLASSES).toArray();
      return report(
          device,
          batch,
          RUNS,
          () -> {
            optimizer.zeroGrad();
            try (Graph graph = Graph.training(0)) {
              Var embedding = network.forward(graph.constant(images.retain()));
              Var loss = head.loss(embedding, labels, MarginLoss.arcFace(64, 0.5));
              graph.backward(loss);
            }
            optimizer.step(1e-4);
          });
    }
  }

  private static Map<String, Object> embedding(
      Device device, int batch, Function<Init, Module> make) {
    try (var network = make.apply(Init.of(device, 1));
        var images = Tensor.of(device, Shape.of(batch, SIDE, SIDE, 3), noise(batch))) {
      network.train(false);
      return report(
          device,
          batch,
          RUNS,
          () -> {
            try (Graph graph = Graph.inference()) {
              network.forward(graph.constant(images.retain()));
            }
          });
    }
  }

  private static float[] noise(int batch) {
    var random = new SplittableRandom(1);
    var pixels = new float[batch * SIDE * SIDE * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat() * 2 - 1;
    }
    return pixels;
  }

  /// Wall time first, then the device's, which measuring itself slows down.
  private static Map<String, Object> report(Device device, int batch, int runs, Runnable work) {
    double plain = seconds(device, runs, work);
    Object key = new Object();
    double graphs = seconds(device, runs, () -> device.repeated(key, work));
    var report = new LinkedHashMap<String, Object>();
    report.put("call_by_call_ms", plain * 1e3);
    report.put("with_graphs_ms", graphs * 1e3);
    report.put("images_per_s", batch / graphs);
    report.putAll(Times.measure(device.kernels(DType.F32), work, Math.min(3, runs)));
    return report;
  }

  /// The median of some runs, each of which begins and ends with an idle device.
  private static double seconds(Device device, int runs, Runnable work) {
    var kernels = device.kernels(DType.F32);
    var seconds = new double[runs];
    try (var host = HostMemory.allocate(1);
        var block = kernels.allocate(1)) {
      for (int i = runs == 1 ? 0 : -WARM_UPS; i < runs; i++) {
        long start = System.nanoTime();
        work.run();
        kernels.copy(block, host, 1); // waits for the device
        if (i >= 0) {
          seconds[i] = (System.nanoTime() - start) / 1e9;
        }
      }
    }
    Arrays.sort(seconds);
    return seconds[runs / 2];
  }
}
