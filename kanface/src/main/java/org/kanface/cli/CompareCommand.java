package org.kanface.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.kanface.data.image.RgbImage;
import org.kanface.tensor.Json;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface compare`: how alike two faces are.
@Command(
    name = "compare",
    description = "Compares two faces: cosine similarity, squared distance, and the verdict.",
    mixinStandardHelpOptions = true)
final class CompareCommand implements Runnable {
  @Mixin private ModelOption model = new ModelOption();
  @Mixin private FaceOptions faces = new FaceOptions();

  @Option(
      names = "--threshold",
      description =
          "Squared distance below which two faces are one person. Default: that of the first set in"
              + " the model's result.json.")
  private double threshold = Double.NaN;

  @Parameters(index = "0", paramLabel = "A")
  private Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "B")
  private Path second = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    try (ModelFile.Loaded loaded = model.load();
        FaceSource source = faces.open(loaded)) {
      FaceEmbedder embedder = loaded.embedder(model.mirror());
      RgbImage b = source.face(second);
      double distance = squaredDistance(embedder.embed(source.face(first)), embedder.embed(b));
      out.printf("similarity %.4f, squared distance %.4f%n", 1 - distance / 2, distance);
      OptionalDouble limit =
          Double.isNaN(threshold)
              ? trainedThreshold(model.folder().resolve("result.json"))
              : OptionalDouble.of(threshold);
      if (limit.isPresent()) {
        out.printf(
            "%s (threshold %.4f)%n",
            distance < limit.getAsDouble() ? "one person" : "two people", limit.getAsDouble());
      }
    }
  }

  private static double squaredDistance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
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
