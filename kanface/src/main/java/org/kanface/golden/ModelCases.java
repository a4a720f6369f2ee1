package org.kanface.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.kernels.DType;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.nn.Parameter;
import org.kanface.nn.loss.AdaFaceHead;
import org.kanface.nn.optim.GradNorm;
import org.kanface.nn.optim.Optimizer;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// Whole models: embeddings, activations of every block, gradients, and the losses of some training
/// steps.
final class ModelCases {
  private static final double EMBEDDING_FLOOR = 2e-5;
  private static final double GRADIENT_FLOOR = 1e-4;
  private static final double LOSS_FLOOR = 1e-4;
  private static final int SAMPLES = 64; // elements of a tensor that are stored
  private static final double SLACK = 10;
  private static final String HEAD = "loss_head.weight";

  private final Device device;

  ModelCases(Device device) {
    this.device = device;
  }

  /// What of the case is not built, empty if all is.
  static String unknown(GoldenCase golden) {
    String kind = golden.string("kind");
    Map<String, Object> optimizer = object(golden, "optimizer");
    String loss =
        Json.string(Json.member(object(golden, "loss"), "kind", golden.id()), "loss kind");
    if (!ModelKinds.knows(kind)) {
      return "model " + kind;
    }
    if (!ModelHead.knows(loss)) {
      return "loss " + loss;
    }
    return Optimizers.knows(optimizer) ? "" : "optimizer " + optimizer;
  }

  /// Compares the network as it is; where that misses something and the network has kinks, again
  /// with the few values within rounding of a kink on the side where exact arithmetic has them.
  Outcome run(GoldenCase golden) {
    Comparison plain = compare(golden, null);
    if (plain.isClean()) {
      return plain.outcome();
    }
    Kinks kinks = exactSides(golden);
    Comparison moved = compare(golden, kinks);
    if (kinks.moved() == 0 || kinks.farthest() > EMBEDDING_FLOOR || !moved.isClean()) {
      return plain.outcome();
    }
    moved.remark(
        String.format(
            Locale.ROOT,
            "%d values within %.1e of a rectifier's kink on float64's side",
            kinks.moved(),
            kinks.farthest()));
    return moved.outcome();
  }

  private Comparison compare(GoldenCase golden, @Nullable Kinks kinks) {
    var comparison = new Comparison(golden, EMBEDDING_FLOOR);
    ModelHead head = head(golden, device);
    try (Module model = model(golden, Init.of(device, 1));
        Module _ = head.module()) {
      fill(golden, model, head, comparison);
      evaluate(golden, model, comparison);
      train(golden, model, head, kinks, comparison);
    }
    return comparison;
  }

  /// The sides that a float64 forward pass over the training batch takes.
  private static Kinks exactSides(GoldenCase golden) {
    var kinks = new Kinks();
    Device exact = Device.reference();
    ModelHead head = head(golden, exact);
    try (Module model = model(golden, new Init(exact, DType.F64, 1));
        Module _ = head.module();
        Graph graph = Graph.inference()) {
      fill(golden, model, head, new Comparison(golden, 0));
      model.train(true);
      kinks.record(graph);
      model.forward(
          graph.constant(images(golden, exact, DType.F64, (int) golden.integer("train_batch"))));
    }
    return kinks;
  }

  private static Module model(GoldenCase golden, Init init) {
    return ModelKinds.create(golden.string("kind"), object(golden, "args"), init);
  }

  private static ModelHead head(GoldenCase golden, Device device) {
    return ModelHead.of(
        object(golden, "loss"),
        golden.integer("classes"),
        ModelKinds.embedding(object(golden, "args")),
        Init.of(device, 1));
  }

  private static Map<String, Object> object(GoldenCase golden, String attr) {
    return Json.object(Json.member(golden.attrs(), attr, golden.id()), attr);
  }

  /// What the reference's model returns first.
  private static Var embeddings(GoldenCase golden, Var y) {
    return ModelKinds.splitsNorms(golden.string("kind")) ? AdaFaceHead.embeddings(y) : y;
  }

  // ---- parameters -----------------------------------------------------------------------------

