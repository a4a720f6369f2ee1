package org.kanface.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
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
import org.kanface.nn.optim.Sgd;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Whole networks: a training step under an ArcFace head of 1,000 classes, and inference.
final class NetworkWork {
  private static final long CLASSES = 1000;
  private static final long EMBEDDING = 512;

  private NetworkWork() {}

  static List<Work> rows() {
    var rows = new ArrayList<Work>();
    network(rows, "kanface_06_25", 112, NetworkWork::kanFace, NetworkWork::adamW);
    network(rows, "iresnet18_gwp", 112, init -> iResNet(init, 18), NetworkWork::sgd);
    network(rows, "iresnet50_gwp", 112, init -> iResNet(init, 50), NetworkWork::sgd);
    network(rows, "efficientfr_112", 112, NetworkWork::efficientFr, NetworkWork::adam);
    network(rows, "efficientfr_224", 224, NetworkWork::efficientFr, NetworkWork::adam);
    return rows;
  }

  private static Module kanFace(Init init) {
    return new KanFace(init, KanFace.Config.of(0.6, 25));
  }

  private static Module iResNet(Init init, int layers) {
    return new IResNet(init, IResNet.Config.of(layers, IResNet.Pooling.WEIGHTED));
  }

  private static Module efficientFr(Init init) {
    return new EfficientFr(init, EMBEDDING);
  }

  private static Optimizer adamW(Module network, PartialFc head) {
    return new Adam(groups(network, head), Adam.Config.ADAMW);
  }

  private static Optimizer adam(Module network, PartialFc head) {
    return new Adam(groups(network, head), Adam.Config.ADAM);
  }

  private static Optimizer sgd(Module network, PartialFc head) {
    return new Sgd(groups(network, head), 0.9, false);
  }

  private static List<Optimizer.Group> groups(Module network, PartialFc head) {
    return List.of(
        Optimizer.Group.of(network.state(), 0.01), Optimizer.Group.of(head.state(), 0.01));
  }

  private static void network(
      List<Work> rows,
      String name,
      int size,
      Function<Init, Module> network,
      BiFunction<Module, PartialFc, Optimizer> optimizer) {
    rows.add(Work.network(name + "/train_b32", 32, () -> train(network, size, 32, optimizer)));
    rows.add(Work.network(name + "/infer_b32", 32, () -> infer(network, size, 32)));
    rows.add(Work.network(name + "/infer_b1", 1, () -> infer(network, size, 1)));
  }

  static float[] noise(int numel) {
    var random = new SplittableRandom(1);
    var values = new float[numel];
    for (int i = 0; i < numel; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static Tensor images(Device device, int batch, int size) {
    return Tensor.of(device, Shape.of(batch, size, size, 3), noise(batch * size * size * 3));
  }

  private static Workload train(
      Function<Init, Module> make,
      int size,
      int batch,
      BiFunction<Module, PartialFc, Optimizer> optimizer) {
    Device device = Device.cpu();
    var network = make.apply(Init.of(device, 1));
    var head =
        new PartialFc(
            Init.of(device, 2), World.SINGLE, new PartialFc.Config(CLASSES, EMBEDDING, 1));
    var steps = optimizer.apply(network, head);
    var labels = new SplittableRandom(2).longs(batch, 0, CLASSES).toArray();
    var images = images(device, batch, size);
    return new Workload() {
      private long step;

      @Override
      public void run() {
        try (Graph graph = Graph.training(step++)) {
          Var embedding = network.forward(graph.constant(images.retain()));
          graph.backward(head.loss(embedding, labels, MarginLoss.arcFace(64, 0.5)));
        }
        steps.step(1e-3);
        steps.zeroGrad();
      }

      @Override
      public void close() {
        images.close();
        steps.close();
        head.close();
        network.close();
      }
    };
  }

  private static Workload infer(Function<Init, Module> make, int size, int batch) {
    Device device = Device.cpu();
    var network = make.apply(Init.of(device, 1));
    network.train(false);
    var images = images(device, batch, size);
    return new Workload() {
      @Override
      public void run() {
        try (Graph graph = Graph.inference()) {
          network.forward(graph.constant(images.retain()));
        }
      }

      @Override
      public void close() {
        images.close();
        network.close();
      }
    };
  }
}
