package org.kanface.data.align;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.DataException;

class LandmarkFileTest {
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("landmarks.txt"), text);
  }

  @Test
  void tabsAndBlanksSeparate() throws IOException {
    var read =
        LandmarkFile.read(
            file(
                "a b/1.jpg\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10\n\nc.png 1 2 3 4 5 6 7 8 9 -1.5 0.99\n"));

    assertThat(read.keySet()).containsExactly("a b/1.jpg", "c.png");
    assertThat(read.get("a b/1.jpg").nose()).isEqualTo(new Point(5, 6));
    assertThat(read.get("c.png").rightMouth()).isEqualTo(new Point(9, -1.5));
  }

  @Test
  void otherTextIsOneSentenceWithItsLine() throws IOException {
    assertBad("a.jpg 1 2 3\n", "line 1: expected an image's name and 10 numbers, got 4 fields");
    assertBad("a 1 2 3 4 5 6 7 8 9 x\n", "line 1: expected a number, found \"x\"");
    assertBad("a 1 2 3 4 5 6 7 8 9 NaN\n", "expected a number, found \"NaN\"");
    assertBad("a 1 2 3 4 5 6 7 8 9 0\na 1 2 3 4 5 6 7 8 9 0\n", "line 2: a is there twice");
    assertBad("\n", "names no image");
    assertThatThrownBy(() -> LandmarkFile.read(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("does not exist");
  }

  private void assertBad(String text, String message) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> LandmarkFile.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }
}