  private static void fill(GoldenCase golden, Module model, ModelHead head, Comparison comparison) {
    String key = golden.seed() + "|" + golden.id() + "|";
    Map<String, Parameter> state = new LinkedHashMap<>(model.state());
    state.values().removeIf(p -> p.var().dtype() == DType.I64); // counters are not listed
    List<String> names =
        GoldenCase.strings(Json.member(golden.fields(), "param_names", golden.id()), golden.id());
    if (!List.copyOf(state.keySet()).equals(names)) {
      var missing = new ArrayList<>(names);
      missing.removeAll(state.keySet());
      comparison.miss("state-dict keys or their order differ, missing " + missing);
    }
    state.forEach(
        (name, p) -> {
          if (!name.endsWith("grid")) { // the initial uniform grid stays
            double[] range = range(name, p.externalShape());
            int n = Math.toIntExact(p.externalShape().numel());
            p.load(GoldenRandom.uniform(key + name, n, range[0], range[1]));
          }
        });
    Parameter weight = head.weight();
    int n = Math.toIntExact(weight.externalShape().numel());
    float[] centres = GoldenRandom.uniform(key + HEAD, n, -0.1, 0.1); // [classes, embedding]
    weight.load(weight.packing().toExternal(centres));
    checkParameters(golden, state, names, comparison);
  }

  /// The fixtures' range of a parameter, by the last part of its name and its shape.
  static double[] range(String name, Shape shape) {
    String leaf = name.substring(name.lastIndexOf('.') + 1);
    double first = shape.rank() == 0 ? 1 : shape.dim(0);
    double a = 1 / Math.sqrt(first);
    if (name.equals("prelu.weight") || name.endsWith(".prelu.weight")) {
      return new double[] {0.1, 0.4};
    }
    if (name.endsWith("bn3.weight")) {
      return new double[] {0.3, 0.6};
    }
    return switch (leaf) {
      case "running_mean" -> new double[] {-0.2, 0.2};
      case "running_var", "temperature" -> new double[] {0.5, 1.5};
      case "gamma", "gamma_xca" -> new double[] {0.5, 1.0};
      case "coef" -> new double[] {-0.5, 0.5};
      case "scale_base" -> new double[] {-a, a};
      case "scale_sp" -> new double[] {0.5 * a, 1.5 * a};
      case "bias" -> new double[] {-0.1, 0.1};
      default -> {
        if (shape.rank() == 1) {
          yield new double[] {0.8, 1.2};
        }
        double bound = Math.sqrt(3.0 / shape.span(1, shape.rank()));
        yield new double[] {-bound, bound};
      }
    };
  }

  private static void checkParameters(
      GoldenCase golden, Map<String, Parameter> state, List<String> names, Comparison comparison) {
    comparison.mark("param_check");
    double[] stored = golden.tensor("param_check").toDoubles(); // [names, 6]
    for (int row = 0; row < names.size(); row++) {
      Parameter p = state.get(names.get(row));
      if (p == null) {
        continue;
      }
      float[] values = p.external();
      var mine = new double[6]; // the first four, the sum, the sum of magnitudes
      for (int i = 0; i < values.length; i++) {
        if (i < 4) {
          mine[i] = values[i];
        }
        mine[4] += values[i];
        mine[5] += Math.abs((double) values[i]);
      }
      for (int i = 0; i < 6; i++) {
        if (Math.abs(mine[i] - stored[row * 6 + i]) > 1e-6 * Math.max(1, mine[5])) {
          comparison.miss("parameter " + names.get(row) + " was generated differently");
          break;
        }
      }
    }
  }

  // ---- evaluation -----------------------------------------------------------------------------

  private static Tensor images(GoldenCase golden, Device device, DType dtype, int count) {
    int size = (int) golden.integer("input_size");
    Packing packing = Images.packing(Shape.of(count, 3, size, size));
    float[] pixels = packing.toInternal(GoldenRandom.images(golden.seed(), count, size));
    if (dtype == DType.F32) {
      return Tensor.of(device, packing.internal(), pixels);
    }
    var wide = new double[pixels.length];
    Arrays.setAll(wide, i -> pixels[i]);
    return Tensor.ofDoubles(device, packing.internal(), wide);
  }

  private Tensor images(GoldenCase golden, int count) {
    return images(golden, device, DType.F32, count);
  }

