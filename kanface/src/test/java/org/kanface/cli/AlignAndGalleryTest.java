package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.config.TrainConfig;
import org.kanface.data.align.Landmarks;
import org.kanface.data.align.Point;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.data.weights.LegacyTorch;
import org.kanface.gallery.Gallery;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.StateDict;
import org.kanface.nn.backbone.mtcnn.ONet;
import org.kanface.nn.backbone.mtcnn.PNet;
import org.kanface.nn.backbone.mtcnn.RNet;
import org.kanface.tensor.Device;
import org.kanface.tensor.LeakCheck;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;

/// `kanface align` and `kanface gallery` with known landmarks and an untrained network.
class AlignAndGalleryTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... args) {
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
  }

  @BeforeEach
  void writePhotographs() throws IOException {
    Files.createDirectories(folder.resolve("in/b"));
    var faces = new SyntheticFaces(9, 0.5f, 112);
    var lines = new StringBuilder();
    for (String name : List.of("a.png", "b/c.jpg", "d.ppm.png")) {
      RgbImage face = faces.render(name.length(), 0);
      var photograph = RgbImage.black(160, 150);
      for (int y = 0; y < 112; y++) {
        System.arraycopy(
            face.pixels(), y * 336, photograph.pixels(), ((y + 20) * 160 + 30) * 3, 336);
      }
      byte[] bytes =
          name.endsWith("jpg")
              ? ImageCodec.encodeJpeg(photograph, 0.95f)
              : ImageCodec.encodePng(photograph);
      Files.write(folder.resolve("in").resolve(name), bytes);
      lines.append(name);
      for (Point p : Landmarks.TEMPLATE.points()) {
        lines.append('\t').append(p.x() + 30).append('\t').append(p.y() + 20);
      }
      lines.append('\n');
    }
    Files.writeString(folder.resolve("landmarks.txt"), lines.toString());
  }

  private int align(Object... more) {
    Object[] args = new Object[4 + more.length];
    args[0] = "align";
    args[1] = folder.resolve("in");
    args[2] = folder.resolve("out");
    args[3] = "--landmarks=" + folder.resolve("landmarks.txt");
    System.arraycopy(more, 0, args, 4, more.length);
    return run(args);
  }

  @Test
  void facesComeOutWhereTheyWentIn() {
    assertThat(align()).as(err.toString()).isZero();

    assertThat(out.toString()).contains("3 of 3 images aligned, 0 skipped");
    RgbImage a = ImageCodec.decode(folder.resolve("out/a.png"));
    assertThat(a).isEqualTo(new SyntheticFaces(9, 0.5f, 112).render(5, 0));
    assertThat(ImageCodec.decode(folder.resolve("out/b/c.jpg")).width()).isEqualTo(112);
  }

  @Test
  void sizeAndContrastCanBeAskedFor() {
    assertThat(align("--size=64", "--clahe", "--clip=3")).as(err.toString()).isZero();
    assertThat(ImageCodec.decode(folder.resolve("out/a.png")).width()).isEqualTo(64);
  }

  @Test
  void imagesWithoutAFaceAreNamed() throws IOException {
    Files.write(folder.resolve("in/e.png"), ImageCodec.encodePng(RgbImage.black(9, 9)));
    Files.writeString(folder.resolve("in/f.jpg"), "no image");
    Files.writeString(
        folder.resolve("landmarks.txt"),
        Files.readString(folder.resolve("landmarks.txt"))
                .replaceAll("(?m)^d.ppm.png.*$", "d.ppm.png 1 1 1 1 1 1 1 1 1 1")
            + "f.jpg 1 2 3 4 5 6 7 8 9 10\n");

    assertThat(align()).as(err.toString()).isZero();

    assertThat(out.toString())
        .contains("d.ppm.png: its landmarks are one point")
        .contains("e.png: no landmarks listed")
        .contains("f.jpg is not an image")
        .contains("2 of 5 images aligned, 3 skipped");
  }

  @Test
  void wrongUseIsOneSentence() throws IOException {
    Path in = folder.resolve("in");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThat(run("align", in, folder.resolve("out"))).isEqualTo(2);
    assertThat(align("--detector=" + empty)).isEqualTo(2);
    assertThat(align("--size=0")).isEqualTo(2);
    assertThat(run("align", in, in, "--landmarks=x")).isEqualTo(2);
    assertThat(run("align", in, folder.resolve("out"), "--detector", empty)).isEqualTo(1);
    assertThat(run("align", empty, folder.resolve("out"), "--detector", empty)).isEqualTo(1);
    assertThat(run("gallery")).isEqualTo(2);
    assertThat(run("gallery", "match", "a.png", folder.resolve("none.json"))).isEqualTo(1);

    assertThat(err.toString().lines().toList())
        .hasSize(8)
        .allMatch(line -> line.startsWith("kanface: ") && !line.contains("Exception"));
    assertThat(err.toString())
        .contains("expected either --detector FOLDER or --landmarks FILE, found neither")
        .contains("found both")
        .contains("pnet.safetensors: no such file; a detector is a folder with")
        .contains("holds no images");
  }

  @Test
  void galleryKnowsItsOwnFaces() throws IOException {
    assertThat(align("--size=32")).isZero();
    Path faces = folder.resolve("out");
    Path file = folder.resolve("gallery.json");
    String model = "--model=" + model();
    Files.write(faces.resolve("wide.png"), ImageCodec.encodePng(RgbImage.black(8, 4)));

    try (var _ = LeakCheck.on(Device.cpu())) {
      assertThat(run("gallery", "build", faces, file, model)).as(err.toString()).isZero();
      assertThat(out.toString()).contains("3 faces in " + file + ", 1 images skipped");
      assertThat(Gallery.read(file).entries())
          .extracting(Gallery.Entry::name)
          .containsExactly("a", "b/c", "d.ppm");

      out.getBuffer().setLength(0);
      Path known = faces.resolve("b/c.jpg");
      assertThat(run("gallery", "match", known, file, model, "--top=2")).isZero();
      assertThat(out.toString().lines().toList()).hasSize(2);
      assertThat(out.toString()).startsWith("cosine 1.0000  one person  b/c");

      out.getBuffer().setLength(0);
      assertThat(run("gallery", "match", known, file, model, "--metric=euclidean")).isZero();
      assertThat(run("gallery", "match", known, file, model, "--threshold=2", "--clahe")).isZero();
      assertThat(out.toString()).startsWith("euclidean 0.0000  b/c").contains("two people");
    }
  }

  @Test
  void galleriesOfOtherModelsAreRefused() throws IOException {
    Path file = folder.resolve("gallery.json");
    Files.writeString(file, "[{\"name\": \"x\", \"embedding\": [1, 2]}]");

    assertThat(run("gallery", "match", folder.resolve("in/a.png"), file, "--model=" + model()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("embeddings of 2 numbers, the model makes 16");
    Files.writeString(file, "[]");
    assertThat(run("gallery", "match", folder.resolve("in/a.png"), file)).isEqualTo(1);
    assertThat(err.toString()).contains("holds no faces");
  }

  /// Networks that know nothing find nothing, but they are imported, loaded and asked.
  @Test
  void importedDetectorsAreTaken() throws IOException {
    Path detector = Files.createDirectory(folder.resolve("detector"));
    importPart(detector, "p.pt", PNet::new);
    importPart(detector, "r.pt", RNet::new);
    importPart(detector, "o.pt", ONet::new);
    assertThat(out.toString())
        .contains("MTCNN pnet: 13 tensors, 6,632 parameters, for --detector")
        .contains("written: " + detector.resolve("onet.safetensors"));
    assertThat(run("import", detector.resolve("p.pt"))).isEqualTo(1); // exists
    assertThat(run("align", folder.resolve("in"), folder.resolve("out"), "--detector", detector))
        .isEqualTo(1);
    Path photograph = folder.resolve("in/a.png");
    assertThat(run("embed", "--model=" + model(), "--detector", detector, photograph)).isEqualTo(1);

    assertThat(out.toString())
        .contains("a.png: no face found")
        .contains("0 of 3 images aligned, 3 skipped");
    assertThat(err.toString().lines().toList())
        .hasSize(3)
        .last()
        .isEqualTo("kanface: " + photograph + ": no face found");
    assertThat(err.toString())
        .contains("pnet.safetensors exists")
        .contains("None of the 3 images of");
  }

  private void importPart(Path detector, String name, Function<Init, Module> network)
      throws IOException {
    Path file = detector.resolve(name);
    try (Module module = network.apply(Init.of(Device.cpu(), 1))) {
      Files.write(file, LegacyTorch.write("", StateDict.of(module)));
    }
    assertThat(run("import", file)).as(err.toString()).isZero();
  }

  /// Writes a tiny network of 32 pixels and 16 numbers.
  private Path model() {
    TrainConfig config =
        TrainConfig.DEFAULTS.with(
            Map.of(
                "network",
                "KANFace",
                "image_size",
                32,
                "dims",
                List.of(8, 8, 12, 16),
                "grid_size",
                5,
                "embedding_size",
                16));
    Path file = folder.resolve("model.safetensors");
    try (var network = Networks.create(config.model(), Init.of(Device.cpu(), 1))) {
      ModelFile.save(file, network, config);
    }
    return file;
  }
}
