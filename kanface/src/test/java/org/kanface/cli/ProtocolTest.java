package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.report.MetricsLog;
import org.kanface.tensor.Json;

/// EfficientFR's protocol on a tiny network: parts of the data, judging, resuming.
class ProtocolTest {
  @TempDir Path folder;

  private final StringWriter err = new StringWriter();

  private int run(String name, String... more) {
    var words =
        new ArrayList<>(
            List.of(
                "train",
                "EfficientFR_arc_512_vggface2",
                "output=" + folder.resolve(name),
                "rec=synthetic",
                "network=KANFace",
                "identities=6",
                "images_per_identity=20",
                "batch_size=16",
                "num_epoch=3",
                "lr=4e-3",
                "image_size=32",
                "dims=8,8,12,16",
                "grid_size=5",
                "embedding_size=16",
                "difficulty=0.3",
                "checkpoint_epochs=2",
                "frequent=2",
                "tensorboard=false",
                "num_workers=1"));
    words.addAll(List.of(more));
    return Main.run(
        new PrintWriter(new StringWriter(), true),
        new PrintWriter(err, true),
        words.toArray(String[]::new));
  }

  private Path train(String name, String... more) {
    assertThat(run(name, more)).as(err.toString()).isZero();
    return folder.resolve(name);
  }

  private static Map<String, Object> result(Path run) throws Exception {
    return Json.object(Json.parse(Files.readString(run.resolve("result.json"))), "result");
  }

  private static List<String> files(Path folder) throws Exception {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void knownPeopleJudgeEveryEpochAndAResumedRunIsTheSame() throws Exception {
    Path whole = train("whole");

    Map<String, Object> result = result(whole);
    Map<String, Object> history = Json.object(result.get("history"), "history");
    assertThat(history.keySet())
        .containsExactly(
            "train_loss",
            "dev_loss",
            "train_acc",
            "dev_acc",
            "lr",
            "dev_acc_plain",
            "dev_f1_plain");
    history.forEach((name, values) -> assertThat(Json.array(values, name)).hasSize(3));
    List<Object> sets = Json.array(result.get("closed_set"), "closed_set");
    assertThat(Json.object(sets.get(0), "set"))
        .containsEntry("name", "validation")
        .containsEntry("images", 9L)
        .containsKeys("loss", "plain", "with_margin");
    assertThat(Json.object(sets.get(1), "set"))
        .containsEntry("name", "test")
        .containsEntry("images", 6L);
    // 105 images and 79 of them again are 12 batches, the last of 8
    assertThat(result).containsEntry("steps", 36L);
    assertThat(files(whole.resolve("checkpoints")))
        .containsExactly("step-000000024.safetensors", "step-000000036.safetensors");
    assertThat(MetricsLog.read(whole.resolve("metrics.jsonl")).stream().map(m -> m.get("kind")))
        .contains("epoch", "closed_set");
    assertThat(Files.readString(whole.resolve("report.html")))
        .contains("Known people", "Closed-set accuracy", "weighted F1");
    assertThat(Files.readString(whole.resolve("training.log")))
        .contains("Epoch 3/3", "split by IMAGE: {train=105, again=79, validation=9, test=6}");

    Path again = folder.resolve("again");
    Files.createDirectories(again.resolve("checkpoints"));
    String checkpoint = "checkpoints/step-000000024.safetensors";
    Files.copy(whole.resolve(checkpoint), again.resolve(checkpoint));
    train("again", "resume=true");

    assertThat(result(again)).containsEntry("history", history).containsEntry("closed_set", sets);
    assertThat(
            Arrays.equals(
                weights(again.resolve("model.safetensors")),
                weights(whole.resolve("model.safetensors"))))
        .isTrue();

    // other data under the same run: what it was trained on could become a test
    assertThat(run("again", "resume=true", "num_epoch=4", "split_seed=7")).isEqualTo(1);
    assertThat(err.toString()).contains("train.txt lists other images").hasLineCount(1);
  }

  /// The weights without the header, which names the run's folder and whether it was resumed.
  private static byte[] weights(Path model) throws Exception {
    byte[] all = Files.readAllBytes(model);
    long header = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return Arrays.copyOfRange(all, Math.toIntExact(Long.BYTES + header), all.length);
  }

  @Test
  void strangersVerifyWhereIdentitiesAreSplit() throws Exception {
    Path run =
        train(
            "strangers",
            "split=identity",
            "identities=34",
            "images_per_identity=8",
            "num_epoch=1",
            "augmented_copy=0",
            "held_out_pairs=40");

    Map<String, Object> result = result(run);
    List<Object> sets = Json.array(result.get("sets"), "sets");
    assertThat(sets).hasSize(2);
    assertThat(Json.object(sets.get(0), "set"))
        .containsEntry("name", "validation")
        .containsEntry("pairs", 40L);
    assertThat(Json.object(sets.get(1), "set"))
        .containsEntry("name", "test")
        .containsEntry("pairs", 40L);
    assertThat(result).doesNotContainKey("closed_set");
    // of 34 people 5 are held back
    assertThat(Files.readString(run.resolve("training.log"))).contains("images of 29 identities");
    assertThat(
            MetricsLog.read(run.resolve("metrics.jsonl")).stream()
                .filter(m -> "test".equals(m.get("name"))))
        .hasSize(1);
  }

  @Test
  void aLastBatchOfOneImageIsRefused() {
    assertThat(run("one", "augmented_copy=0", "batch_size=8")).isEqualTo(1);
    assertThat(err.toString()).contains("drop_last: the last of 105 images").hasLineCount(1);
  }
}
