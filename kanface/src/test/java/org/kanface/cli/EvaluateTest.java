package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.config.TrainConfig;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.eval.ijb.IjbTarget;
import org.kanface.eval.ijb.MiniIjb;
import org.kanface.eval.ijb.ScoresFile;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;

/// `kanface ijb`, `identify` and `test` with an untrained network.
class EvaluateTest {
  @TempDir static Path folder;
  private static Path model;
  private static Path ijb;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @BeforeAll
  static void prepare() throws Exception {
    TrainConfig config =
        TrainConfig.DEFAULTS.with(
            Map.of(
                "image_size", 32,
                "dims", List.of(8, 8, 12, 16),
                "grid_size", 5,
                "embedding_size", 16));
    model = Files.createDirectories(folder.resolve("run")).resolve("model.safetensors");
    try (Module network = Networks.create(config.model(), Init.of(Device.cpu(), 7))) {
      ModelFile.save(model, network, config);
    }
    ijb = folder.resolve("ijb");
    MiniIjb.write(ijb, IjbTarget.IJBC, 4);
  }

  private static Map<String, Object> json(Path file) throws Exception {
    return Json.object(Json.parse(Files.readString(file)), file.toString());
  }

  @Test
  void ijbWritesScoresTableCurveAndResult() throws Exception {
    assertThat(run("ijb", "--model=" + model, "--root=" + ijb, "--target=ijbc", "--batch-size=5"))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains("IJBC: ", " 12 templates, 66 pairs; 0.00 GB beside the network")
        .contains("|  Methods  | 1e-06 | 1e-05 | 0.0001 | 0.001 |", "| ijbc-IJBC |")
        .contains("ijbc-IJBC, interpolated", "ijbc-IJBC, at most")
        .contains("| G1 + G2 | published |   4    |   8   |", "TPIR@0.01");
    Path results = folder.resolve("run/ijb");
    double[] scores = ScoresFile.read(results.resolve("ijbc.npy"));
    assertThat(scores).hasSize(66);
    Map<String, Object> result = json(results.resolve("result.json"));
    assertThat(result)
        .containsEntry("target", "IJBC")
        .containsEntry("templates", 12L)
        .containsEntry("flip", true)
        .containsEntry("norm_score", true)
        .containsEntry("detector_score", true);
    Map<String, Object> one =
        Json.object(Json.array(result.get("one_to_one"), "x").getFirst(), "x");
    assertThat(one).containsEntry("pairs", 66L).containsEntry("same", 12L);
    assertThat(Json.array(result.get("one_to_many"), "x")).hasSize(3);
    assertThat(Files.readString(results.resolve("ijbc.html"))).contains("ROC on IJBC", "<svg");

    Path scoresCopy = Files.copy(results.resolve("ijbc.npy"), folder.resolve("other.npy"));
    Path list = Files.writeString(folder.resolve("list.txt"), "other.npy\n\nrun/ijb/ijbc.npy\n");
    out.getBuffer().setLength(0);
    assertThat(
            run(
                "ijb",
                "--root=" + ijb,
                "--result-dir=" + folder,
                "--job=compared",
                "--scores",
                scoresCopy.toString(),
                list.toString()))
        .as(err.toString())
        .isZero();
    assertThat(out.toString().lines().filter(l -> l.matches(".*npy +\\|.*"))).hasSize(3);
    Map<String, Object> again = json(folder.resolve("compared/result.json"));
    assertThat(Json.object(Json.array(again.get("one_to_one"), "x").getFirst(), "x").get("tar"))
        .isEqualTo(one.get("tar"));
  }

  @Test
  void switchesChangeTheScores() throws Exception {
    double[][] scores = new double[4][];
    String[] switches = {"--norm-score", "--no-mirror", "--no-norm-score", "--no-detector-score"};
    for (int i = 0; i < switches.length; i++) {
      assertThat(run("ijb", "--model=" + model, "--root=" + ijb, "--job=s" + i, switches[i]))
          .as(err.toString())
          .isZero();
      scores[i] = ScoresFile.read(folder.resolve("run/s" + i + "/ijbc.npy"));
      assertThat(json(folder.resolve("run/s" + i + "/result.json")))
          .containsEntry("flip", i != 1)
          .containsEntry("norm_score", i != 2)
          .containsEntry("detector_score", i != 3);
    }
    assertThat(Arrays.stream(scores).map(Arrays::hashCode).distinct()).hasSize(4);
  }

  @Test
  void badInputIsOneSentence() throws Exception {
    Path few = folder.resolve("few.npy");
    ScoresFile.write(few, new double[3]);
    assertThat(run("ijb", "--model=" + model, "--root=nowhere")).isEqualTo(1);
    assertThat(run("ijb", "--model=" + model, "--root=" + ijb, "--target=IJBB")).isEqualTo(1);
    assertThat(run("ijb", "--root=" + ijb, "--scores", few.toString())).isEqualTo(1);
    assertThat(run("ijb", "--model=" + model, "--root=" + ijb, "--workers=0")).isEqualTo(2);
    assertThat(run("ijb", "--model=" + model)).isEqualTo(2);
    assertThat(run("identify", "--model=" + model, "--probes=" + ijb, "--distractors=no"))
        .isEqualTo(1);
    assertThat(err.toString().lines())
        .hasSize(6)
        .allMatch(line -> line.startsWith("kanface: ") && !line.contains("Exception"));
    assertThat(err.toString())
        .contains("nowhere: expected a folder with meta/ and loose_crop/")
        .contains("ijbb_face_tid_mid.txt does not exist")
        .contains("few.npy holds 3 scores, expected the 66 pairs of IJBC.")
        .contains("--workers: expected 1 or more, got 0");
  }

  @Test
  void identifyCountsDistractors() throws Exception {
    var faces = new SyntheticFaces(3, 1, 40);
    Path probes = folder.resolve("probes");
    Path strangers = Files.createDirectories(folder.resolve("strangers"));
    for (int person = 0; person < 3; person++) {
      Path own = Files.createDirectories(probes.resolve("p" + person));
      for (int i = 0; i < 2; i++) {
        Files.write(own.resolve(i + ".png"), ImageCodec.encodePng(faces.render(person, i)));
      }
    }
    for (int i = 0; i < 12; i++) {
      Files.write(strangers.resolve(i + ".png"), ImageCodec.encodePng(faces.render(50 + i, 0)));
    }

    assertThat(
            run(
                "identify",
                "--model=" + model,
                "--probes=" + probes,
                "--distractors=" + strangers,
                "--sizes=1,10,100",
                "--batch-size=5"))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains("| distractors | rank-1 % | rank-10 % |", "|      12     |");
    Map<String, Object> result = json(folder.resolve("run/identify/result.json"));
    assertThat(result).containsEntry("searches", 6L).containsEntry("people", 3L);
    assertThat(Json.array(result.get("points"), "points")).hasSize(3);
    assertThat(folder.resolve("run/identify/identify.html")).exists();
  }
}
