package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.nn.SafeTensors;
import org.kanface.onnx.OnnxModel;
import org.kanface.report.MetricsLog;
import org.kanface.tensor.Json;

/// One tiny network from `kanface train` to `kanface compare`.
class TrainAndUseTest {
  @TempDir static Path folder;
  private static Path run;
  private static Path faceA;
  private static Path faceB;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private static String[] training(String command, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                command,
                "demo",
                "output=" + run,
                "identities=4",
                "images_per_identity=4",
                "batch_size=8",
                "warmup_epoch=0",
                "image_size=32",
                "dims=8,8,12,16",
                "grid_size=5",
                "embedding_size=16",
                "val_pairs=20",
                "frequent=1",
                "num_workers=1"));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  @BeforeAll
  static void train() throws Exception {
    run = folder.resolve("run");
    TrainAndUseTest test = new TrainAndUseTest();
    assertThat(test.run(training("train", "num_epoch=2"))).as(test.err.toString()).isZero();
    SyntheticFaces faces = new SyntheticFaces(9, 1, 32);
    faceA = write("a.png", faces.render(1, 0));
    faceB = write("b.jpg", faces.render(2, 0));
  }

  private static Path write(String name, RgbImage image) throws Exception {
    byte[] bytes =
        name.endsWith("png") ? ImageCodec.encodePng(image) : ImageCodec.encodeJpeg(image, 0.9f);
    return Files.write(folder.resolve(name), bytes);
  }

  private static String model() {
    return "--model=" + run.resolve("model.safetensors");
  }

  @Test
  void runsFolderHoldsEverything() throws Exception {
    assertThat(run)
        .isDirectoryContaining("glob:**/config.yaml")
        .isDirectoryContaining("glob:**/training.log")
        .isDirectoryContaining("glob:**/model.safetensors")
        .isDirectoryContaining("glob:**/report.html")
        .isDirectoryContaining("glob:**/manifest.json")
        .isDirectoryContaining("glob:**/tensorboard")
        .isDirectoryContaining("glob:**/checkpoints");
    Map<String, Object> result =
        Json.object(Json.parse(Files.readString(run.resolve("result.json"))), "result");
    assertThat(result).containsEntry("seed", 42L).containsKeys("steps", "device", "peak_rss_mb");
    assertThat(Json.array(result.get("sets"), "sets")).hasSize(1);
    assertThat(MetricsLog.read(run.resolve("metrics.jsonl"))).isNotEmpty();
    assertThat(Files.readString(run.resolve("report.html"))).contains("Learned edge functions");
  }

  @Test
  void secondRunInTheSameFolderIsRefused() {
    assertThat(run(training("train", "num_epoch=2"))).isEqualTo(1);
    assertThat(err.toString()).contains("already holds a run").hasLineCount(1);
  }

  @Test
  void testNamesTheSetsThatAreAbsent() throws Exception {
    assertThat(run("test", model(), "val_targets=lfw,synthetic")).as(err.toString()).isZero();
    assertThat(Files.readString(run.resolve("testing/testing.log")))
        .contains("Starting verification with KANFace ...", "not verified: lfw", "TAR@FAR 1e-3")
        .contains("Accuracy-Flip: ");
    assertThat(run.resolve("testing/result.json")).content().contains("\"absent\": [\"lfw\"]");
    assertThat(run("test", run.resolve("config.yaml").toString())).as(err.toString()).isZero();
    assertThat(run.resolve("testing/result.json")).content().contains("\"absent\": []");
    assertThat(run("test", model(), "val_targets=lfw", "val_rec=nowhere")).isEqualTo(1);
    assertThat(err.toString()).contains("nothing to verify: none of lfw is in nowhere");
  }

  @Test
  void embeddingsAreUnitVectorsInJson() {
    assertThat(run("embed", model(), faceA.toString(), faceB.toString())).isZero();

    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(2);
    double squares = 0;
    for (Object v :
        Json.array(Json.object(Json.parse(lines.getFirst()), "line").get("embedding"), "e")) {
      squares += Math.pow(Json.number(v, "v"), 2);
    }
    assertThat(squares).isCloseTo(1, within(1e-4));
  }

  @Test
  void comparesTwoFaces() {
    assertThat(run("compare", model(), faceA.toString(), faceA.toString())).isZero();
    assertThat(out.toString())
        .startsWith("similarity 1.0000, squared distance 0.0000")
        .contains("one person (threshold");
    assertThat(run("compare", model(), faceA.toString(), faceB.toString(), "--threshold=0"))
        .isZero();
    assertThat(out.toString()).contains("two people (threshold 0.0000)");
  }

  @Test
  void comparesByAnyMetric() {
    String a = faceA.toString();
    assertThat(run("compare", model(), a, a, "--metric=cosine")).isZero();
    assertThat(out.toString()).contains("cosine 1.0000: one person (threshold 0.5000)");
    assertThat(run("compare", model(), a, faceB.toString(), "--metric=euclidean")).isZero();
    assertThat(out.toString().lines().toList().getLast()).matches("distance \\d\\.\\d{4}");
    out.getBuffer().setLength(0);
    assertThat(run("compare", model(), a, a, "--metric=euclidean", "--threshold=0")).isZero();
    assertThat(out.toString()).contains("distance 0.0000: one person (threshold 0.0000)");
  }

  /// Two people of two images each, every one of a person the same but for its name.
  @Test
  void learnsAThresholdFromPairs() throws Exception {
    Path faces = folder.resolve("learn");
    for (Path face : List.of(faceA, faceB)) {
      String name = face == faceA ? "a" : "b";
      Files.createDirectories(faces.resolve(name));
      for (int i = 1; i <= 2; i++) {
        Files.copy(face, faces.resolve(name).resolve("%s_000%d.jpg".formatted(name, i)));
      }
    }
    String pairs =
        Files.writeString(
                faces.resolve("pairs.txt"), "2\na\t1\t2\nb\t1\t2\na\t1\tb\t1\na\t2\tb\t2\n")
            .toString();
    for (String metric : List.of("cosine", "euclidean")) {
      out.getBuffer().setLength(0);
      int status =
          run(
              "compare",
              model(),
              faceA.toString(),
              faceB.toString(),
              "--learn=" + pairs,
              "--metric=" + metric);
      assertThat(status).as(err.toString()).isZero();
      assertThat(out.toString())
          .contains("learned on 4 pairs, of which it decides 100.00 % rightly")
          .contains(": two people (threshold ");
    }
    assertThat(run("compare", model(), "a", "b", "--learn=none.txt", "--threshold=1")).isEqualTo(1);
  }

  @Test
  void checkpointsAreExportedUnderPyTorchsNames() throws Exception {
    Path checkpoint;
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      checkpoint = files.sorted().toList().getLast();
    }
    Path exported = folder.resolve("state.safetensors");
    assertThat(run("export", checkpoint.toString(), exported.toString()))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("tensors of the network under \"model.\", 1 of the head");
    try (SafeTensors from = SafeTensors.open(checkpoint);
        SafeTensors to = SafeTensors.open(exported)) {
      assertThat(to.entry("head.weight").toDoubles())
          .isEqualTo(from.entry("head.weight").toDoubles());
      assertThat(to.entry("model.head.coef").shape())
          .isEqualTo(from.entry("backbone.head.coef").shape());
      assertThat(to.entries().keySet()).allMatch(k -> k.matches("(model|head)[.].*"));
    }
  }

  @Test
  void exportedNetworkVerifiesLikeTheOriginal() throws Exception {
    assumeTrue(OnnxModel.isSupported(), "ONNX Runtime is not on the class path");
    Path exported = folder.resolve("exported").resolve("model.onnx");
    String original = run.resolve("model.safetensors").toString();

    assertThat(run("export", original, exported.toString())).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("images [batch, 3, 32, 32] → embeddings [batch, 16]", "agrees on 3 images");
    assertThat(run("export", original, exported.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("model.onnx exists already; --force replaces it");
    assertThat(run("export", original, exported.toString(), "--force")).isZero();

    String options = "--model=" + exported;
    assertThat(run("test", "--runtime=onnx", options, "val_targets=synthetic"))
        .as(err.toString())
        .isZero();
    assertThat(run("test", model(), "val_targets=synthetic")).isZero();
    assertThat(accuracy(exported)).isCloseTo(accuracy(run.resolve("any")), within(1e-9));
  }

  /// Of the last `kanface test` beside `model`.
  private static double accuracy(Path model) throws Exception {
    String text = Files.readString(model.resolveSibling("testing").resolve("result.json"));
    Map<String, Object> result = Json.object(Json.parse(text), "result");
    Object set = Json.array(result.get("sets"), "sets").getFirst();
    return Json.number(Json.object(set, "set").get("accuracy"), "accuracy");
  }

  @Test
  void badOnnxFilesAreOneSentence() throws Exception {
    assumeTrue(OnnxModel.isSupported(), "ONNX Runtime is not on the class path");
    Path text = Files.writeString(folder.resolve("text.onnx"), "not a network");

    assertThat(run("export", "nothing.safetensors", "out.onnx")).isEqualTo(1);
    assertThat(run("export", run.resolve("model.safetensors").toString(), "out.pt")).isEqualTo(1);
    assertThat(run("test", "--model=" + text)).isEqualTo(2);
    assertThat(run("test", "--runtime=onnx", model())).isEqualTo(2);
    assertThat(run("test", "--runtime=tensorrt", model())).isEqualTo(2);
    assertThat(run("test", "--runtime=onnx", "--model=nothing.onnx")).isEqualTo(1);
    assertThat(run("test", "--runtime=onnx", "--model=" + text)).isEqualTo(1);

    List<String> lines = err.toString().lines().toList();
    assertThat(lines).hasSize(7).noneMatch(line -> line.contains("Exception"));
    assertThat(lines.get(1))
        .isEqualTo("kanface: out.pt: expected a name that ends in .onnx or .safetensors");
    assertThat(lines.get(2)).contains("text.onnx is an ONNX file: it needs --runtime onnx");
  }

  @Test
  void badImagesAndModelsAreOneSentence() throws Exception {
    Path wide = write("wide.png", RgbImage.black(40, 32));
    Path text = Files.writeString(folder.resolve("text.jpg"), "not an image");

    assertThat(run("embed", model(), wide.toString())).isEqualTo(1);
    assertThat(run("embed", model(), text.toString())).isEqualTo(1);
    assertThat(run("embed", model(), "nothing.jpg")).isEqualTo(1);
    assertThat(run("embed", "--model=nothing.safetensors", faceA.toString())).isEqualTo(1);
    assertThat(run("embed", "--model=" + text, faceA.toString())).isEqualTo(1);
    assertThat(run("embed", model(), faceA.toString(), "--device=tpu")).isEqualTo(1);

    assertThat(err.toString().lines().toList())
        .hasSize(6)
        .allMatch(line -> line.startsWith("kanface: ") && !line.contains("Exception"))
        .first()
        .asString()
        .contains("expected a square image of an aligned face, got 40 x 32 pixels");
  }
}
