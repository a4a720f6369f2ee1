package org.kanface.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.config.TrainConfig;
import org.kanface.data.FaceDataset;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;

class RunManifestTest {
  private static final TrainConfig CONFIG =
      TrainConfig.DEFAULTS.with(
          Map.of("identities", 4, "images_per_identity", 3, "image_size", 32, "batch_size", 2));

  @TempDir Path folder;

  private Map<String, Object> start(long step) throws IOException {
    try (FaceDataset data = DataSources.training(CONFIG)) {
      RunManifest.write(
          folder,
          CONFIG,
          data,
          Map.of("train", data.size()),
          CONFIG.steps(data.size(), 1),
          RunManifest.start(step, Device.cpu()));
    }
    return Json.object(Json.parse(Files.readString(folder.resolve("manifest.json"))), "manifest");
  }

  private static List<Object> starts(Map<String, Object> manifest) {
    return Json.array(manifest.get("starts"), "starts");
  }

  @Test
  void saysWhatTheRunIsMadeOf() throws IOException {
    Map<String, Object> manifest = start(0);

    assertThat(Json.object(manifest.get("config"), "config"))
        .containsEntry("batch_size", 2L)
        .containsEntry("network", "KANFace");
    assertThat(Json.object(manifest.get("data"), "data"))
        .containsEntry("images", 12L)
        .containsEntry("identities", 4L)
        .containsKeys("fingerprint", "parts");
    assertThat(Json.object(manifest.get("steps"), "steps")).containsEntry("epoch", 6L);
    assertThat(Json.object(starts(manifest).getFirst(), "start"))
        .containsKeys("time", "commit", "java", "flags", "libraries", "processor", "device");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void aResumedRunAddsAStartAndANewOneBeginsTheList() throws IOException {
    start(0);
    assertThat(starts(start(5))).hasSize(2);
    assertThat(starts(start(9))).hasSize(3);
    assertThat(starts(start(0))).hasSize(1);
    Files.writeString(folder.resolve("manifest.json"), "damaged");
    assertThat(starts(start(5))).hasSize(1);
  }
}
