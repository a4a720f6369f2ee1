package org.kanface.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kanface.config.ConfigException;
import org.kanface.data.DataException;
import org.kanface.eval.ijb.Identification;
import org.kanface.eval.ijb.Ijb;
import org.kanface.eval.ijb.IjbTarget;
import org.kanface.eval.ijb.PairList;
import org.kanface.eval.ijb.Pooling;
import org.kanface.eval.ijb.ScoresFile;
import org.kanface.eval.ijb.TarCurve;
import org.kanface.eval.ijb.Templates;
import org.kanface.kernels.DType;
import org.kanface.kernels.Workers;
import org.kanface.report.ProgressBar;
import org.kanface.report.RunStats;
import org.kanface.report.Terminal;
import org.kanface.tensor.Json;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `kanface ijb`: the protocol of IJB-B and IJB-C.
@Command(
    name = "ijb",
    description = {
      "IJB-B or IJB-C: aligns the faces, pools them to templates, compares templates one to one"
          + " (TAR@FAR) and, where there are galleries, one to many (TPIR@FPIR, rank-k).",
      "ROOT holds loose_crop/ with the images and meta/ with ijbc_face_tid_mid.txt,"
          + " ijbc_name_5pts_score.txt, ijbc_template_pair_label.txt and, for one to many,"
          + " ijbc_1N_probe_mixed.csv, ijbc_1N_gallery_G1.csv, ijbc_1N_gallery_G2.csv (ijbb: S1,"
          + " S2).",
      "Scores (.npy), result.json and the curve go to RESULT_DIR/JOB. The first table has the"
          + " published columns and rule: the point of the curve nearest to the rate. The second"
          + " interpolates, and takes the best point that is not above the rate."
    },
    mixinStandardHelpOptions = true)
final class IjbCommand implements Runnable {
  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = {"--root", "--image-path"},
      required = true,
      paramLabel = "ROOT",
      description = "Folder with loose_crop/ and meta/.")
  private Path root = Path.of("");

  @Option(names = "--target", description = "IJBB or IJBC. Default: ${DEFAULT-VALUE}.")
  private IjbTarget target = IjbTarget.IJBC;

  @Option(
      names = "--result-dir",
      paramLabel = "RESULT_DIR",
      description = "Default: the model's folder; with --scores, this one.")
  private Path resultDir = Path.of("");

  @Option(
      names = "--job",
      description = "Folder of the results in RESULT_DIR. Default: ${DEFAULT-VALUE}.")
  private String job = "ijb";

  @Option(
      names = {"--batch-size", "--batch_size"},
      description = "Default: ${DEFAULT-VALUE}.")
  private int batchSize = 128;

  @Option(
      names = "--workers",
      description = "Threads that read and align images. Default: ${DEFAULT-VALUE}.")
  private int workers = 2;

  @Option(
      names = "--norm-score",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Keep the length of a face's feature when pooling. On by default.")
  private boolean normScore;

  @Option(
      names = "--detector-score",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Weight faces by the detector's score. On by default.")
  private boolean detectorScore;

  @Option(
      names = "--scores",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "No network: one row and curve for each of these files of scores (.npy, in the order of"
              + " the pairs), or of the files that a text file names, one a line.")
  private List<Path> scores = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    try {
      if (scores.isEmpty()) {
        evaluate();
      } else {
        compare();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Everything with a network.
  private void evaluate() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    positive("--batch-size", batchSize);
    positive("--workers", workers);
    long start = System.nanoTime();
    try (ModelFile.Loaded loaded = model.load()) {
      Ijb ijb = Ijb.open(root, target);
      int dim = loaded.config().model().embeddingSize();
      out.printf(
          "%s: %d faces, %d templates, %d pairs; %.2f GB beside the network%n",
          target,
          ijb.faces().size(),
          ijb.templateCount(),
          ijb.pairs().size(),
          ijb.memory(dim) / 1e9);
      Templates templates = templates(ijb, loaded);
      double[] found;
      try (ProgressBar bar = bar("compare", ijb.pairs().size(), "pairs")) {
        found = ijb.scores(templates, bar::update);
      }
      Path folder = IjbOutput.folder(resultDir(model.folder()), job);
      ScoresFile.write(folder.resolve(target.prefix() + ".npy"), found);
      TarCurve curve = TarCurve.of(target.method(), found, ijb.pairs().same());
      List<Identification.Result> searches;
      try (ProgressBar bar = bar("search", ijb.searches(), "probes")) {
        searches = ijb.identify(templates, bar::update);
      }
      Map<String, Object> facts =
          Json.of(
              "target", target.name(),
              "model", model.file().toString(),
              "faces", ijb.faces().size(),
              "templates", templates.size(),
              "flip", model.mirror(),
              "norm_score", normScore,
              "detector_score", detectorScore,
              "seconds", (System.nanoTime() - start) / 1e9,
              "peak_rss_mb", RunStats.peakRss(),
              "threads", Workers.threads(),
              "device", loaded.device().kernels(DType.F32).describe());
      new IjbOutput(target, facts, List.of(curve), searches).write(folder, out);
    }
  }

  private Templates templates(Ijb ijb, ModelFile.Loaded loaded) {
    FaceEmbedder embedder = loaded.embedder(model.mirror());
    try (ProgressBar bar = bar("embed", ijb.faces().size(), "faces")) {
      return ijb.templates(
          (faces, sink) ->
              embedder.embed(
                  faces,
                  batchSize,
                  workers,
                  (count, plain, mirrored) -> sink.accept(count, plain, mirrored, embedder.dim())),
          loaded.config().model().imageSize(),
          new Pooling(model.mirror(), normScore, detectorScore),
          bar::update);
    }
  }

  /// Scores that are there already.
  private void compare() throws IOException {
    PairList pairs = Ijb.pairs(root, target);
    List<TarCurve> curves = new ArrayList<>();
    for (Path file : listed()) {
      double[] found = ScoresFile.read(file);
      if (found.length != pairs.size()) {
        throw DataException.of(
            "%s holds %d scores, expected the %d pairs of %s.",
            file, found.length, pairs.size(), target);
      }
      curves.add(TarCurve.of(file.toString(), found, pairs.same()));
    }
    Path folder = IjbOutput.folder(resultDir(Path.of("")), job);
    new IjbOutput(target, Json.of("target", target.name()), curves, List.of())
        .write(folder, spec.commandLine().getOut());
  }

  /// The files themselves, and those that text files name, relative to the text file.
  private List<Path> listed() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path file : scores) {
      if (!file.toString().endsWith(".txt")) {
        files.add(file);
        continue;
      }
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank()) {
          files.add(file.resolveSibling(line.strip()));
        }
      }
    }
    return files;
  }

  private Path resultDir(Path fallback) {
    return resultDir.toString().isEmpty() ? fallback : resultDir;
  }

  private static ProgressBar bar(String task, long total, String unit) {
    return new ProgressBar(Terminal.system(), task, total, unit);
  }

  private static void positive(String option, int value) {
    if (value < 1) {
      throw new ConfigException("%s: expected 1 or more, got %d".formatted(option, value));
    }
  }
}
