package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.config.TrainConfig;
import org.kanface.data.FaceDataset;
import org.kanface.data.SharedData;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.data.weights.Fixture;
import org.kanface.data.weights.LegacyTorch;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.SafeTensors;
import org.kanface.nn.StateDict;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.tensor.Shape;
import org.kanface.train.FaceEmbedder;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;

class ImportCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... args) {
    String[] words = List.of(args).stream().map(Object::toString).toArray(String[]::new);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
  }

  private static final TrainConfig TINY =
      TrainConfig.DEFAULTS.with(
          Map.of(
              "image_size", 32,
              "dims", List.of(8, 8, 12, 16),
              "grid_size", 5,
              "embedding_size", 16,
              "mean", List.of(0.4, 0.5, 0.6)));

  /// A small network from a checkpoint of another program to an embedding, bit for bit.
  @Test
  void importedNetworkEmbedsAsTheOriginal() throws IOException {
    Path face = folder.resolve("face.png");
    Files.write(face, ImageCodec.encodePng(new SyntheticFaces(1, 1, 32).render(0, 0)));
    Path checkpoint = folder.resolve("tiny.pt");
    float[] expected;
    try (Module network = Networks.create(TINY.model(), Init.of(Device.cpu(), 5))) {
      Files.write(checkpoint, LegacyTorch.write("module.", StateDict.of(network)));
      expected =
          new ModelFile.Loaded(TINY, network, Device.cpu())
              .embedder(false)
              .embed(ImageCodec.decode(face));
    }
    assertThat(run("import", checkpoint, "image_size=32", "mean=0.4,0.5,0.6"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString())
        .startsWith("KANFace: 258 tensors, ")
        .contains("input: RGB, 32 x 32 pixels, mean [0.4, 0.5, 0.6], std [0.5, 0.5, 0.5]")
        .contains("keys without \"module.\"");
    out.getBuffer().setLength(0);

    Path model = folder.resolve("tiny.safetensors");
    assertThat(run("embed", "--no-mirror", "--device", "cpu", "--model", model, face)).isZero();
    var line = Json.object(Json.parse(out.toString().strip()), "a line");
    float[] found = new float[16];
    List<Object> values = Json.array(Json.member(line, "embedding", "a line"), "a line");
    for (int i = 0; i < found.length; i++) {
      found[i] = (float) Json.number(values.get(i), "a value");
    }
    assertThat(found).isEqualTo(expected);
    try (SafeTensors file = SafeTensors.open(model)) {
      assertThat(file.metadata().get("kanface.preprocessing"))
          .isEqualTo(
              "{\"size\":32,\"channels\":\"RGB\",\"mean\":[0.4,0.5,0.6],\"std\":[0.5,0.5,0.5]}");
    }
    assertThat(run("embed", "--device", "cpu", "--model", model, face)).isZero();

    assertThat(run("import", checkpoint)).isEqualTo(1);
    assertThat(err.toString()).contains("tiny.safetensors exists; name another file with --output");
  }

  /// A checkpoint of AdaFace's trainer, in and out again; with blue first too.
  @Test
  void adaFacesHeadComesAlong() throws IOException {
    Path checkpoint = folder.resolve("ada.pt");
    var entries = new LinkedHashMap<String, SafeTensors.Entry>();
    float[] kernel = new float[32];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = i - 7;
    }
    try (Module network = Networks.create(TINY.model(), Init.of(Device.cpu(), 5))) {
      StateDict.of(network).forEach((key, e) -> entries.put("model." + key, e));
      entries.put("head.kernel", SafeTensors.Entry.of(Shape.of(16, 2), kernel));
      entries.put("head.t", SafeTensors.Entry.of(Shape.of(1), new float[1]));
      entries.put("head.batch_mean", SafeTensors.Entry.of(Shape.of(1), new float[] {22.5f}));
      entries.put("head.batch_std", SafeTensors.Entry.of(Shape.of(1), new float[] {91.25f}));
      Files.write(checkpoint, LegacyTorch.write("", entries));
    }
    Path model = folder.resolve("ada.safetensors");
    assertThat(run("import", checkpoint, "image_size=32")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("head: AdaFace's, 2 classes; where its own trainer fed");
    ModelFile.load(model, Device.cpu()).close();

    Path back = folder.resolve("back.safetensors");
    assertThat(run("export", model, back)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("258 tensors of the network under \"model.\", 4 of the head");
    try (SafeTensors file = SafeTensors.open(back)) {
      assertThat(file.entries().keySet()).isEqualTo(entries.keySet());
      entries.forEach(
          (key, e) -> {
            assertThat(file.entry(key).shape()).isEqualTo(e.shape());
            assertThat(file.entry(key).toDoubles()).isEqualTo(e.toDoubles());
          });
    }

    Path turned = folder.resolve("bgr.safetensors");
    assertThat(run("import", checkpoint, "image_size=32", "--bgr", "--output", turned)).isZero();
    RgbImage face = new SyntheticFaces(1, 1, 32).render(0, 0);
    RgbImage blueFirst = RgbImage.black(32, 32);
    for (int i = 0; i < face.pixels().length; i++) {
      blueFirst.pixels()[i] = face.pixels()[i + 2 - 2 * (i % 3)];
    }
    try (ModelFile.Loaded plain = ModelFile.load(model, Device.cpu());
        ModelFile.Loaded other = ModelFile.load(turned, Device.cpu())) {
      assertThat(other.embedder(false).embed(face))
          .containsExactly(plain.embedder(false).embed(blueFirst), within(1e-5f));
    }

    entries.remove("head.batch_std");
    Files.write(checkpoint, LegacyTorch.write("", entries));
    assertThat(run("import", checkpoint, "image_size=32", "--force")).isEqualTo(1);
    assertThat(err.toString())
        .contains("\"head.batch_std\" is missing, expected one number of AdaFace's head");
  }

  @Test
  void whatCannotBeImportedIsOneSentence() throws IOException {
    Path file = folder.resolve("a.pt");
    Files.write(file, Fixture.bytes("types.zip.pt"));
    assertThat(run("import", file)).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("kanface: " + file + ": no network is known by such tensors (f32 [2, 3], f64");
    assertThat(run("import", file, "network=MobileFaceNet")).isEqualTo(1);
    assertThat(err.toString()).contains("a.pt does not fit MobileFaceNet: 256 tensors are missing");
    assertThat(run("import", folder.resolve("none.pt"))).isEqualTo(1);
    assertThat(err.toString()).contains("none.pt does not exist.");
    assertThat(err.toString()).doesNotContain("internal error");
    assertThat(folder.resolve("a.safetensors")).doesNotExist();
  }

  /// The values that PyTorch gives for one photograph.
  @Test
  void trainedMobileFaceNetEmbedsAsInPyTorch() {
    Path weights = Fixture.trained("mobilefacenet.pt");
    Path face = SharedData.folder("lfw").resolve("AJ_Lamas/AJ_Lamas_0001.jpg");
    Path model = folder.resolve("mobile.safetensors");
    assertThat(run("import", weights, "--output", model)).as(err.toString()).isZero();
    try (ModelFile.Loaded loaded = ModelFile.load(model, Device.cpu())) {
      FaceEmbedder.Embeddings all =
          loaded.embedder(false).embed(new OneFace(ImageCodec.decode(face)), 1, 1);
      assertThat(all.mirrored()).isSameAs(all.plain());
      float[] first = {-3.690034f, 0.590193f, -0.851144f, -1.151631f, 0.749540f, -1.647362f};
      double squares = 0;
      for (int i = 0; i < 128; i++) {
        squares += (double) all.plain()[i] * all.plain()[i];
        if (i < first.length) {
          assertThat(all.plain()[i]).isCloseTo(first[i], within(1e-4f));
        }
      }
      assertThat(Math.sqrt(squares)).isCloseTo(17.21240, within(1e-4));
    }
  }

  private record OneFace(RgbImage face) implements FaceDataset {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public String name(int index) {
      return "face";
    }

    @Override
    public RgbImage image(int index) {
      return face;
    }

    @Override
    public int classes() {
      return 1;
    }

    @Override
    public int label(int index) {
      return 0;
    }
  }
}
