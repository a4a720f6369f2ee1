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
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;

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
        String id = Json.string(Json.member(fields, "id", "case"), "id");
        if (!filter.test(id)) {
          continue;
        }
        Outcome outcome;
        try {
          String file = Json.string(Json.member(fields, "file", "case"), "file");
          outcome = run(GoldenCase.of(seed, fields, tensors(folder, file, open)));
        } catch (IOException | RuntimeException e) {
          outcome = failed(id, e);
        }
        outcomes.add(outcome);
        each.accept(outcome);
      }
    } finally {
      open.values().forEach(SafeTensors::close);
    }
    return outcomes;
  }

  private static SafeTensors tensors(Path folder, String file, Map<String, SafeTensors> open)
      throws IOException {
    SafeTensors tensors = open.get(file);
    if (tensors == null) {
      Path path = folder.resolve(file);
      if (!Files.isRegularFile(path)) {
        throw new IOException(file + " is not in the folder");
      }
      tensors = SafeTensors.open(path);
      open.put(file, tensors);
    }
    return tensors;
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
        case "optimizer" ->
            Optimizers.knows(golden.attrs())
                ? OptimCases.optimizer(golden, device)
                : unsupported(golden, "optimizer " + golden.attrs());
        case "polynomial_lr_warmup" -> OptimCases.polynomialWarmup(golden);
        case "poly_scheduler" -> OptimCases.laggingSquare(golden);
        case "reduce_lr_on_plateau" -> OptimCases.plateau(golden);
        case "model" -> {
          String unknown = ModelCases.unknown(golden);
          yield unknown.isEmpty()
              ? new ModelCases(device).run(golden)
              : unsupported(golden, unknown);
        }
        default ->
            modules.knows(golden.op()) ? modules.run(golden) : unsupported(golden, golden.op());
      };
    } catch (RuntimeException e) { // of whatever kind: the other cases are still to run
      return failed(golden.id(), e);
    }
  }

  private static Outcome failed(String id, Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return new Outcome(id, Outcome.Status.FAIL, message);
  }

  private static Outcome unsupported(GoldenCase golden, String what) {
    return new Outcome(golden.id(), Outcome.Status.UNSUPPORTED, what + " is not built yet");
  }
}
