package org.kanface.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.golden.TinyFixture;

/// What scripts see of `kanface golden`: 0 only where every case passes.
class GoldenCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int golden(String... more) {
    var args = new String[4 + more.length];
    args[0] = "golden";
    args[1] = folder.toString();
    args[2] = "--device";
    args[3] = "cpu";
    System.arraycopy(more, 0, args, 4, more.length);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @Test
  void passesAreStatusZero() throws IOException {
    new TinyFixture().kan("a", 0).kan("b", 0).write(folder);

    assertThat(golden()).as(err + "" + out).isZero();
    assertThat(out.toString()).contains("PASS", "a: error at most", "2 of 2 cases pass");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aMissIsStatusOne() throws IOException {
    new TinyFixture().kan("a", 0).kan("b", 1).write(folder);

    assertThat(golden()).isEqualTo(1);
    assertThat(out.toString()).contains("FAIL", "b: y[7] is", "1 of 2 cases pass");
    assertThat(golden("--filter", "a")).isZero();
  }

  @Test
  void anUnsupportedCaseIsStatusOne() throws IOException {
    new TinyFixture().kan("a", 0).add("b", "teleport", List.of()).write(folder);

    assertThat(golden()).isEqualTo(1);
    assertThat(out.toString()).contains("UNSUPPORTED b: teleport is not built yet");
  }

  @Test
  void aDamagedFolderIsOneSentence() throws IOException {
    Files.writeString(folder.resolve("index.json"), "{");

    assertThat(golden()).isNotZero();
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith("kanface: ").doesNotContain("Exception");
  }
}