  private void evaluate(GoldenCase golden, Module model, Comparison comparison) {
    List<String> names =
        GoldenCase.strings(Json.member(golden.fields(), "act_names", golden.id()), golden.id());
    var outputs = new LinkedHashMap<String, float[]>();
    model
        .modules()
        .forEach(
            (path, m) -> {
              if (names.contains(path)) {
                m.observe(y -> outputs.put(path, Images.external(y.value())));
              }
            });
    model.train(false);
    try (Graph graph = Graph.inference()) {
      Var images = graph.constant(images(golden, (int) golden.integer("eval_batch")));
      Var y = model.forward(images);
      comparison.check("eval.embedding", embeddings(golden, y).value().toFloats());
      comparison.check("eval.norm", norms(y.value()));
    }
    model.modules().values().forEach(m -> m.observe(null));
    checkActivations(golden, names, outputs, comparison);
  }

  /// Lengths of rows.
  private static double[] norms(Tensor rows) {
    float[] values = rows.toFloats();
    var out = new double[Math.toIntExact(rows.shape().dim(0))];
    for (int i = 0; i < values.length; i++) {
      out[(int) ((long) i * out.length / values.length)] += (double) values[i] * values[i];
    }
    return Arrays.stream(out).map(Math::sqrt).toArray();
  }

  private static void checkActivations(
      GoldenCase golden, List<String> names, Map<String, float[]> outputs, Comparison comparison) {
    comparison.mark("eval.act");
    double[] stored = golden.tensor("eval.act").toDoubles(); // [names, 65]
    double[] mine = new double[stored.length];
    double[] errors = rowErrors(golden, "eval.act", names.size());
    for (int row = 0; row < names.size(); row++) {
      float[] output = outputs.get(names.get(row));
      if (output == null) {
        comparison.miss("no module is called " + names.get(row));
        continue;
      }
      int at = row * (SAMPLES + 1);
      double squares = 0;
      for (float v : output) {
        squares += (double) v * v;
      }
      sample(output, mine, at);
      mine[at + SAMPLES] = Math.sqrt(squares);
      double floor = Math.max(EMBEDDING_FLOOR, SLACK * errors[row]);
      double top = 0;
      for (int i = 0; i < SAMPLES; i++) {
        top = Math.max(top, Math.abs(stored[at + i]));
      }
      String where = "eval.act " + names.get(row);
      comparison.compare(where, mine, stored, at, at + SAMPLES, floor * top);
      comparison.compare(
          where, mine, stored, at + SAMPLES, at + SAMPLES + 1, floor * stored[at + SAMPLES]);
    }
  }

  /// 64 elements at ⌊i n/64⌋; all of them and zeros after where there are no more than 64.
  private static void sample(float[] values, double[] target, int at) {
    for (int i = 0; i < SAMPLES; i++) {
      if (values.length > SAMPLES) {
        target[at + i] = values[(int) ((long) i * values.length / SAMPLES)];
      } else if (i < values.length) {
        target[at + i] = values[i];
      }
    }
  }

  private static double[] rowErrors(GoldenCase golden, String name, int rows) {
    var errors = new double[rows];
    Object stored = golden.fields().get("err_rows");
    if (stored != null && Json.object(stored, golden.id()).get(name) instanceof List<?> list) {
      for (int i = 0; i < Math.min(rows, list.size()); i++) {
        Object value = list.get(i);
        errors[i] = value == null || Json.NULL.equals(value) ? 0 : Json.number(value, name);
      }
    }
    return errors;
  }

  // ---- training -------------------------------------------------------------------------------

