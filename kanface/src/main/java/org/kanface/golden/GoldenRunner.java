package org.kanface.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateException;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.ShapeException;

/// Runs every case of a fixture folder (`index.json` and its safetensors files) on a device.
public final class GoldenRunner {
  private final Device device;
  private final ModuleCases modules;
  private final LossCases losses;

  public GoldenRunner(Device device) {
    this.device = device;
    this.modules = new ModuleCases(device);
    this.losses = new LossCases(device);
  }

  /// Runs the cases whose id passes `filter` in their order; `each` hears of every outcome as it
  /// comes.
  ///
  /// Throws [IOException] where the folder cannot be read, [IllegalArgumentException] where its
  /// index is damaged.
  public List<Outcome> run(Path folder, Predicate<String> filter, Consumer<Outcome> each)
      throws IOException {
    Map<String, Object> index =
        Json.object(Json.parse(Files.readString(folder.resolve("index.json"))), "index.json");
    checkGenerator(index);
    String seed = Json.string(Json.member(index, "seed", "index.json"), "seed");
    var open = new HashMap<String, SafeTensors>();
    var outcomes = new ArrayList<Outcome>();
    try {
      for (Object entry : Json.array(Json.member(index, "cases", "index.json"), "cases")) {
        Map<String, Object> fields = Json.object(entry, "case");
        if (!filter.test(Json.string(Json.member(fields, "id", "case"), "id"))) {
          continue;
        }
        String file = Json.string(Json.member(fields, "file", "case"), "file");
        SafeTensors tensors = open.get(file);
        if (tensors == null) {
          tensors = SafeTensors.open(folder.resolve(file));
          open.put(file, tensors);
        }
        Outcome outcome = run(GoldenCase.of(seed, fields, tensors));
        outcomes.add(outcome);
        each.accept(outcome);
      }
    } finally {
      open.values().forEach(SafeTensors::close);
    }
    return outcomes;
  }

  private static void checkGenerator(Map<String, Object> index) {
    Json.object(Json.member(index, "rng_check", "index.json"), "rng_check")
        .forEach(
            (key, value) -> {
              var random = new GoldenRandom(key);
              Map<String, Object> check = Json.object(value, key);
              for (Object k : Json.array(Json.member(check, "u24", key), key)) {
                if (random.next() != Json.integer(k, key)) {
                  throw new IllegalArgumentException(
                      "index.json: the generator's known answers for \"" + key + "\" differ");
                }
              }
            });
  }

  private Outcome run(GoldenCase golden) {
    try {
      return switch (golden.op()) {
        case "bspline_basis" -> SplineCases.basis(golden, device);
        case "kan_init" -> SplineCases.initialCoefficients(golden);
        case "combined_margin" -> losses.margin(golden);
        case "cross_entropy" -> losses.crossEntropy(golden, false);
        case "dist_cross_entropy" -> losses.crossEntropy(golden, true);
        case "gaussian_kernel" -> ModuleCases.gaussianKernel(golden);
        case "arcface_head" -> losses.arcFace(golden);
        case "adaface_head" -> losses.adaFace(golden);
        case "partial_fc" -> losses.partialFc(golden);
        case "optimizer" -> OptimCases.optimizer(golden, device);
        case "polynomial_lr_warmup" -> OptimCases.polynomialWarmup(golden);
        case "poly_scheduler" -> OptimCases.laggingSquare(golden);
        case "reduce_lr_on_plateau" -> OptimCases.plateau(golden);
        case "model" ->
            ModelCases.knows(golden)
                ? new ModelCases(device).run(golden)
                : unsupported(golden, "model " + golden.string("kind"));
        default ->
            modules.knows(golden.op()) ? modules.run(golden) : unsupported(golden, golden.op());
      };
    } catch (ShapeException | StateException e) {
      return new Outcome(golden.id(), Outcome.Status.FAIL, String.valueOf(e.getMessage()));
    }
  }

  private static Outcome unsupported(GoldenCase golden, String what) {
    return new Outcome(golden.id(), Outcome.Status.UNSUPPORTED, what + " is not built yet");
  }
}
