package org.kanface.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.cli.Main;
import org.kanface.data.image.ImageCodec;
import org.kanface.tensor.Device;
import org.kanface.train.ModelFile;
import picocli.CommandLine;

/// A MobileFaceNet that was trained elsewhere, on a simulated GPU: PyTorch's embedding of one
/// photograph, and the CPU's of others with `-Dkanface.sim=full`.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class SimulatedPretrainedTest {
  private static final String MEASURED = "AJ_Lamas/AJ_Lamas_0001.jpg"; // with PyTorch
  private static final float[] FIRST = {
    -3.690034f, 0.590193f, -0.851144f, -1.151631f, 0.749540f, -1.647362f
  };
  private static final double NORM = 17.21240;
  private static final int OTHERS = 3;

  @Test
  void embeddingsArePyTorchs(@TempDir Path folder) throws IOException {
    Path shared = Path.of(System.getProperty("kanface.shared", "../../shared"));
    Path weights = present(shared.resolve("weights/mobilefacenet.pt"));
    Path faces = present(shared.resolve("data/lfw"));
    Path model = folder.resolve("mobile.safetensors");
    assertThat(
            new CommandLine(Main.class)
                .execute("import", weights.toString(), "--output", model.toString()))
        .isZero();
    try (var cpu = ModelFile.load(model, Device.cpu());
        var simulated = ModelFile.load(model, Device.of("cuda-sim"))) {
      float[] measured = embed(simulated, faces.resolve(MEASURED));
      double squares = 0;
      for (int i = 0; i < measured.length; i++) {
        squares += (double) measured[i] * measured[i];
        if (i < FIRST.length) {
          assertThat(measured[i]).isCloseTo(FIRST[i], within(1e-4f));
        }
      }
      assertThat(Math.sqrt(squares)).isCloseTo(NORM, within(1e-4));
      for (Path face : others(faces)) {
        assertThat(embed(simulated, face))
            .as(face.toString())
            .containsExactly(embed(cpu, face), within(1e-4f));
      }
    }
  }

  private static float[] embed(ModelFile.Loaded model, Path face) {
    return model.embedder(false).output(ImageCodec.decode(face));
  }

  private static List<Path> others(Path faces) throws IOException {
    if (!"full".equals(System.getProperty("kanface.sim"))) {
      return List.of();
    }
    try (var files = Files.walk(faces)) {
      return files
          .filter(f -> f.toString().endsWith(".jpg") && !f.endsWith(MEASURED))
          .sorted()
          .limit(OTHERS)
          .toList();
    }
  }

  private static Path present(Path file) {
    assumeTrue(Files.exists(file), () -> file + " is not there");
    return file;
  }
}