  private void train(
      GoldenCase golden,
      Module model,
      ModelHead head,
      @Nullable Kinks kinks,
      Comparison comparison) {
    Map<String, Object> settings = object(golden, "optimizer");
    int steps = (int) golden.integer("train_steps");
    long[] labels =
        Json.array(Json.member(golden.attrs(), "labels", golden.id()), golden.id()).stream()
            .mapToLong(v -> Json.integer(v, golden.id()))
            .toArray();
    double decay =
        ModelKinds.number(settings, "wd", ModelKinds.number(settings, "weight_decay", 0));
    List<Optimizer.Group> groups =
        List.of(
            Optimizer.Group.of(model.state(), decay),
            Optimizer.Group.of(head.module().state(), decay));
    var losses = new double[steps];
    model.train(true);
    try (Optimizer optimizer = Optimizers.of(settings, groups)) {
      for (int step = 0; step < steps; step++) {
        optimizer.zeroGrad();
        try (Graph graph = Graph.training(step)) {
          if (step == 0 && kinks != null) {
            kinks.impose(graph);
          }
          Var x = graph.constant(images(golden, labels.length));
          Var y = model.forward(x);
          Var embeddings = embeddings(golden, y).keep();
          Var loss = head.loss().of(head.onFeatures() ? y : embeddings, labels);
          losses[step] = loss.value().item();
          if (step == 0) {
            comparison.check("train.embedding", embeddings.value().toFloats());
            checkBuffers(model, comparison);
          }
          graph.backward(loss);
        }
        if (step == 0) {
          checkGradients(golden, model, head, comparison);
        }
        double clip = ModelKinds.number(settings, "clip", 0);
        double scale = clip > 0 ? GradNorm.clipFactor(GradNorm.of(model.trained()), clip) : 1;
        optimizer.step(ModelKinds.number(settings, "lr", 0), scale, 1);
      }
    }
    comparison.check("losses", losses, LOSS_FLOOR);
  }

  /// Running statistics after the first forward pass.
  private static void checkBuffers(Module model, Comparison comparison) {
    model
        .state()
        .forEach(
            (name, p) -> {
              if (p.var().dtype() == DType.I64) {
                comparison.exact("after." + name, p.var().value().toLongs());
              } else {
                comparison.check("after." + name, p.external());
              }
            });
  }

  private static void checkGradients(
      GoldenCase golden, Module model, ModelHead head, Comparison comparison) {
    var gradients = new LinkedHashMap<String, float[]>();
    model
        .state()
        .forEach(
            (name, p) -> {
              if (p.var().hasGrad()) {
                gradients.put(name, p.externalOf(p.var().grad()));
              }
            });
    Parameter weight = head.weight();
    gradients.put(HEAD, weight.externalOf(weight.var().grad()));
    gradients.forEach(
        (name, g) -> {
          var doubles = new double[g.length];
          for (int i = 0; i < g.length; i++) {
            doubles[i] = g[i];
          }
          comparison.check("grad." + name, doubles, GRADIENT_FLOOR);
        });
    checkSamples(golden, gradients, comparison);
  }

  private static void checkSamples(
      GoldenCase golden, Map<String, float[]> gradients, Comparison comparison) {
    comparison.mark("grad_norm");
    comparison.mark("grad_sample");
    List<String> names =
        GoldenCase.strings(Json.member(golden.fields(), "grad_names", golden.id()), golden.id());
    double[] norms = golden.tensor("grad_norm").toDoubles();
    double[] samples = golden.tensor("grad_sample").toDoubles();
    double[] sampleErrors = rowErrors(golden, "grad_sample", names.size());
    double largest = Math.max(Comparison.top(samples), comparison.largestGradient());
    double largestNorm = Comparison.top(norms);
    var mine = new double[samples.length];
    var mineNorms = new double[norms.length];
    for (int row = 0; row < names.size(); row++) {
      float[] g = gradients.get(names.get(row));
      if (g == null) {
        mineNorms[row] = -1;
      } else {
        double squares = 0;
        for (float v : g) {
          squares += (double) v * v;
        }
        mineNorms[row] = Math.sqrt(squares);
        sample(g, mine, row * SAMPLES);
      }
      double top = largest * 1e-4;
      for (int i = 0; i < SAMPLES; i++) {
        top = Math.max(top, Math.abs(samples[row * SAMPLES + i]));
      }
      double floor = Math.max(GRADIENT_FLOOR, SLACK * sampleErrors[row]);
      String where = "of the gradient of " + names.get(row);
      comparison.compare(
          "sample " + where, mine, samples, row * SAMPLES, (row + 1) * SAMPLES, floor * top);
      comparison.compare(
          "norm " + where,
          mineNorms,
          norms,
          row,
          row + 1,
          floor * Math.max(Math.abs(norms[row]), 1e-4 * largestNorm));
    }
  }
}
