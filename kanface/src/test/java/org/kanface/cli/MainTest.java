package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.config.Presets;
import org.kanface.data.image.ImageCodec;
import org.kanface.data.image.RgbImage;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "                          | expected a command; see kanface --help",
        "trian                     | no command or argument trian",
        "flops --gird_size=3       | no option --gird_size=3",
        "flops --grid_size=0       | grid_size: expected 1 or more, got 0",
        "flops --grid_size=many    | Invalid value for option '--grid_size': 'many' is not an int",
        "flops --name=r50 --image_size=12 | image_size: r50 needs 16 to 1024 pixels, got 12",
        "plan demo batchsize=4     | batchsize: no such key; did you mean batch_size?",
        "plan demo lr=fast         | lr: expected a number, got \"fast\"",
        "plan dmeo                 | no preset or file named dmeo; did you mean demo?",
        "plan nothing.yaml         | nothing.yaml: no such file",
        "plan demo image_size=16   | image_size: KANFace needs 32 to 1024 pixels, got 16",
        "plan --ranks=0            | --ranks: expected 1 or more, got 0",
        "data                      | expected one of info, verify, pack, unpack, split, bin",
        "data split a b --share=2  | --share: expected a number between 0 and 1, got 2.0",
        "data split a b --test=.95 | --share and --test together: expected a number between 0 and"
            + " 1",
        "data pack a               | Missing required parameter: 'OUT'",
        "golden nowhere            | nowhere: expected a folder with index.json",
      })
  void wrongUsageIsOneSentenceAndStatusTwo(String line, String message) {
    int status = line == null ? run() : run(line.split(" +"));

    assertThat(err.toString()).startsWith("kanface: " + message);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
    assertThat(status).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data info no/such/folder | Image folder no/such/folder does not exist",
        "plan rec=no/such/folder | Image folder no/such/folder does not exist",
      })
  void failuresAreOneSentenceAndStatusOne(String line, String message) {
    int status = run(line.split(" +"));

    assertThat(err.toString()).startsWith("kanface: " + message);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(status).isEqualTo(1);
  }

  @Test
  void stacktraceIsPrintedWhenAskedFor() {
    assertThat(run("data", "info", "no/such/folder", "--stacktrace")).isEqualTo(1);
    assertThat(err.toString()).contains("at org.kanface.");
  }

  @Test
  void flopsPrintsTheSixLines() {
    assertThat(run("flops", "--rank_ratio", "0.5", "--grid-size", "15")).isZero();
    assertThat(out.toString().lines())
        .hasSize(7)
        .anyMatch(l -> l.startsWith("total FLOPs    396.85 (396849808) MFLOPs"))
        .anyMatch(
            l ->
                l.contains(
                    "total params     6.80   (6797084) MParams   actual    6.64   (6640924)"));
  }

  @Test
  void configPrintsAFileThatPlanTakes(@TempDir Path folder) throws Exception {
    assertThat(run("config", "demo", "batch_size=32", "seed=7")).isZero();
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, out.toString());

    assertThat(run("plan", file.toString())).isZero();
    assertThat(out.toString()).contains("batch_size: 32", "seed: 7", "32 images a step");
  }

  @Test
  void configNamesThePresets() {
    assertThat(run("config")).isZero();
    assertThat(out.toString().lines()).hasSameSizeAs(Presets.names());
  }

  @Test
  void doctorFindsThisMachineFit() {
    assertThat(run("doctor")).isZero();
    assertThat(out.toString())
        .contains("JDK", "threads", "memory", "device auto", "ready to train");
  }

  @Test
  void dataCommandsWorkOnAFolder(@TempDir Path folder) throws Exception {
    for (String person : new String[] {"a", "b"}) {
      Files.createDirectories(folder.resolve("in").resolve(person));
      for (int i = 1; i <= 3; i++) {
        byte[] pixels = new byte[8 * 8 * 3];
        java.util.Arrays.fill(pixels, (byte) (i * 40));
        Files.write(
            folder.resolve("in/%s/%s_%04d.png".formatted(person, person, i)),
            ImageCodec.encodePng(new RgbImage(8, 8, pixels)));
      }
    }
    String in = folder.resolve("in").toString();
    String packed = folder.resolve("packed").toString();

    assertThat(run("data", "info", in)).isZero();
    assertThat(run("data", "verify", in, "--threads", "2")).isZero();
    assertThat(run("data", "pack", in, packed, "--layout", "shuffled")).isZero();
    assertThat(run("data", "unpack", packed, folder.resolve("out").toString())).isZero();
    assertThat(run("data", "split", in, folder.resolve("cut").toString(), "--share", "0.5"))
        .isZero();
    Files.writeString(folder.resolve("pairs.txt"), "1\na 1 2\na 1 b 2\n");
    assertThat(
            run(
                "data",
                "bin",
                folder.resolve("pairs.txt").toString(),
                in,
                folder.resolve("x.bin").toString()))
        .isZero();
    assertThat(run("data", "verify", folder.resolve("x.bin").toString())).isZero();

    assertThat(out.toString())
        .contains(
            "6 images of 2 identities",
            "6 images, 0 damaged",
            "8 x 8 pixels: 6",
            "2 pairs (1 of one person)");
    assertThat(err.toString()).isEmpty();

    Files.writeString(folder.resolve("in/a/broken.jpg"), "not an image");
    assertThat(run("data", "verify", in)).isEqualTo(1);
    assertThat(out.toString()).contains("7 images, 1 damaged", "broken.jpg");
  }

  @Test
  void goldenRunsTheFixtures() {
    Path fixtures = Path.of(System.getProperty("kanface.shared", "missing"), "golden");
    assumeThat(fixtures.resolve("index.json")).as("reference data").exists();

    assertThat(run("golden", fixtures.toString(), "--filter", "no such case")).isEqualTo(1);
    assertThat(out.toString()).contains("0 of 0 cases pass");
    assertThat(run("golden", fixtures.toString(), "--filter", "[")).isEqualTo(2);
  }
}
