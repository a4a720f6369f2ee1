package org.kanface.eval.ijb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kanface.data.FaceDataset;
import org.kanface.data.image.RgbImage;
import org.kanface.eval.HashFill;

/// The whole protocol on a small collection against plain loops over its text files.
class IjbTest {
  private static final int DIM = 12;
  private static final int PEOPLE = 6;

  @TempDir Path root;

  /// A network of one layer: fixed random weights on every ninth pixel's green.
  private static double[] output(RgbImage face) {
    double[] out = new double[DIM];
    int at = 0;
    for (int y = 4; y < 112; y += 9) {
      for (int x = 4; x < 112; x += 9, at++) {
        for (int i = 0; i < DIM; i++) {
          out[i] += face.sample(x, y, 1) / 255.0 * HashFill.uniform("w" + i, at);
        }
      }
    }
    return out;
  }

  private static void network(FaceDataset faces, FaceNetwork.Sink sink) {
    for (int from = 0; from < faces.size(); from += 7) {
      int count = Math.min(7, faces.size() - from);
      float[] plain = new float[7 * DIM];
      float[] mirrored = new float[7 * DIM];
      for (int i = 0; i < count; i++) {
        RgbImage face = faces.image(from + i);
        copy(output(face), plain, i);
        copy(output(face.flip()), mirrored, i);
      }
      sink.accept(count, plain, mirrored, DIM);
    }
  }

  private static void copy(double[] from, float[] to, int row) {
    for (int i = 0; i < DIM; i++) {
      to[row * DIM + i] = (float) from[i];
    }
  }

  /// Template id → feature, from the text files, without any class of the protocol but the aligned
  /// images.
  private Map<Integer, double[]> plainly(Ijb ijb) throws Exception {
    Path meta = root.resolve("meta");
    List<String> faces = Files.readAllLines(meta.resolve("ijbc_face_tid_mid.txt"));
    List<String> points = Files.readAllLines(meta.resolve("ijbc_name_5pts_score.txt"));
    int[] all = IntStream.range(0, faces.size()).toArray();
    var images = new AlignedFaces(ijb.faces(), all, root.resolve("loose_crop"), 112);
    Map<Integer, Map<Integer, List<double[]>>> features = new TreeMap<>();
    for (int f = 0; f < faces.size(); f++) {
      String[] words = faces.get(f).split(" ");
      double score = Double.parseDouble(points.get(f).substring(points.get(f).lastIndexOf(' ')));
      double[] a = output(images.image(f));
      double[] b = output(images.image(f).flip());
      for (int i = 0; i < DIM; i++) {
        a[i] = (a[i] + b[i]) * score;
      }
      features
          .computeIfAbsent(Integer.valueOf(words[1]), _ -> new TreeMap<>())
          .computeIfAbsent(Integer.valueOf(words[2]), _ -> new ArrayList<>())
          .add(a);
    }
    Map<Integer, double[]> templates = new TreeMap<>();
    features.forEach(
        (id, media) -> {
          double[] sum = new double[DIM];
          for (List<double[]> medium : media.values()) {
            for (int i = 0; i < DIM; i++) {
              int at = i;
              sum[i] += medium.stream().mapToDouble(f -> f[at]).average().orElseThrow();
            }
          }
          double length = Math.sqrt(Templates.dot(sum, sum));
          for (int i = 0; i < DIM; i++) {
            sum[i] /= length;
          }
          templates.put(id, sum);
        });
    return templates;
  }

