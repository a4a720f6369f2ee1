package org.kanface.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.tensor.Device;
import org.kanface.tensor.Json;

class GoldenTest {
  @TempDir private Path folder;

  private List<Outcome> run() throws IOException {
    return new GoldenRunner(Device.cpu()).run(folder, id -> true, o -> {});
  }

  /// Every case of the reference's fixtures but whole models, which take minutes.
  @TestFactory
  Stream<DynamicTest> unitCases() throws IOException {
    Path fixtures = Path.of(System.getProperty("kanface.shared", "../shared"), "golden");
    assumeTrue(
        Files.isRegularFile(fixtures.resolve("index.json")), () -> "no fixtures at " + fixtures);
    var runner = new GoldenRunner(Device.cpu());
    return unitIds(fixtures).stream()
        .map(id -> DynamicTest.dynamicTest(id, () -> check(runner, fixtures, id)));
  }

  private static List<String> unitIds(Path fixtures) throws IOException {
    Map<String, Object> index =
        Json.object(Json.parse(Files.readString(fixtures.resolve("index.json"))), "index");
    return Json.array(Json.member(index, "cases", "index"), "cases").stream()
        .map(c -> Json.object(c, "case"))
        .filter(c -> !"model".equals(c.get("op")))
        .map(c -> Json.string(Json.member(c, "id", "case"), "id"))
        .toList();
  }

  private static void check(GoldenRunner runner, Path fixtures, String id) throws IOException {
    Outcome outcome = runner.run(fixtures, id::equals, o -> {}).getFirst();
    assumeTrue(outcome.status() != Outcome.Status.UNSUPPORTED, outcome.detail());
    assertThat(outcome.status()).as(outcome.detail()).isEqualTo(Outcome.Status.PASS);
  }

  @Test
  void aRightResultPasses() throws IOException {
    new TinyFixture().kan("right", 0).write(folder);

    Outcome outcome = run().getFirst();

    assertThat(outcome.status()).as(outcome.detail()).isEqualTo(Outcome.Status.PASS);
    assertThat(outcome.detail()).matches("error at most 0\\.\\d\\d of what is allowed");
  }

  @Test
  void aWrongResultNamesTheElement() throws IOException {
    new TinyFixture().kan("wrong", 1e-4f).write(folder);

    Outcome outcome = run().getFirst();

    assertThat(outcome.status()).isEqualTo(Outcome.Status.FAIL);
    assertThat(outcome.detail()).startsWith("y[7] is -0.0858363").contains("allowed ±");
  }

  @Test
  void everyCaseIsHeardOfInItsOrder() throws IOException {
    new TinyFixture().kan("a", 1).add("b", "teleport", List.of()).kan("c", 0).write(folder);

    assertThat(run())
        .extracting(Outcome::id, Outcome::status)
        .containsExactly(
            tuple("a", Outcome.Status.FAIL),
            tuple("b", Outcome.Status.UNSUPPORTED),
            tuple("c", Outcome.Status.PASS));
  }

  @Test
  void aCaseWithoutItsTensorsFails() throws IOException {
    new TinyFixture().add("bare", "kan_linear", List.of()).write(folder);

    Outcome outcome = run().getFirst();

    assertThat(outcome.status()).isEqualTo(Outcome.Status.FAIL);
    assertThat(outcome.detail()).contains("bare has no \"grid\" [3, 12]");
  }

  @Test
  void aDamagedIndexIsRefused() throws IOException {
    Files.writeString(folder.resolve("index.json"), "{\"seed\": \"tiny\"}");

    assertThatThrownBy(this::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rng_check");
  }

  @Test
  void anotherGeneratorIsNoticed() throws IOException {
    Files.writeString(
        folder.resolve("index.json"),
        "{\"seed\": \"tiny\", \"rng_check\": {\"k\": {\"u24\": [1, 2]}}, \"cases\": []}");

    assertThatThrownBy(this::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the generator's known answers for \"k\" differ");
  }
}
