package org.kanface.eval.ijb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.DataException;
import org.kanface.data.align.Point;
import org.kanface.data.align.Similarity;
import org.kanface.data.image.RgbImage;

class AlignedFacesTest {
  @TempDir Path folder;

  @Test
  void fitsThePublishedTemplate() {
    var s =
        Similarity.fit(
            List.of(
                new Point(60.5, 75.25),
                new Point(101.75, 70.5),
                new Point(85, 98.5),
                new Point(66.25, 118),
                new Point(104, 113.75)),
            AlignedFaces.template(112));

    assertThat(s.a()).isCloseTo(0.8738919858, within(1e-10));
    assertThat(s.b()).isCloseTo(0.0840783016, within(1e-10));
    assertThat(s.shiftX()).isCloseTo(-8.9395653077, within(1e-10));
    assertThat(s.shiftY()).isCloseTo(-18.3142739745, within(1e-10));
  }

  @Test
  void recoversFacesFromLargerPictures() throws Exception {
    List<RgbImage> drawn = MiniIjb.write(folder, IjbTarget.IJBC, 2);
    FaceList list = FaceList.read(folder.resolve("meta"), IjbTarget.IJBC);
    int[] order = IntStream.range(0, list.size()).toArray();
    var faces = new AlignedFaces(list, order, folder.resolve("loose_crop"), 112);

    assertThat(faces.size()).isEqualTo(drawn.size());
    for (int i = 0; i < faces.size(); i++) {
      RgbImage face = faces.image(i);
      double there = difference(face, drawn.get(i));
      assertThat(there).as(faces.name(i)).isLessThan(6); // twice bilinear: noise is smoothed
      for (int shift = -2; shift <= 2; shift++) {
        if (shift != 0) {
          assertThat(difference(face.shift(shift, 0), drawn.get(i))).isGreaterThan(there);
          assertThat(difference(face.shift(0, shift), drawn.get(i))).isGreaterThan(there);
        }
      }
    }
  }

  @Test
  void namesTheFaceWhosePointsAreOne() throws Exception {
    MiniIjb.write(folder, IjbTarget.IJBB, 1);
    Path points = folder.resolve("meta/ijbb_name_5pts_score.txt");
    List<String> lines = Files.readAllLines(points);
    lines.set(1, "2.jpg 5 6 5 6 5 6 5 6 5 6 0.9");
    Files.write(points, lines);
    FaceList list = FaceList.read(folder.resolve("meta"), IjbTarget.IJBB);
    var faces = new AlignedFaces(list, new int[] {1}, folder.resolve("loose_crop"), 112);

    assertThatThrownBy(() -> faces.image(0))
        .isInstanceOf(DataException.class)
        .hasMessage("Face 2, image 2.jpg: its five points are one and the same.");
  }

  /// Mean absolute difference of the inner pixels.
  private static double difference(RgbImage a, RgbImage b) {
    double sum = 0;
    for (int y = 8; y < 104; y++) {
      for (int x = 8; x < 104; x++) {
        for (int c = 0; c < 3; c++) {
          sum += Math.abs(a.sample(x, y, c) - b.sample(x, y, c));
        }
      }
    }
    return sum / (96 * 96 * 3);
  }
}
