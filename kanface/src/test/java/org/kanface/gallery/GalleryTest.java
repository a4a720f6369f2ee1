package org.kanface.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GalleryTest {
  @TempDir private Path folder;

  private static Gallery.Entry entry(String name, float... values) {
    return new Gallery.Entry(name, Embedding.of(values), "2024-05-06T07:08:09.000123");
  }

  private static List<String> names(List<Gallery.Match> matches) {
    return matches.stream().map(m -> m.entry().name()).toList();
  }

  @Test
  void cosineAndDistanceAreThoseOfTheVectors() {
    Embedding a = Embedding.of(3, 4);
    Embedding b = Embedding.of(-8, 6);
    Embedding c = Embedding.of(6, 8);

    assertThat(a.cosine(b)).isCloseTo(0, within(1e-15));
    assertThat(a.cosine(c)).isCloseTo(1, within(1e-15));
    assertThat(a.cosine(Embedding.of(3, 0))).isCloseTo(0.6, within(1e-15));
    assertThat(a.cosine(Embedding.of(0, 0))).isZero(); // no direction: like nobody
    assertThat(a.distance(c)).isEqualTo(5);
    assertThat(a.distance(b)).isCloseTo(Math.sqrt(125), within(1e-15));
  }

  @Test
  void bestComesFirst() {
    var gallery =
        new Gallery(List.of(entry("far", 0, 9), entry("long", 8, 1), entry("near", 1, 1)));
    Embedding face = Embedding.of(1, 0);

    assertThat(names(gallery.best(face, Metric.COSINE, 3))).containsExactly("long", "near", "far");
    assertThat(names(gallery.best(face, Metric.EUCLIDEAN, 2))).containsExactly("near", "long");
    assertThat(gallery.best(face, Metric.EUCLIDEAN, 1).getFirst().value()).isEqualTo(1);
  }

  @Test
  void thresholdsCountAsAlike() {
    assertThat(Metric.COSINE.isAlike(0.5, 0.5)).isTrue();
    assertThat(Metric.COSINE.isAlike(0.4999, 0.5)).isFalse();
    assertThat(Metric.EUCLIDEAN.isAlike(1.2, 1.2)).isTrue();
    assertThat(Metric.EUCLIDEAN.isAlike(1.3, 1.2)).isFalse();
  }

  /// The format of others: numbers as the doubles that float32 values are.
  @Test
  void fileIsWhatOthersRead() throws IOException {
    Path file = folder.resolve("new/embeddings.json");
    var gallery = new Gallery(List.of(entry("a b", 0.1f, -2), entry("ü/c", 1e-7f, 0)));

    gallery.write(file);

    assertThat(file)
        .content()
        .contains("\"name\": \"a b\"")
        .contains("\"embedding\": [0.10000000149011612, -2.0]")
        .contains("\"timestamp\": \"2024-05-06T07:08:09.000123\"");
    assertThat(Gallery.read(file)).isEqualTo(gallery);
    assertThat(Gallery.Entry.now("x", Embedding.of(1)).timestamp())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}");
  }

  @Test
  void foreignFilesAreRead() throws IOException {
    Path file = folder.resolve("e.json");
    Files.writeString(file, "[{\"name\": \"x\", \"embedding\": [1, 2.5e-1], \"more\": null}]");

    assertThat(Gallery.read(file).entries())
        .containsExactly(new Gallery.Entry("x", Embedding.of(1, 0.25f), ""));
  }

  @Test
  void otherFilesAreOneSentence() throws IOException {
    assertBad("{}", "e.json: expected an array, found an object");
    assertBad("[", "e.json is no gallery");
    assertBad("[{\"name\": \"x\"}]", "e.json[0]: missing member \"embedding\"");
    assertBad("[{\"name\": 3, \"embedding\": [1]}]", "e.json[0].name: expected a string, found 3");
    assertBad("[{\"name\": \"x\", \"embedding\": []}]", "[0].embedding: expected numbers");
    assertBad(
        "[{\"name\": \"x\", \"embedding\": [1e99]}]", "expected finite numbers, found 1.0E99");
    assertBad(
        "[{\"name\": \"x\", \"embedding\": [1]}, {\"name\": \"y\", \"embedding\": [1, 2]}]",
        "\"y\" has 2 numbers, \"x\" 1: expected embeddings of one network");
    assertThatThrownBy(() -> Gallery.read(folder.resolve("none.json")))
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> Embedding.of(1).cosine(Embedding.of(1, 2)))
        .hasMessageContaining("1 numbers against 2: they are of different networks");
  }

  private void assertBad(String text, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("e.json"), text);
    assertThatThrownBy(() -> Gallery.read(file)).message().contains(message).doesNotContain("\n");
  }
}
