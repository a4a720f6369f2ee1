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
import org.kanface.tensor.Shape;

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

  @Test
  void aCaseThatCannotRunDoesNotEndTheOthers() throws IOException {
    new TinyFixture()
        .lost("lost")
        .add("damped", "optimizer", Json.of("kind", "sgd", "dampening", 0.5), List.of())
        .add("bare", "optimizer", Json.of("lr", 0.5), List.of())
        .kan("right", 0)
        .write(folder);

    assertThat(run())
        .extracting(Outcome::status, Outcome::detail)
        .startsWith(
            tuple(Outcome.Status.FAIL, "lost.safetensors is not in the folder"),
            tuple(
                Outcome.Status.UNSUPPORTED, "optimizer {kind=sgd, dampening=0.5} is not built yet"))
        .extracting(t -> t.toList().getFirst())
        .containsExactly(
            Outcome.Status.FAIL,
            Outcome.Status.UNSUPPORTED,
            Outcome.Status.FAIL,
            Outcome.Status.PASS);
  }

  @Test
  void optimizersHaveTheirOwnHyperparameters() throws IOException {
    Shape one = Shape.of(1);
    new TinyFixture()
        .add(
            "nesterov",
            "optimizer",
            Json.of("kind", "sgd", "lr", 0.1, "momentum", 0.5, "nesterov", true),
            List.of("param1", "param2"))
        .with("nesterov", "param0", one, 1)
        .with("nesterov", "grad1", one, 1)
        .with("nesterov", "grad2", one, 1)
        .with("nesterov", "param1", one, 0.85f) // 1 - 0.1 (1 + 0.5 · 1)
        .with("nesterov", "param2", one, 0.675f) // 0.85 - 0.1 (1 + 0.5 · 1.5)
        .add(
            "adam",
            "optimizer",
            Json.of("kind", "adam", "lr", 0.1, "betas", List.of(0.5, 0.5), "eps", 0.1),
            List.of("param1", "param2"))
        .with("adam", "param0", one, 1)
        .with("adam", "grad1", one, 2)
        .with("adam", "grad2", one, 0)
        .with("adam", "param1", one, 0.9047619f) // 1 - 0.1 · 2 / (√4 + 0.1)
        .with("adam", "param2", one, 0.8516285f) // - 0.1 · (0.5/0.75) / (√(1/0.75) + 0.1)
        .write(folder);

    assertThat(run()).allSatisfy(o -> assertThat(o.status()).isEqualTo(Outcome.Status.PASS));
  }

  @Test
  void operationsHaveTheirRarerAttributes() throws IOException {
    Shape image = Shape.of(1, 1, 3, 3);
    Shape corner = Shape.of(1, 1, 1, 1);
    float[] nine = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    Shape square = Shape.of(2, 2);
    Shape squareImage = Shape.of(1, 1, 2, 2);
    new TinyFixture()
        .add(
            "dilated",
            "conv2d",
            Json.of(
                "in",
                1L,
                "out",
                1L,
                "kernel",
                2L,
                "stride",
                1L,
                "padding",
                0L,
                "dilation",
                2L,
                "groups",
                1L,
                "bias",
                false),
            List.of("y", "grad.weight"))
        .with("dilated", "x", image, nine)
        .with("dilated", "param.weight", squareImage, 1, 10, 100, 1000)
        .with("dilated", "dy", corner, 2)
        .with("dilated", "y", corner, 9731)
        .with("dilated", "grad.weight", squareImage, 2, 6, 14, 18)
        .add(
            "ceil",
            "max_pool2d",
            Json.of("kernel", 2L, "stride", 2L, "ceil_mode", true),
            List.of("y"))
        .with("ceil", "x", image, nine)
        .with("ceil", "dy", squareImage, 1, 1, 1, 1)
        .with("ceil", "y", squareImage, 5, 6, 8, 9)
        .add("columns", "softmax", Json.of("axis", 0L), List.of("y"))
        .with("columns", "x", square, 0, 0, 0, (float) Math.log(3))
        .with("columns", "dy", square, 1, 1, 1, 1)
        .with("columns", "y", square, 0.5f, 0.25f, 0.5f, 0.75f)
        .write(folder);

    assertThat(run())
        .allSatisfy(o -> assertThat(o.status()).as(o.toString()).isEqualTo(Outcome.Status.PASS));
  }
}
