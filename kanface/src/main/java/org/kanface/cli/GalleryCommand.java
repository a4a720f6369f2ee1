package org.kanface.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kanface.data.DataException;
import org.kanface.data.ImageFolder;
import org.kanface.gallery.Embedding;
import org.kanface.gallery.Gallery;
import org.kanface.report.ProgressBar;
import org.kanface.report.Terminal;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface gallery`: files of known faces.
@Command(
    name = "gallery",
    description = "Makes files of known faces, and finds whom a new face resembles.",
    subcommands = {GalleryCommand.Build.class, GalleryCommand.Match.class},
    mixinStandardHelpOptions = true)
final class GalleryCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "expected gallery build or gallery match; see --help");
  }

  @Command(
      name = "build",
      description =
          "Embeds every image of a folder and writes them as JSON: [{\"name\": …, \"embedding\":"
              + " […], \"timestamp\": …}, …]. An embedding is the network's output for the image.",
      mixinStandardHelpOptions = true)
  static final class Build implements Runnable {
    @Parameters(index = "0", paramLabel = "FOLDER", description = "Images, one face each.")
    private Path folder = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT.json", description = "The gallery to write.")
    private Path to = Path.of("");

    @Mixin private ModelOption model = new ModelOption();
    @Mixin private FaceOptions faces = new FaceOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      List<String> images = ImageFolder.images(folder);
      var entries = new ArrayList<Gallery.Entry>();
      var skipped = new ArrayList<String>();
      try (ModelFile.Loaded loaded = model.load(faces.detects());
          FaceSource source = faces.open(loaded);
          var bar = new ProgressBar(Terminal.system(), "gallery", images.size(), "images")) {
        FaceEmbedder embedder = loaded.embedder(false);
        for (int i = 0; i < images.size(); i++) {
          try {
            float[] face = embedder.output(source.face(folder.resolve(images.get(i))));
            entries.add(Gallery.Entry.now(withoutExtension(images.get(i)), Embedding.of(face)));
          } catch (NoFaceException | DataException e) {
            skipped.add(e.getMessage());
          }
          bar.update(i + 1);
        }
      }
      PrintWriter out = spec.commandLine().getOut();
      skipped.forEach(reason -> out.println("skipped: " + reason));
      if (entries.isEmpty()) {
        throw DataException.of("None of the %d images of %s shows a face.", images.size(), folder);
      }
      new Gallery(entries).write(to);
      out.printf("%d faces in %s, %d images skipped%n", entries.size(), to, skipped.size());
    }

    private static String withoutExtension(String name) {
      return name.substring(0, name.lastIndexOf('.'));
    }
  }

  @Command(
      name = "match",
      description = "Lists the faces of a gallery that an image resembles most, the best first.",
      mixinStandardHelpOptions = true)
  static final class Match implements Runnable {
    @Parameters(index = "0", paramLabel = "IMAGE")
    private Path image = Path.of("");

    @Parameters(index = "1", paramLabel = "GALLERY.json")
    private Path file = Path.of("");

    @Mixin private ModelOption model = new ModelOption();
    @Mixin private FaceOptions faces = new FaceOptions();

    @Mixin private DecisionOptions decision = new DecisionOptions();

    @Option(
        names = "--top",
        paramLabel = "N",
        description = "How many faces to list. Default: ${DEFAULT-VALUE}.")
    private int top = 5;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      if (top < 1) {
        throw new ParameterException(spec.commandLine(), "--top: expected 1 or more, got " + top);
      }
      Gallery gallery = Gallery.read(file);
      if (gallery.entries().isEmpty()) {
        throw DataException.of("%s holds no faces.", file);
      }
      try (ModelFile.Loaded loaded = model.load(faces.detects());
          FaceSource source = faces.open(loaded)) {
        checkSize(gallery, loaded);
        FaceEmbedder embedder = loaded.embedder(false);
        PrintWriter out = spec.commandLine().getOut();
        Embedding face = Embedding.of(embedder.output(source.face(image)));
        DecisionOptions.Decision by =
            decision.decision(source, f -> Embedding.of(embedder.output(f)), out);
        for (Gallery.Match match : gallery.best(face, by.metric(), top)) {
          out.println(line(match, by));
        }
      }
    }

    private void checkSize(Gallery gallery, ModelFile.Loaded loaded) {
      int known = gallery.entries().getFirst().embedding().size();
      int own = loaded.config().model().embeddingSize();
      if (known != own) {
        throw DataException.of(
            "%s holds embeddings of %d numbers, the model makes %d: it is of another model.",
            file, known, own);
      }
    }

    private static String line(Gallery.Match match, DecisionOptions.Decision by) {
      String verdict = by.verdict(match.value());
      return String.format(
          Locale.ROOT,
          "%s %.4f%s  %s",
          by.metric().name().toLowerCase(Locale.ROOT),
          match.value(),
          verdict.isEmpty() ? "" : "  " + verdict,
          match.entry().name());
    }
  }
}
