package org.kanface.eval.ijb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.DataException;
import org.kanface.eval.HashFill;

class PoolingTest {
  private static final int[] TEMPLATES = {5, 2, 2, 5, 2, 9, 9, 5};
  private static final int[] MEDIA = {1, 3, 3, 1, 4, 7, 2, 8};

  @TempDir Path meta;

  private FaceList faces() throws Exception {
    List<String> media = new ArrayList<>();
    List<String> points = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      media.add("%d.jpg %d %d".formatted(i, TEMPLATES[i], MEDIA[i]));
      float score = (float) (0.5 + 0.8 * HashFill.uniform("ijb.s", i));
      points.add("%d.jpg 1 2 3 4 5 6 7 8 9 10 %s".formatted(i, Float.toString(score)));
    }
    Files.write(meta.resolve("ijbc_face_tid_mid.txt"), media);
    Files.write(meta.resolve("ijbc_name_5pts_score.txt"), points);
    return FaceList.read(meta, IjbTarget.IJBC);
  }

  private Templates pool(Pooling pooling, int batch) throws Exception {
    FaceList faces = faces();
    int[] order = faces.pooled();
    var pool = new TemplatePooling(faces, order, pooling);
    for (int from = 0; from < 8; from += batch) {
      int count = Math.min(batch, 8 - from);
      float[] plain = new float[3 * count];
      float[] mirrored = new float[3 * count];
      for (int i = 0; i < 3 * count; i++) {
        int at = 6 * order[from + i / 3] + i % 3;
        plain[i] = (float) (3 * HashFill.uniform("ijb.f", at));
        mirrored[i] = (float) (3 * HashFill.uniform("ijb.f", at + 3));
      }
      pool.accept(count, plain, mirrored, 3);
    }
    return pool.finish();
  }

  @Test
  void poolsAsPublished() throws Exception {
    for (int batch : new int[] {1, 3, 8}) {
      Templates t = pool(Pooling.PUBLISHED, batch);

      assertThat(t.size()).isEqualTo(3);
      assertThat(t.row(2)).isZero();
      assertThat(t.row(4)).isNegative();
      double[][] expected = {
        {0.1188455, -0.9921041, 0.04006385},
        {-0.3217266, -0.7830294, 0.5323128},
        {-0.4503959, 0.1580852, 0.8787222}
      };
      for (int r = 0; r < 3; r++) {
        assertThat(t.feature(r)).containsExactly(expected[r], within(1e-7));
      }
      var pairs =
          PairList.of(new int[] {2, 5, 2}, new int[] {5, 9, 9}, new boolean[] {true, false, false});
      assertThat(PairScores.of(t, pairs, _ -> {}))
          .containsExactly(new double[] {0.75993745, 0.48887402, -0.17515953}, within(1e-7));
    }
  }

  /// Template 9 has two media of one face each, so its feature can be written down.
  @Test
  void switchesDoWhatTheySay() throws Exception {
    for (boolean flip : new boolean[] {true, false}) {
      for (boolean norm : new boolean[] {true, false}) {
        for (boolean detector : new boolean[] {true, false}) {
          double[] sum = new double[3];
          for (int face : new int[] {5, 6}) {
            double[] f = new double[3];
            double squares = 0;
            for (int i = 0; i < 3; i++) {
              f[i] =
                  3 * HashFill.uniform("ijb.f", 6 * face + i)
                      + (flip ? 3 * HashFill.uniform("ijb.f", 6 * face + 3 + i) : 0);
              squares += f[i] * f[i];
            }
            for (int i = 0; i < 3; i++) {
              sum[i] +=
                  f[i]
                      / (norm ? 1 : Math.sqrt(squares))
                      * (detector ? 0.5 + 0.8 * HashFill.uniform("ijb.s", face) : 1);
            }
          }
          double length = Math.sqrt(Templates.dot(sum, sum));
          double[] expected = {sum[0] / length, sum[1] / length, sum[2] / length};

          Templates t = pool(new Pooling(flip, norm, detector), 5);
          assertThat(t.feature(2)).containsExactly(expected, within(1e-6));
        }
      }
    }
  }

  @Test
  void aTemplateOfNothingStaysZero() throws Exception {
    FaceList faces = faces();
    var pool = new TemplatePooling(faces, faces.pooled(), Pooling.PUBLISHED);
    pool.accept(8, new float[16], new float[16], 2);

    assertThat(pool.finish().feature(0)).containsOnly(0);
  }

  @Test
  void refusesOutputsThatAreNotFinite() throws Exception {
    FaceList faces = faces();
    var pool = new TemplatePooling(faces, faces.pooled(), Pooling.PUBLISHED);
    float[] plain = new float[16];
    plain[7] = Float.NaN;
    pool.accept(8, plain, new float[16], 2);

    assertThatThrownBy(pool::finish)
        .isInstanceOf(DataException.class)
        .hasMessage("Template 5: the network's embeddings of its faces are not finite.");
  }

  @Test
  void refusesPairsOfUnknownTemplates() throws Exception {
    Templates t = pool(Pooling.PUBLISHED, 8);
    var pairs = PairList.of(new int[] {2, 4}, new int[] {5, 9}, new boolean[2]);

    assertThatThrownBy(() -> PairScores.of(t, pairs, _ -> {}))
        .hasMessage("Pair 2 of 2 names template 4, which has no face.");
  }
}