  @Test
  void agreesWithPlainLoops() throws Exception {
    MiniIjb.write(root, IjbTarget.IJBC, PEOPLE);
    Ijb ijb = Ijb.open(root, IjbTarget.IJBC);
    List<Long> heard = new ArrayList<>();

    Templates templates = ijb.templates(IjbTest::network, 112, Pooling.PUBLISHED, heard::add);
    double[] scores = ijb.scores(templates, _ -> {});

    assertThat(heard).last().isEqualTo((long) ijb.faces().size());
    Map<Integer, double[]> expected = plainly(ijb);
    assertThat(templates.size()).isEqualTo(PEOPLE * MiniIjb.TEMPLATES).isEqualTo(expected.size());
    expected.forEach(
        (id, feature) ->
            assertThat(templates.feature(templates.row(id)))
                .containsExactly(feature, within(1e-6)));

    List<String> pairs = Files.readAllLines(root.resolve("meta/ijbc_template_pair_label.txt"));
    assertThat(scores).hasSize(pairs.size()).hasSize(153);
    boolean[] same = new boolean[scores.length];
    for (int p = 0; p < scores.length; p++) {
      String[] words = pairs.get(p).split(" ");
      double[] a = expected.get(Integer.valueOf(words[0]));
      double[] b = expected.get(Integer.valueOf(words[1]));
      assertThat(scores[p]).isCloseTo(Templates.dot(a, b), within(1e-6));
      same[p] = words[2].equals("1");
    }
    checkCurve(scores, same);
  }

  /// Every distinct score as a threshold, by counting.
  private static void checkCurve(double[] scores, boolean[] same) {
    TreeSet<Double> thresholds = new TreeSet<>();
    for (double s : scores) {
      thresholds.add(s);
    }
    int positives = (int) IntStream.range(0, same.length).filter(i -> same[i]).count();
    TarCurve curve = TarCurve.of("x", scores, same);
    for (String rate : TarCurve.RATES) {
      double far = Double.parseDouble(rate);
      double most = 0;
      for (double threshold : thresholds) {
        int right = 0;
        int wrong = 0;
        for (int i = 0; i < scores.length; i++) {
          right += scores[i] >= threshold && same[i] ? 1 : 0;
          wrong += scores[i] >= threshold && !same[i] ? 1 : 0;
        }
        if ((double) wrong / (same.length - positives) <= far) {
          most = Math.max(most, (double) right / positives);
        }
      }
      assertThat(curve.atMost().get(rate)).isCloseTo(most, within(1e-12));
      assertThat(curve.interpolated().get(rate)).isGreaterThanOrEqualTo(most);
    }
    double wins = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < scores.length; j++) {
        if (same[i] && !same[j]) {
          wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    assertThat(curve.auc())
        .isCloseTo(wins / positives / (same.length - positives), within(1e-12))
        .isGreaterThan(0.6); // pixels of aligned faces tell something
  }

  @Test
  void identifiesOverBothGalleries() throws Exception {
    MiniIjb.write(root, IjbTarget.IJBB, PEOPLE);
    Ijb ijb = Ijb.open(root, IjbTarget.IJBB);
    Templates templates = ijb.templates(IjbTest::network, 112, Pooling.PUBLISHED, _ -> {});
    List<Long> heard = new ArrayList<>();

    List<Identification.Result> results = ijb.identify(templates, heard::add);

    assertThat(results).extracting(r -> r.gallery()).containsExactly("S1 + S2", "S1", "S2");
    assertThat(results).extracting(r -> r.mated()).containsExactly(12, 6, 6);
    assertThat(results).extracting(r -> r.unmated()).containsExactly(0, 6, 6);
    assertThat(heard).last().isEqualTo(ijb.searches());
    int first = 0;
    for (int person = 0; person < PEOPLE; person++) {
      for (int t = 1; t < MiniIjb.TEMPLATES; t++) {
        int probe = templates.row(MiniIjb.id(person, t));
        int best = -1;
        for (int g = 0; g < PEOPLE; g++) {
          int row = templates.row(MiniIjb.id(g, 0));
          if (best < 0
              || templates.similarity(probe, row)
                  > templates.similarity(probe, templates.row(MiniIjb.id(best, 0)))) {
            best = g;
          }
        }
        first += best == person ? 1 : 0;
      }
    }
    assertThat(results.getFirst().rank().get(1)).isEqualTo(first / 12.0);
    assertThat(results.getFirst().rank().get(10)).isEqualTo(1);
  }
}
