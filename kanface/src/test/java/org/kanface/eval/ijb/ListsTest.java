package org.kanface.eval.ijb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.data.DataException;

class ListsTest {
  private static final String FIVE = " 1 2 3 4 5 6 7 8 9 10 ";

  @TempDir Path root;
  private Path meta;

  @BeforeEach
  void good() throws Exception {
    meta = Files.createDirectories(root.resolve("meta"));
    Files.createDirectories(root.resolve("loose_crop"));
    write("face_tid_mid.txt", "a.jpg 7 30\nb.jpg 3 9\r\n\nc.jpg 7 2\nd.jpg 7 30\n");
    write(
        "name_5pts_score.txt",
        "a.jpg" + FIVE + "0.5\nb.jpg" + FIVE + "0.75\nc.jpg" + FIVE + "1\nd.jpg" + FIVE + "0.25\n");
    write("template_pair_label.txt", "7 3 0\n3 7 1\n");
    write("1N_probe_mixed.csv", "TEMPLATE_ID,SUBJECT_ID,FILENAME\n7,1,x\n7,1,y\n");
    write("1N_gallery_G1.csv", "TEMPLATE_ID,SUBJECT_ID\n3,1\n");
    for (String image : new String[] {"a.jpg", "b.jpg", "c.jpg", "d.jpg"}) {
      Files.createFile(root.resolve("loose_crop").resolve(image));
    }
  }

  private void write(String file, String text) throws Exception {
    Files.writeString(meta.resolve("ijbc_" + file), text);
  }

  @Test
  void readsAllLists() {
    Ijb ijb = Ijb.open(root, IjbTarget.IJBC);

    FaceList faces = ijb.faces();
    assertThat(faces.size()).isEqualTo(4);
    assertThat(faces.image(1)).isEqualTo("b.jpg");
    assertThat(faces.template(2)).isEqualTo(7);
    assertThat(faces.medium(1)).isEqualTo(9);
    assertThat(faces.score(3)).isEqualTo(0.25f);
    assertThat(faces.points(0)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(faces.pooled()).containsExactly(1, 2, 0, 3);
    assertThat(ijb.templateCount()).isEqualTo(2);
    assertThat(ijb.pairs().same()).containsExactly(false, true);
    assertThat(ijb.hasIdentification()).isTrue();
    assertThat(ijb.searches()).isEqualTo(2);
  }

  @Test
  void reducesSixtyEightPointsToFive() throws Exception {
    StringBuilder line = new StringBuilder();
    for (String image : new String[] {"a.jpg", "b.jpg", "c.jpg", "d.jpg"}) {
      line.append(image);
      for (int i = 0; i < 68; i++) {
        line.append(" %d %d".formatted(i, 100 + 2 * i));
      }
      line.append(" 1\n");
    }
    write("name_5pts_score.txt", line.toString());

    assertThat(FaceList.read(meta, IjbTarget.IJBC).points(2))
        .containsExactly(37.5f, 175, 43.5f, 187, 30, 160, 48, 196, 54, 208);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "face_tid_mid.txt | a.jpg 7 | `face_tid_mid.txt:1: expected \"image template medium\","
            + " found 2 fields.`",
        "face_tid_mid.txt | a.jpg 7 x | found \"x\" where a whole number belongs.",
        "face_tid_mid.txt | a.jpg 7 99999999999 | found \"99999999999\" where a whole number"
            + " belongs.",
        "face_tid_mid.txt | b.jpg 7 1 | found image a.jpg where",
        "face_tid_mid.txt | a.jpg 7 1 | has ended.",
        "face_tid_mid.txt | `` | is empty: expected lines of",
        "name_5pts_score.txt | a.jpg 1 2 3 | expected \"image x1 y1 … x5 y5 score\", found 4"
            + " fields.",
        "name_5pts_score.txt | a.jpg 1 2 3 4 5 6 7 8 9 10 NaN | found \"NaN\" where a number"
            + " belongs.",
        "name_5pts_score.txt | a.jpg 1 2 3 4 5 6 7 8 9 10 1 | has 1 faces, expected the 4 of",
        "template_pair_label.txt | 7 3 2 | template_pair_label.txt:1: expected \"template1"
            + " template2 label\", found label 2.",
        "template_pair_label.txt | `` | is empty",
        "template_pair_label.txt | `7 3 1;7 4 0` | Pair 2 of 2 names template 4, which has no"
            + " face.",
        "1N_probe_mixed.csv | `T,S;8,3` | probes names template 8, which has no face.",
        "1N_gallery_G1.csv | `T,S;8,3` | G1 names template 8, which has no face.",
        "1N_gallery_G1.csv | `T,S;3,3;7,3` | Gallery G1: subject 3 has templates 3 and 7, expected"
            + " one.",
        "1N_probe_mixed.csv | TEMPLATE_ID | lists no template",
        "1N_gallery_G1.csv | `T,S;3,1;3,2` | found subject 2 for template 3, which was of subject"
            + " 1.",
      })
  void namesFileLineAndWhatIsWrong(String file, String text, String message) throws Exception {
    write(file, text.replace(';', '\n') + "\n");

    assertThatThrownBy(() -> Ijb.open(root, IjbTarget.IJBC))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void namesWhatIsMissing() throws Exception {
    assertThatThrownBy(() -> Ijb.open(root, IjbTarget.IJBB))
        .hasMessageContaining("ijbb_face_tid_mid.txt does not exist: expected lines of");
    Files.delete(root.resolve("loose_crop/c.jpg"));
    assertThatThrownBy(() -> Ijb.open(root, IjbTarget.IJBC))
        .hasMessageContaining("1 of 4 images are missing below")
        .hasMessageEndingWith("such as c.jpg.");
    assertThatThrownBy(() -> Ijb.open(meta, IjbTarget.IJBC))
        .hasMessageContaining("expected a folder with meta/ and loose_crop/, found no meta/.");
    Files.delete(meta.resolve("ijbc_1N_gallery_G1.csv"));
    Files.createFile(root.resolve("loose_crop/c.jpg"));
    assertThatThrownBy(() -> Ijb.open(root, IjbTarget.IJBC))
        .hasMessageContaining("has probes and no gallery beside them.");
  }
}
