package org.kanface.golden;

import java.util.Map;
import java.util.Objects;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Clamp;
import org.kanface.autograd.op.CrossEntropy;
import org.kanface.autograd.op.MarginLogits;
import org.kanface.kernels.Margin;
import org.kanface.nn.Init;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateDict;
import org.kanface.nn.World;
import org.kanface.nn.loss.AdaFaceHead;
import org.kanface.nn.loss.ArcFaceHead;
import org.kanface.nn.loss.ClassSample;
import org.kanface.nn.loss.MarginLoss;
import org.kanface.nn.loss.PartialFc;
import org.kanface.tensor.Device;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Margins, cross-entropy and Partial FC.
final class LossCases {
  private static final double FLOOR = 1e-5;
  private static final double OPERATION_FLOOR = 2e-6;
  private static final double REFERENCE_FLOOR = 1e-30; // of a probability, in the distributed loss

  private final Device device;

  LossCases(Device device) {
    this.device = device;
  }

  Outcome margin(GoldenCase golden) {
    var comparison = new Comparison(golden, FLOOR);
    try (Var logits = leaf(golden, "logits");
        Graph graph = Graph.training(0)) {
      Var y = MarginLogits.of(Clamp.of(logits, -1, 1), labels(golden, graph), margins(golden));
      comparison.check("y", y.value().toFloats());
      graph.backward(y, Images.load(device, golden.tensor("dy")));
      comparison.check("grad.logits", logits.grad().toFloats());
    }
    return comparison.outcome();
  }

  /// Plain cross-entropy, or the distributed one with its floor.
  Outcome crossEntropy(GoldenCase golden, boolean distributed) {
    var comparison = new Comparison(golden, distributed ? FLOOR : OPERATION_FLOOR);
    try (Var logits = leaf(golden, "logits");
        Graph graph = Graph.training(0)) {
      Var loss = CrossEntropy.of(logits, labels(golden, graph), distributed ? REFERENCE_FLOOR : 0);
      comparison.check("loss", loss.value().toFloats());
      graph.backward(loss);
      comparison.check("grad.logits", logits.grad().toFloats());
    }
    return comparison.outcome();
  }

  Outcome partialFc(GoldenCase golden) {
    var comparison = new Comparison(golden, FLOOR);
    var config =
        new PartialFc.Config(
            golden.integer("classes"), golden.integer("embedding"), golden.number("sample_rate"));
    try (PartialFc head = new PartialFc(Init.of(device, 1), World.SINGLE, config);
        Var embeddings = leaf(golden, "embeddings");
        Graph graph = Graph.training(0)) {
      StateDict.load(head, Map.of("weight", golden.tensor("weight")), golden.id());
      long[] labels = golden.tensor("labels").toLongs();
      Var loss = loss(golden, head, embeddings, labels, comparison);
      comparison.check("loss", loss.value().toFloats());
      graph.backward(loss);
      comparison.check("grad.embeddings", embeddings.grad().toFloats());
      var weight = head.trained().getFirst();
      comparison.check("grad.weight", weight.externalOf(weight.var().grad()));
    }
    return comparison.outcome();
  }

  private Var loss(
      GoldenCase golden, PartialFc head, Var embeddings, long[] labels, Comparison comparison) {
    if (!golden.has("perm")) {
      return head.loss(embeddings, labels, margins(golden));
    }
    try (Tensor draws = Tensor.of(device, golden.shape("perm"), golden.floats("perm"))) {
      ClassSample sample = head.shard().sample(labels, draws);
      if (golden.outputs().contains("index")) {
        comparison.exact("index", sample.rows().toLongs());
      }
      return head.loss(embeddings, labels, margins(golden), sample);
    }
  }

  Outcome arcFace(GoldenCase golden) {
    var comparison = new Comparison(golden, FLOOR);
    Shape centres = golden.shape("weight");
    try (var head = new ArcFaceHead(Init.of(device, 1), centres.dim(0), centres.dim(1));
        Var embeddings = leaf(golden, "embeddings");
        Graph graph = Graph.training(0)) {
      StateDict.load(head, Map.of("weight", golden.tensor("weight")), golden.id());
      long[] labels = golden.tensor("labels").toLongs();
      double scale = golden.number("s");
      double margin = golden.number("m");
      comparison.check("logits", head.logits(embeddings, labels, scale, margin).value().toFloats());
      Var loss = head.loss(embeddings, labels, scale, margin);
      comparison.check("loss", loss.value().toFloats());
      graph.backward(loss);
      comparison.check("grad.embeddings", embeddings.grad().toFloats());
      var weight = head.trained().getFirst();
      comparison.check("grad.weight", weight.externalOf(weight.var().grad()));
    }
    return comparison.outcome();
  }

  Outcome adaFace(GoldenCase golden) {
    var comparison = new Comparison(golden, FLOOR);
    Shape kernel = golden.shape("kernel"); // [embedding, classes]
    var config =
        new AdaFaceHead.Config(
            kernel.dim(1),
            kernel.dim(0),
            golden.number("s"),
            golden.number("m"),
            golden.number("h"),
            golden.number("t_alpha"));
    try (var head = new AdaFaceHead(Init.of(device, 1), config);
        Var features = leaf(golden, "features")) {
      load(golden, head);
      long[] labels = golden.tensor("labels").toLongs();
      try (Graph graph = Graph.training(0)) {
        Var loss = head.loss(features, labels);
        comparison.check("loss", loss.value().toFloats());
        graph.backward(loss);
      }
      comparison.check("grad.features", features.grad().toFloats());
      var weight = head.trained().getFirst();
      comparison.check("grad.kernel", weight.externalOf(weight.var().grad()));
      comparison.check("mean", statistic(head, "batch_mean"));
      comparison.check("std", statistic(head, "batch_std"));
      head.train(false); // the statistics stay as they are
      try (Graph _ = Graph.inference()) {
        comparison.check("logits", head.logits(features, labels).value().toFloats());
      }
    }
    return comparison.outcome();
  }

  private static float[] statistic(AdaFaceHead head, String name) {
    return Objects.requireNonNull(head.state().get(name)).external();
  }

  private static void load(GoldenCase golden, AdaFaceHead head) {
    StateDict.load(
        head,
        Map.of(
            "kernel", golden.tensor("kernel"),
            "batch_mean", one(golden.number("mean0")),
            "batch_std", one(golden.number("std0"))),
        golden.id());
  }

  private static SafeTensors.Entry one(double value) {
    return SafeTensors.Entry.of(Shape.of(1), new float[] {(float) value});
  }

  static Margin margins(GoldenCase golden) {
    return MarginLoss.combined(
        golden.number("s"),
        golden.number("m1"),
        golden.number("m2"),
        golden.number("m3"),
        golden.number("filter", 0),
        false);
  }

  private Var leaf(GoldenCase golden, String name) {
    return Var.parameter(name, Images.load(device, golden.tensor(name)));
  }

  private Tensor labels(GoldenCase golden, Graph graph) {
    long[] labels = golden.tensor("labels").toLongs();
    Tensor t = Tensor.ofLongs(device, Shape.of(labels.length), labels);
    return graph.constant(t).keep().value();
  }
}
