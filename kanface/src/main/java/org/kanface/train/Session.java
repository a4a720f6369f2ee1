package org.kanface.train;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.Affine;
import org.kanface.config.OptimConfig;
import org.kanface.config.OptimConfig.Accumulation;
import org.kanface.config.OptimConfig.HeadUpdate;
import org.kanface.config.TrainConfig;
import org.kanface.data.load.Batch;
import org.kanface.kernels.Precision;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Parameter;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateDict;
import org.kanface.nn.StateException;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.loss.ClassSample;
import org.kanface.nn.optim.Adam;
import org.kanface.nn.optim.Ema;
import org.kanface.nn.optim.GradNorm;
import org.kanface.nn.optim.LossScaler;
import org.kanface.nn.optim.Optimizer;
import org.kanface.nn.optim.Sgd;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.Tensor;

/// What is being trained: network, class centres, optimiser and moving average.
///
/// Every random draw is a function of the seed and the step, so that state and step say all there
/// is to know.
final class Session implements AutoCloseable {
  private static final long STEP_KEY = 0x9E3779B97F4A7C15L; // spreads seeds of neighbouring steps
  private static final String BACKBONE = "backbone.";
  private static final String HEAD = "head.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String EMA = "ema.";

  private final TrainConfig config;
  private final Device device;
  private final Module network;
  private final Head head;
  private final Optimizer optimizer;
  private final @Nullable Ema ema;
  private @Nullable LossScaler scaler;

  Session(TrainConfig config, Device device, long classes) {
    this.config = config;
    this.device = device;
    Init init = Init.of(device, config.run().seed());
    network = Networks.create(config.model(), init);
    head = Head.of(config, init, classes);
    double decay = config.optim().weightDecay();
    List<Optimizer.Group> groups =
        List.of(
            Optimizer.Group.of(backbone(network, false), decay),
            Optimizer.Group.of(backbone(network, true), config.optim().decayNorm() ? decay : 0),
            Optimizer.Group.of(prefixed(HEAD, head.module()), decay));
    optimizer =
        switch (config.optim().optimizer()) {
          case SGD -> new Sgd(groups, config.optim().momentum(), false);
          case ADAM -> new Adam(groups, Adam.Config.ADAM);
          case ADAMW -> new Adam(groups, Adam.Config.ADAMW);
        };
    if (config.optim().fp16()) {
      scaler = new LossScaler();
    } else if (config.run().precision() == Precision.F16) {
      scaler = LossScaler.ofBatch(config.data().batchSize());
    }
    ema = config.optim().ema() > 0 ? new Ema(network.state(), config.optim().ema()) : null;
  }

  /// The network's parameters: those of batch norms, or all others.
  private static SequencedMap<String, Parameter> backbone(Module network, boolean norms) {
    var own = new HashSet<Parameter>();
    network
        .modules()
        .values()
        .forEach(m -> own.addAll(m instanceof BatchNorm ? m.state().values() : List.of()));
    SequencedMap<String, Parameter> out = prefixed(BACKBONE, network);
    out.values().removeIf(p -> own.contains(p) != norms);
    return out;
  }

  private static SequencedMap<String, Parameter> prefixed(String prefix, Module module) {
    var out = new LinkedHashMap<String, Parameter>();
    module.state().forEach((key, p) -> out.put(prefix + key, p));
    return out;
  }

  Module network() {
    return network;
  }

  /// What a step found.
  ///
  /// @param correct images whose largest logit is that of their class; -1 where not counted
  record Outcome(double loss, int correct) {}

  /// One step on a batch: forward, backward and, every `gradient_acc` steps, an update at rate
  /// `lr`. `step` counts from 0; with `count` the correct images are counted, where all classes are
  /// in use. Throws [TrainingException] where the loss is not finite, before anything is changed.
  Outcome step(Batch batch, long step, double epochs, double lr, boolean count) {
    if (!config.run().cudaGraphs()) {
      return once(batch, step, epochs, lr, count);
    }
    var outcome = new AtomicReference<Outcome>();
    device.repeated(
        new Alike(this, batch.size(), count, updates(step)),
        () -> outcome.set(once(batch, step, epochs, lr, count)));
    return Objects.requireNonNull(outcome.get());
  }

