package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two steps of the other networks and losses on generated faces, then their model files in use.
class TrainNetworksTest {
  @TempDir private Path folder;

  private static int run(StringWriter err, List<String> words) {
    var out = new PrintWriter(new StringWriter());
    return Main.run(out, new PrintWriter(err), words.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "network=r18 pooling=gap stem_kernel=3 optimizer=sgd lr_schedule=poly_square"
            + " activation_checkpointing=true dropout=0.1",
        "network=r18 pooling=gap loss=adaface",
        "network=EfficientFR loss=arcface margin_list=1,0.5,0 optimizer=adam lr_schedule=plateau",
        "network=EdgeFace dropout=0.2",
        "network=edgeface_xxs"
      })
  void trainsAndItsModelIsUsed(String keys) {
    var err = new StringWriter();
    Path run = folder.resolve("run");
    List<String> words =
        new ArrayList<>(
            List.of(
                "train",
                "demo",
                "output=" + run,
                "identities=4",
                "images_per_identity=2",
                "batch_size=4",
                "num_epoch=1",
                "warmup_epoch=0",
                "image_size=32",
                "embedding_size=16",
                "val_pairs=20",
                "num_workers=1"));
    words.addAll(List.of(keys.split(" +")));
    assertThat(run(err, words)).as(err.toString()).isZero();

    String model = "--model=" + run.resolve("model.safetensors");
    assertThat(run(err, List.of("test", model, "val_targets=synthetic")))
        .as(err.toString())
        .isZero();
    assertThat(run.resolve("testing/result.json")).isRegularFile();
  }
}
