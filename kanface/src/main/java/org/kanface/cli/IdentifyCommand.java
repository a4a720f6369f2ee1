package org.kanface.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.kanface.config.ConfigException;
import org.kanface.data.FaceDataset;
import org.kanface.eval.megaface.DistractorSearch;
import org.kanface.eval.megaface.Distractors;
import org.kanface.eval.megaface.Probes;
import org.kanface.report.CurvePage;
import org.kanface.report.ProgressBar;
import org.kanface.report.Series;
import org.kanface.report.Terminal;
import org.kanface.report.TextTable;
import org.kanface.tensor.Json;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `kanface identify`: rank-1 against the number of distractors, as MegaFace.
@Command(
    name = "identify",
    description = {
      "Looks for each probe in galleries of one other image of its person among more and more"
          + " images of strangers, as MegaFace does; prints rank-1 and rank-10.",
      "Probes: a folder with one sub-folder a person. Distractors: any folder of images of other"
          + " people. All are aligned squares. Results go to identify/ in the model's folder."
    },
    mixinStandardHelpOptions = true)
final class IdentifyCommand implements Runnable {
  private static final long[] SIZES = {10, 100, 1000, 10_000, 100_000, 1_000_000};

  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--probes",
      required = true,
      paramLabel = "FOLDER",
      description = "One sub-folder a person, with two images or more each.")
  private Path probes = Path.of("");

  @Option(
      names = "--distractors",
      required = true,
      paramLabel = "FOLDER",
      description = "Images of strangers, in any sub-folders.")
  private Path distractors = Path.of("");

  @Option(
      names = "--sizes",
      split = ",",
      description = "Numbers of distractors, ascending. Default: 10, 100, … and all.")
  private long[] sizes = SIZES;

  @Option(
      names = "--seed",
      description = "Draws which distractors come first. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = {"--batch-size", "--batch_size"},
      description = "Default: ${DEFAULT-VALUE}.")
  private int batchSize = 128;

  @Option(names = "--workers", description = "Threads that read images. Default: ${DEFAULT-VALUE}.")
  private int workers = 2;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    if (batchSize < 1 || workers < 1) {
      throw new ConfigException(
          "--batch-size and --workers: expected 1 or more, got %d and %d"
              .formatted(batchSize, workers));
    }
    try (ModelFile.Loaded loaded = model.load()) {
      int side = loaded.config().model().imageSize();
      var people = new Probes(probes, side);
      var strangers = new Distractors(distractors, seed, side);
      FaceEmbedder embedder = loaded.embedder(model.mirror());
      float[] known = new float[Math.multiplyExact(people.size(), embedder.dim())];
      int[] at = new int[1];
      pass(
          embedder,
          people,
          "probes",
          (count, rows) -> {
            System.arraycopy(rows, 0, known, at[0], count * embedder.dim());
            at[0] += count * embedder.dim();
          });
      try (var search = new DistractorSearch(known, embedder.dim(), people.labels(), sizes)) {
        pass(embedder, strangers, "distractors", search::accept);
        write(search, people);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Takes sums of the outputs for images and mirror images, `[count, dim]`.
  @FunctionalInterface
  private interface Sums {
    void accept(int count, float[] sums);
  }

  private void pass(FaceEmbedder embedder, FaceDataset faces, String what, Sums sums) {
    try (ProgressBar bar = new ProgressBar(Terminal.system(), what, faces.size(), "images")) {
      int[] done = new int[1];
      embedder.embed(
          faces,
          batchSize,
          workers,
          (count, plain, mirrored) -> {
            float[] both = new float[count * embedder.dim()];
            for (int i = 0; i < both.length; i++) {
              both[i] = plain[i] + mirrored[i];
            }
            sums.accept(count, both);
            done[0] += count;
            bar.update(done[0]);
          });
    }
  }

  private void write(DistractorSearch search, Probes people) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<DistractorSearch.Point> points = search.points();
    TextTable table = new TextTable("distractors", "rank-1 %", "rank-10 %");
    List<Object> entries = new ArrayList<>();
    for (DistractorSearch.Point p : points) {
      table.add(List.of(Long.toString(p.distractors()), percent(p.rank1()), percent(p.rank10())));
      entries.add(
          Json.of("distractors", p.distractors(), "rank_1", p.rank1(), "rank_10", p.rank10()));
    }
    Path folder = Files.createDirectories(model.folder().resolve("identify"));
    Map<String, Object> json =
        Json.of(
            "model", model.file().toString(),
            "probes", people.size(),
            "people", people.classes(),
            "searches", search.searches(),
            "seed", seed,
            "points", entries);
    Files.writeString(folder.resolve("result.json"), Json.writePretty(json));
    new CurvePage("Identification among distractors")
        .curves(
            "Rank-1 and rank-10",
            "distractors",
            "share of searches",
            1,
            Math.max(10, (double) points.getLast().distractors()),
            List.of(
                series("rank-1", points, DistractorSearch.Point::rank1),
                series("rank-10", points, DistractorSearch.Point::rank10)))
        .table("%d searches".formatted(search.searches()), table)
        .write(folder.resolve("identify.html"));
    table.lines().forEach(out::println);
    out.println("results: " + folder);
  }

  private static Series series(
      String name,
      List<DistractorSearch.Point> points,
      ToDoubleFunction<DistractorSearch.Point> share) {
    return new Series(
        name,
        points.stream().mapToDouble(DistractorSearch.Point::distractors).toArray(),
        points.stream().mapToDouble(share).toArray());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }
}
