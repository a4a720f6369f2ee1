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
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.World;
import org.kanface.nn.backbone.EfficientFr;
import org.kanface.nn.backbone.IResNet;
import org.kanface.nn.backbone.KanFace;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.Optimizer;
import org.kanface.simulated.TinyTraining;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Training steps of whole networks under an ArcFace head of 1,000 classes, with AdamW: images a
/// second, and what the device did meanwhile.
final class StepTimes {
  private static final int CLASSES = 1000;
  private static final int EMBEDDING = 512;
  private static final int SIDE = 112;
  private static final int RUNS = 10;

  private StepTimes() {}

  static List<Item> items(Device device, boolean small) {
    var items = new ArrayList<Item>();
    if (small) {
      items.add(new Item("training step of a small KANFace", () -> tiny(device)));
      return items;
    }
    for (int batch : new int[] {32, 128}) {
      items.add(
          item(device, "KANFace 0.6/25", batch, d -> new KanFace(d, KanFace.Config.of(0.6, 25))));
    }
    var gwp = IResNet.Config.of(18, IResNet.Pooling.WEIGHTED);
    items.add(item(device, "IResNet-18", 128, d -> new IResNet(d, gwp)));
    items.add(item(device, "EfficientFR", 128, d -> new EfficientFr(d, EMBEDDING)));
    return items;
  }

  private static Item item(Device device, String name, int batch, Function<Init, Module> network) {
    return new Item(
        "training step of %s, batch %d".formatted(name, batch), () -> time(device, batch, network));
  }

  private static Map<String, Object> tiny(Device device) {
    try (var training = TinyTraining.kanFace(device)) {
      return report(device, 2, 1, () -> training.step(0));
    }
  }

  private static Map<String, Object> time(Device device, int batch, Function<Init, Module> make) {
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
              Var loss =
                  head.loss(embedding, labels, MarginLoss.arcFace(64, 0.5), new float[CLASSES]);
              graph.backward(loss);
            }
            optimizer.step(1e-4);
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
  private static Map<String, Object> report(Device device, int batch, int runs, Runnable step) {
    var kernels = device.kernels(DType.F32);
    var seconds = new double[runs];
    try (var host = HostMemory.allocate(1);
        var block = kernels.allocate(1)) {
      for (int i = -runs / 3; i < runs; i++) {
        long start = System.nanoTime();
        step.run();
        kernels.copy(block, host, 1); // waits for the device
        if (i >= 0) {
          seconds[i] = (System.nanoTime() - start) / 1e9;
        }
      }
    }
    Arrays.sort(seconds);
    double median = seconds[runs / 2];
    var report = new LinkedHashMap<String, Object>();
    report.put("step_ms", median * 1e3);
    report.put("images_per_s", batch / median);
    report.putAll(Times.measure(kernels, step, Math.min(3, runs)));
    return report;
  }
}
