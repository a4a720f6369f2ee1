package org.kanface.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void parsesEveryKindOfValue() {
    Object parsed =
        Json.parse(
            """
             {"a": [1, -2.5e1, true, false, null],
              "b": {"c": "x\\n\\u0041\\""}, "d": [], "e": {}}
            """);

    assertThat(parsed)
        .isEqualTo(
            Json.of(
                "a",
                List.of(1L, -25.0, true, false, Json.NULL),
                "b",
                Map.of("c", "x\nA\""),
                "d",
                List.of(),
                "e",
                Map.of()));
  }

  @Test
  void numbersKeepTheirKind() {
    assertThat(Json.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    assertThat(Json.parse("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
    assertThat(Json.parse("9223372036854775808")).isEqualTo(9.223372036854775807e18);
    assertThat(Json.parse("1.0")).isEqualTo(1.0);
    assertThat(Json.parse("-0")).isEqualTo(0L);
    assertThat(Json.parse("1E+2")).isEqualTo(100.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "[1,",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "nul",
        "truex",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u00\"",
        "'a'",
        "[1] 2",
        "NaN",
        "1e999",
        "\"a\nb\"",
        "// c\n1"
      })
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("offset");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":1 \"b\":2}|[json] offset 7: expected ',' or '}', found '\"'",
        "[1, 2|[json] offset 5: expected ',' or ']', found the end",
        "{\"k\":1,\"k\":2}|[json] offset 7: key \"k\" appears twice",
        "[tru]|[json] offset 1: expected a value, found 't'",
      })
  void saysWhereAndWhatWasExpected(String text, String message) {
    assertThatThrownBy(() -> Json.parse(text)).hasMessage(message);
  }

  @Test
  void refusesDeepNestingInsteadOfOverflowingTheStack() {
    assertThat(Json.parse("[".repeat(60) + "]".repeat(60))).isInstanceOf(List.class);
    assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000)))
        .hasMessageContaining("nested deeper than 64 levels");
  }

  @Test
  void writesOnOneLineAndReadsBack() {
    Map<String, Object> value =
        Json.of(
            "s",
            "a\"\\\t\u0001é",
            "n",
            3,
            "x",
            1e-5,
            "f",
            0.1f,
            "list",
            List.of(1L, Json.NULL, false),
            "d",
            new double[] {1.5});

    String text = Json.write(value);

    assertThat(text)
        .isEqualTo(
            "{\"s\":\"a\\\"\\\\\\t\\u0001é\",\"n\":3,\"x\":1.0E-5,"
                + "\"f\":0.1,\"list\":[1,null,false],\"d\":[1.5]}");
    assertThat(Json.object(Json.parse(text), "value"))
        .containsEntry("s", "a\"\\\t\u0001é")
        .containsEntry("x", 1e-5);
  }

  @Test
  void writesNumbersThatJsonCannotHoldAsNull() {
    assertThat(Json.write(List.of(Double.NaN, Float.POSITIVE_INFINITY))).isEqualTo("[null,null]");
  }

  @Test
  void prettyPrintsObjectsOverLinesAndPlainArraysOnOne() {
    assertThat(Json.writePretty(Json.of("a", List.of(1, 2), "b", Json.of("c", "d"), "e", Map.of())))
        .isEqualTo("{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": \"d\"\n  },\n  \"e\": {}\n}\n");
    assertThat(Json.writePretty(List.of(List.of(1), List.of(2))))
        .isEqualTo("[\n  [1],\n  [2]\n]\n");
  }

  @Test
  void accessorsNameThePlaceAndBothTypes() {
    Map<String, Object> header =
        Json.object(Json.parse("{\"shape\": \"3\", \"n\": 1.5}"), "header");

    assertThatThrownBy(() -> Json.array(Json.member(header, "shape", "header"), "header.shape"))
        .hasMessage("[json] header.shape: expected an array, found the string \"3\"");
    assertThatThrownBy(() -> Json.integer(Json.member(header, "n", "header"), "header.n"))
        .hasMessage("[json] header.n: expected a whole number, found 1.5");
    assertThatThrownBy(() -> Json.member(header, "dtype", "header"))
        .hasMessage("[json] header: missing member \"dtype\"");
    assertThat(Json.number(Json.parse("2"), "x")).isEqualTo(2.0);
  }
}
