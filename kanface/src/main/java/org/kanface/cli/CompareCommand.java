package org.kanface.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.kanface.gallery.Embedding;
import org.kanface.tensor.Json;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface compare`: how alike two faces are.
@Command(
    name = "compare",
    description = {
      "Compares two faces: cosine similarity, squared distance, and the verdict.",
      "With --metric or --learn the verdict is by cosine or distance of the embeddings; without"
          + " them by the squared distance, with the threshold of the first set in the model's"
          + " result.json, or for EfficientFR without such a file by the cosine 0.5."
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Runnable {
  @Mixin private ModelOption model = new ModelOption();
  @Mixin private FaceOptions faces = new FaceOptions();
  @Mixin private DecisionOptions decision = new DecisionOptions();

  @Parameters(index = "0", paramLabel = "A")
  private Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "B")
  private Path second = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    try (ModelFile.Loaded loaded = model.load(faces.detects());
        FaceSource source = faces.open(loaded)) {
      FaceEmbedder embedder = loaded.embedder(model.mirror());
      Embedding a = Embedding.of(embedder.embed(source.face(first)));
      Embedding b = Embedding.of(embedder.embed(source.face(second)));
      double squared = a.distance(b) * a.distance(b);
      out.printf("similarity %.4f, squared distance %.4f%n", 1 - squared / 2, squared);
      OptionalDouble limit =
          decision.given().isPresent()
              ? decision.given()
              : trainedThreshold(model.folder().resolve("result.json"));
      boolean original = limit.isEmpty() && Networks.isEfficientFr(loaded.config().model());
      if (decision.chosen() || original) {
        DecisionOptions.Decision by =
            decision.decision(source, face -> Embedding.of(embedder.embed(face)), out);
        double value = by.metric().compare(a, b);
        out.printf(Locale.ROOT, "%s %.4f", by.metric().label(), value);
        out.println(
            by.threshold().isPresent() ? ": " + told(by.verdict(value), by.threshold()) : "");
      } else if (limit.isPresent()) {
        String verdict = squared < limit.getAsDouble() ? "one person" : "two people";
        out.println(told(verdict, limit));
      }
    }
  }

  private static String told(String verdict, OptionalDouble limit) {
    return String.format(Locale.ROOT, "%s (threshold %.4f)", verdict, limit.getAsDouble());
  }

  /// Empty where there is no such file, or no set in it.
  private static OptionalDouble trainedThreshold(Path file) {
    if (!Files.isRegularFile(file)) {
      return OptionalDouble.empty();
    }
    try {
      String where = file.toString();
      Map<String, Object> result = Json.object(Json.parse(Files.readString(file)), where);
      List<Object> sets = Json.array(Json.member(result, "sets", where), where);
      if (sets.isEmpty()) {
        return OptionalDouble.empty();
      }
      Map<String, Object> set = Json.object(sets.getFirst(), where);
      return OptionalDouble.of(Json.number(Json.member(set, "threshold", where), where));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
