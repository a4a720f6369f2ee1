package org.kanface.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.config.ConfigLoader;
import org.kanface.config.TrainConfig;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.synthetic.SyntheticFaces;
import org.kanface.nn.Init;
import org.kanface.tensor.Device;
import org.kanface.train.ModelFile;
import org.kanface.train.Networks;

class ExamplesTest {
  @Test
  void kernelsAloneEvaluateSplines() {
    float[] basis = KernelsExample.run();

    assertThat(basis)
        .containsExactly(
            new float[] {0, 0, 0, 0.070312493f, 0.61197913f, 0.31510416f, 0.0026041681f, 0},
            within(2e-7f));
  }

  @Test
  void aKanLayerLearnsTheSquare() {
    assertThat(NnExample.run()).isLessThan(1e-3);
  }

  @Test
  void aFaceResemblesItself(@TempDir Path folder) throws IOException {
    Path model = folder.resolve("model.safetensors");
    TrainConfig config =
        ConfigLoader.load("demo", List.of("image_size=32", "embedding_size=16", "grid_size=3"));
    try (var network = Networks.create(config.model(), Init.of(Device.cpu(), 7))) {
      ModelFile.save(model, network, config);
    }
    var faces = new SyntheticFaces(1, 1, 32);
    Path a = Files.write(folder.resolve("a.png"), ImageCodec.encodePng(faces.render(1, 0)));
    Path b = Files.write(folder.resolve("b.png"), ImageCodec.encodePng(faces.render(2, 0)));

    assertThat(EmbedExample.similarity(model, a, a)).isCloseTo(1, within(1e-5));
    assertThat(EmbedExample.similarity(model, a, b)).isBetween(-1.0, 0.9999999);
  }

  /// What the README shows is what was compiled here.
  @ParameterizedTest
  @ValueSource(strings = {"KernelsExample", "NnExample", "EmbedExample"})
  void theReadmeShowsIt(String name) throws IOException {
    Path root = Path.of("..").toAbsolutePath().normalize();
    String readme = Files.readString(root.resolve("README.md"));
    String source = Files.readString(Path.of("src/test/java/org/kanface/examples", name + ".java"));
    String body = source.substring(source.indexOf("  static "), source.lastIndexOf("  }\n"));

    for (String line : body.lines().skip(1).map(String::strip).toList()) {
      assertThat(readme).contains(line);
    }
  }
}
