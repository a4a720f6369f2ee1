package org.kanface.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.kanface.data.DataException;
import org.kanface.data.ImageFolder;
import org.kanface.data.OutputFolder;
import org.kanface.data.align.FaceAligner;
import org.kanface.data.align.LandmarkFile;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.report.ProgressBar;
import org.kanface.report.Terminal;
import org.kanface.tensor.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface align`: photographs to aligned faces.
@Command(
    name = "align",
    description =
        "Cuts the main face out of every photograph of a folder, turned and scaled so that eyes,"
            + " nose and mouth lie where networks expect them. Names stay; what is no JPEG becomes"
            + " PNG.",
    mixinStandardHelpOptions = true)
final class AlignCommand implements Runnable {
  private static final float QUALITY = 0.95f; // of JPEG

  @Parameters(index = "0", paramLabel = "IN", description = "Folder of photographs.")
  private Path from = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "Folder to write to.")
  private Path to = Path.of("");

  @Mixin private FaceOptions faces = new FaceOptions();

  @Option(
      names = "--landmarks",
      paramLabel = "FILE",
      description =
          "Five points an image instead of --detector: name below IN, then x y of left eye, right"
              + " eye, nose, left and right corner of the mouth.")
  private Path landmarks = Path.of("");

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Side of the faces. Default: ${DEFAULT-VALUE}.")
  private int side = FaceAligner.TEMPLATE_SIDE;

  @Option(
      names = "--device",
      description = "auto, cpu, reference, cuda. Default: ${DEFAULT-VALUE}.")
  private String device = "auto";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    boolean listed = !landmarks.toString().isEmpty();
    if (listed == faces.detects()) {
      throw new ParameterException(
          spec.commandLine(),
          "expected either --detector FOLDER or --landmarks FILE, found "
              + (listed ? "both" : "neither"));
    }
    if (side <= 0) {
      throw new ParameterException(spec.commandLine(), "--size: expected 1 or more, got " + side);
    }
    List<String> images = ImageFolder.images(from);
    if (Files.isDirectory(to) && isSame(from, to)) {
      throw new ParameterException(spec.commandLine(), "IN and OUT are both " + from);
    }
    try (FaceSource source = open(listed)) {
      OutputFolder.create(to);
      run(images, source);
    }
  }

  private FaceSource open(boolean listed) {
    return listed
        ? FaceSource.listed(from, LandmarkFile.read(landmarks), side).enhanced(faces.clip())
        : faces.open(Device.of(device), side);
  }

  private void run(List<String> images, FaceSource source) {
    var skipped = new ArrayList<String>();
    try (var bar = new ProgressBar(Terminal.system(), "align", images.size(), "images")) {
      for (int i = 0; i < images.size(); i++) {
        try {
          write(source.face(from.resolve(images.get(i))), images.get(i));
        } catch (NoFaceException | DataException e) {
          skipped.add(e.getMessage());
        }
        bar.update(i + 1);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    skipped.forEach(reason -> out.println("skipped: " + reason));
    out.printf(
        "%d of %d images aligned, %d skipped; faces in %s%n",
        images.size() - skipped.size(), images.size(), skipped.size(), to);
    if (skipped.size() == images.size()) {
      throw DataException.of("None of the %d images of %s could be aligned.", images.size(), from);
    }
  }

  private void write(RgbImage face, String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean jpeg = lower.endsWith(".jpg") || lower.endsWith(".jpeg");
    Path file = to.resolve(jpeg || lower.endsWith(".png") ? name : name + ".png");
    byte[] bytes = jpeg ? ImageCodec.encodeJpeg(face, QUALITY) : ImageCodec.encodePng(face);
    try {
      Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSame(Path a, Path b) {
    try {
      return Files.isSameFile(a, b);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