  /// Steps that do the same with other numbers.
  private record Alike(Session session, int size, boolean count, boolean updates) {}

  private boolean updates(long step) {
    return (step + 1) % config.optim().gradientAcc() == 0;
  }

  private Outcome once(Batch batch, long step, double epochs, double lr, boolean count) {
    network.train(true);
    long seed = config.run().seed() + (step + 1) * STEP_KEY;
    double loss;
    int correct = -1;
    try (Graph graph = Graph.training(seed)) {
      Var embeddings = network.forward(graph.constant(images(batch)));
      long[] labels = Arrays.copyOf(batch.labels(), batch.size());
      ClassSample sample = head.sampled(labels, seed);
      Var total;
      if (count && sample == null) {
        Head.Scored scored = head.full().of(embeddings, labels, epochs);
        total = scored.loss();
        correct = correct(scored.logits(), labels);
      } else {
        total = head.loss().of(embeddings, labels, epochs, sample);
      }
      loss = total.value().item();
      if (!Double.isFinite(loss)) {
        throw new TrainingException(
            "the loss became "
                + loss
                + " at step "
                + (step + 1)
                + ": the first value that is not finite is in "
                + graph.firstNonFinite().orElse("the loss itself")
                + "; a lower lr or stronger clip helps, checkpoints are as they were");
      }
      graph.backward(scaler == null ? total : Affine.of(total, scaler.scale(), 0));
      if (sample != null && config.optim().headUpdate() == HeadUpdate.SAMPLED) {
        head.module().state().forEach((key, _) -> optimizer.limit(HEAD + key, sample.rows()));
      }
    }
    if (updates(step)) {
      update(step, lr);
    }
    return new Outcome(loss, correct);
  }

  private Tensor images(Batch batch) {
    return Upload.images(batch, device, Networks.normalization(config.model()));
  }

  private static int correct(Var logits, long[] labels) {
    int[] found = ClosedSet.largest(logits.value().toFloats(), labels.length);
    int correct = 0;
    for (int i = 0; i < found.length; i++) {
      correct += found[i] == labels[i] ? 1 : 0;
    }
    return correct;
  }

  /// A batch of known people as the network now sees it.
  ///
  /// @param withMargin the class of each image by logits with the margin taken from the right class
  /// @param plain its class by cosines alone
  record Judged(double loss, int[] withMargin, int[] plain) {}

  /// Judges a batch without learning from it. Network and head are left in the mode they were in.
  Judged judge(Batch batch, double epochs) {
    boolean training = network.isTraining();
    boolean headTraining = head.module().isTraining();
    network.train(false);
    head.module().train(false);
    try (Graph graph = Graph.inference()) {
      Var embeddings = network.forward(graph.constant(images(batch)));
      long[] labels = Arrays.copyOf(batch.labels(), batch.size());
      float[] cosines = head.module().forward(embeddings).value().toFloats();
      Head.Scored scored = head.full().of(embeddings, labels, epochs);
      return new Judged(
          scored.loss().value().item(),
          ClosedSet.largest(scored.logits().value().toFloats(), labels.length),
          ClosedSet.largest(cosines, labels.length));
    } finally {
      network.train(training);
      head.module().train(headTraining);
    }
  }

  private void update(long step, double lr) {
    OptimConfig optim = config.optim();
    double average = optim.gradientAccMode() == Accumulation.MEAN ? 1.0 / optim.gradientAcc() : 1;
    if (scaler != null) {
      if (overflow(scaler, step)) {
        optimizer.zeroGrad();
        return;
      }
    }
    double scale = average;
    if (optim.clip() > 0) {
      double norm = average * GradNorm.of(network.trained());
      if (!Double.isFinite(norm)) {
        throw badGradient(norm, step);
      }
      scale *= GradNorm.clipFactor(norm, optim.clip());
    }
    optimizer.step(lr, scale, scale, average);
    if (scaler != null) {
      scaler.stepped();
    }
    optimizer.zeroGrad();
    if (ema != null) {
      ema.update();
    }
  }

  /// Takes the scale out of all gradients. Whether one of them is not finite; the scale has then
  /// fallen.
  private boolean overflow(LossScaler scaling, long step) {
    var parameters = new ArrayList<>(network.trained());
    parameters.addAll(head.module().trained());
    if (GradNorm.unscale(parameters, 1 / scaling.scale())) {
      return false;
    }
    scaling.overflowed();
    if (scaling.exhausted()) {
      throw badGradient(GradNorm.of(parameters), step);
    }
    return true;
  }

