package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.nn.SafeTensors;

/// The trainers' details, each on a tiny network: loss scaling, sampled centres, milestones.
class TrainRecipesTest {
  @TempDir Path folder;

  private final StringWriter err = new StringWriter();

  private Path train(String name, String... more) {
    Path run = folder.resolve(name);
    var words =
        new ArrayList<>(
            List.of(
                "train",
                "demo",
                "output=" + run,
                "identities=8",
                "images_per_identity=4",
                "batch_size=8",
                "warmup_epoch=0",
                "num_epoch=2",
                "image_size=32",
                "dims=8,8,12,16",
                "grid_size=5",
                "embedding_size=16",
                "val_pairs=20",
                "frequent=1",
                "verify_at_epoch_end=false",
                "tensorboard=false",
                "num_workers=1"));
    words.addAll(List.of(more));
    var out = new PrintWriter(new StringWriter(), true);
    int status = Main.run(out, new PrintWriter(err, true), words.toArray(String[]::new));
    assertThat(status).as(err.toString()).isZero();
    return run;
  }

  private static Map<String, byte[]> weights(Path run) throws Exception {
    var out = new LinkedHashMap<String, byte[]>();
    try (SafeTensors file = SafeTensors.open(run.resolve("model.safetensors"))) {
      file.entries()
          .forEach((key, entry) -> out.put(key, entry.data().toArray(ValueLayout.JAVA_BYTE)));
    }
    return out;
  }

  private static void assertSame(Map<String, byte[]> a, Map<String, byte[]> b) {
    assertThat(a.keySet()).isEqualTo(b.keySet());
    a.forEach((key, bytes) -> assertThat(bytes).as(key).isEqualTo(b.get(key)));
  }

  /// A scale is a power of two: it leaves no trace in float32.
  @Test
  void scaledLossesTrainTheSameWeights() throws Exception {
    Path plain = train("plain");
    Path scaled = train("scaled", "fp16=true");

    assertSame(weights(scaled), weights(plain));
    assertThat(Files.readString(scaled.resolve("training.log")))
        .contains("Fp16 Grad Scale: 65536   ");
    assertThat(Files.readString(plain.resolve("training.log"))).doesNotContain("Grad Scale");
  }

  @Test
  void aResumedRunHasItsScaleAndItsSampledMomentsBack() throws Exception {
    String[] recipe = {
      "fp16=true",
      "sample_rate=0.5",
      "head_update=sampled",
      "optimizer=sgd",
      "lr=0.05",
      "lr_schedule=step",
      "lr_milestones=1,2",
      "num_epoch=3",
      "checkpoint_steps=2"
    };
    Path whole = train("whole", recipe);
    Path again = folder.resolve("again");
    Files.createDirectories(again.resolve("checkpoints"));
    Path checkpoint = Path.of("checkpoints", "step-000000008.safetensors");
    Files.copy(whole.resolve(checkpoint), again.resolve(checkpoint));
    var words = new ArrayList<>(List.of(recipe));
    words.add("resume=true");
    train("again", words.toArray(String[]::new));

    assertSame(weights(again), weights(whole));
    assertThat(Files.readString(whole.resolve("training.log")))
        .contains("LearningRate 0.050000", "LearningRate 0.005000", "LearningRate 0.000500");
  }

  @Test
  void adaFaceTrainsOnASampleOfTheCentres() throws Exception {
    Path run =
        train("ada", "loss=adaface", "sample_rate=0.5", "head_update=sampled", "decay_norm=false");

    assertThat(Files.readString(run.resolve("result.json"))).contains("\"steps\": 8");
  }
}
