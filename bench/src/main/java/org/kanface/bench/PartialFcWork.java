package org.kanface.bench;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.config.TrainConfig;
import org.kanface.eval.cost.MemoryPlan;
import org.kanface.kernels.DType;
import org.kanface.kernels.Margin;
import org.kanface.nn.Init;
import org.kanface.nn.World;
import org.kanface.nn.loss.ClassSample;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.Optimizer;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// A step of the class-sampled head alone, at the size of the largest published training set:
/// loss, gradients of embeddings and centres, AdamW over all centres.
final class PartialFcWork {
  private static final int CLASSES = 617_970;
  private static final int EMBEDDING = 512;
  private static final int BATCH = 128;
  private static final int WARMUP = 5;

  private PartialFcWork() {}

  static List<Work> rows() {
    return List.of(row(0.3), row(1));
  }

  private static Work row(double rate) {
    double perStep = Math.floor(rate * CLASSES);
    var config =
        TrainConfig.DEFAULTS.with(
            Map.of(
                "batch_size", BATCH, "sample_rate", rate, "optimizer", "adamw", "loss", "margin"));
    return new Work(
        "partialfc_%dx%d_r%s_b%d/train".formatted(CLASSES, EMBEDDING, rate, BATCH),
        6.0 * BATCH * perStep * EMBEDDING,
        BATCH,
        WARMUP,
        false,
        _ -> step(CLASSES, EMBEDDING, BATCH, rate),
        new Work.Large(MemoryPlan.of(config, CLASSES).head(), () -> step(700, 16, 8, rate)));
  }

  private static Workload step(int classes, int width, int batch, double rate) {
    Device device = Device.cpu();
    var random = new SplittableRandom(1);
    var values = new float[batch * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    var embeddings = Var.parameter("embeddings", Tensor.of(device, Shape.of(batch, width), values));
    var head =
        new PartialFc(Init.of(device, 1), World.SINGLE, new PartialFc.Config(classes, width, rate));
    var adam = new Adam(List.of(Optimizer.Group.of(head.state(), 0.01)), Adam.Config.ADAMW);
    return new Workload() {
      private long step;

      @Override
      public void run() {
        long[] labels = random.longs(batch, 0, classes).toArray();
        try (Graph graph = Graph.training(step++)) {
          graph.backward(loss(labels));
        }
        adam.step(1e-3);
        adam.zeroGrad();
        embeddings.zeroGrad();
      }

      private Var loss(long[] labels) {
        Margin margin = MarginLoss.arcFace(64, 0.5);
        if (rate == 1) {
          return head.loss(embeddings, labels, margin);
        }
        try (Tensor draws = Tensor.empty(device, DType.F32, Shape.of(classes))) {
          draws.kernels().random().uniform(classes, step, 0, 0, 1, draws.memory());
          ClassSample sample = head.shard().sample(labels, draws);
          return head.loss(embeddings, labels, margin, sample);
        }
      }

      @Override
      public void close() {
        adam.close();
        head.close();
        embeddings.close();
      }
    };
  }
}