  private TrainingException badGradient(double norm, long step) {
    return new TrainingException(
        "the gradient became %s at step %d, first in %s".formatted(norm, step + 1, badGradient()));
  }

  private String badGradient() {
    for (var e : network.state().entrySet()) {
      Var v = e.getValue().var();
      if (v.hasGrad() && !v.grad().isFinite()) {
        return "parameter " + e.getKey();
      }
    }
    return "no single parameter";
  }

  /// Exchanges the network's weights with their moving average, where there is one; call twice.
  void swapAverage() {
    if (ema != null) {
      ema.swap();
    }
  }

  // ---- state ----------------------------------------------------------------------------------

  /// All tensors of the state, by name; good until the next step and while `copies` is open.
  SequencedMap<String, SafeTensors.Entry> tensors(Arena copies) {
    var out = new LinkedHashMap<String, SafeTensors.Entry>();
    StateDict.of(network, copies).forEach((key, e) -> out.put(BACKBONE + key, e));
    StateDict.of(head.module(), copies).forEach((key, e) -> out.put(HEAD + key, e));
    optimizer.tensors().forEach((key, t) -> out.put(OPTIMIZER + key, StateDict.entry(t)));
    if (ema != null) {
      ema.tensors().forEach((key, t) -> out.put(EMA + key, StateDict.entry(t)));
    }
    return out;
  }

  /// Update counts of the optimiser, for the checkpoint's JSON.
  Map<String, Object> steps() {
    return new TreeMap<>(optimizer.steps());
  }

  /// The factor of the next loss, where losses are scaled.
  OptionalDouble gradScale() {
    return scaler == null ? OptionalDouble.empty() : OptionalDouble.of(scaler.scale());
  }

  /// The loss scaler's state for the checkpoint's JSON; null in JSON where losses are not scaled.
  Object scaler() {
    return scaler == null
        ? Json.NULL
        : Json.of("scale", scaler.scale(), "clean", (long) scaler.state().clean());
  }

  private void restoreScaler(Object json) {
    if (scaler != null && !Json.NULL.equals(json)) {
      Map<String, Object> map = Json.object(json, "scaler");
      double scale = Json.number(Json.member(map, "scale", "scaler"), "scale");
      int clean = (int) Json.integer(Json.member(map, "clean", "scaler"), "clean");
      scaler = new LossScaler(new LossScaler.State(scale, clean));
    }
  }

  /// Loads weights and, with `all`, optimiser and average. Throws [StateException] for tensors of
  /// another network.
  void load(Checkpoints.Loaded checkpoint, boolean all) {
    String source = checkpoint.path().toString();
    StateDict.load(network, checkpoint.part(BACKBONE), source);
    StateDict.load(head.module(), checkpoint.part(HEAD), source);
    if (!all) {
      return;
    }
    restoreScaler(checkpoint.state().getOrDefault("scaler", Json.NULL));
    checkpoint
        .part(OPTIMIZER)
        .forEach(
            (key, entry) -> {
              int dot = key.lastIndexOf('.');
              Tensor target = optimizer.tensor(key.substring(0, dot), key.substring(dot + 1));
              fill(target, entry, source, OPTIMIZER + key);
            });
    Json.object(Json.member(checkpoint.state(), "optimizer_steps", source), source)
        .forEach((key, n) -> optimizer.restoreStep(key, Json.integer(n, key)));
    if (ema != null) {
      Map<String, Tensor> averages = ema.tensors();
      averages.forEach((key, t) -> fill(t, checkpoint.file().entry(EMA + key), source, EMA + key));
    }
  }

  private static void fill(Tensor target, SafeTensors.Entry entry, String source, String key) {
    if (entry.data().byteSize() != target.byteSize()) {
      throw new StateException(
          source + ": \"" + key + "\" is " + entry.shape() + ", expected " + target.shape());
    }
    target.write(entry.data());
  }

  @Override
  public void close() {
    if (ema != null) {
      ema.close();
    }
    optimizer.close();
    head.module().close();
    network.close();
  }
}
