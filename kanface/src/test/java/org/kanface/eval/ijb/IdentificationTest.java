package org.kanface.eval.ijb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kanface.eval.HashFill;
import org.kanface.eval.ijb.Identification.Result;

class IdentificationTest {
  private static final int DIM = 16;

  /// Template `id` is of subject `id % people`; features scatter around the subject's.
  private static Templates features(int count, int people) {
    int[] ids = new int[count];
    double[][] rows = new double[count][DIM];
    for (int t = 0; t < count; t++) {
      ids[t] = t;
      for (int i = 0; i < DIM; i++) {
        rows[t][i] =
            HashFill.uniform("subject", t % people * DIM + i)
                + 0.9 * HashFill.uniform("template", t * DIM + i);
      }
      double length = Math.sqrt(Templates.dot(rows[t], rows[t]));
      for (int i = 0; i < DIM; i++) {
        rows[t][i] /= length;
      }
    }
    return new Templates(ids, rows);
  }

  private static SubjectList list(String name, int from, int to, int people) {
    int[] templates = new int[to - from];
    int[] subjects = new int[to - from];
    for (int i = 0; i < templates.length; i++) {
      templates[i] = from + i;
      subjects[i] = (from + i) % people;
    }
    return SubjectList.of(name, templates, subjects);
  }

  @Test
  void openSetAgreesWithCounting() {
    int people = 60;
    Templates t = features(5 * people, people);
    SubjectList gallery = list("G1", 0, people / 2, people);
    SubjectList probes = list("probes", people, 5 * people, people);

    Result r = Identification.openSet(t, gallery, probes, _ -> {});

    assertThat(r.people()).isEqualTo(30);
    assertThat(r.mated()).isEqualTo(120);
    assertThat(r.unmated()).isEqualTo(120);
    List<Double> mates = new ArrayList<>();
    List<Double> alarms = new ArrayList<>();
    int[] within = new int[11];
    for (int p = people; p < 5 * people; p++) {
      int subject = p % people;
      List<Double> others = new ArrayList<>();
      double mine = Double.NaN;
      for (int g = 0; g < people / 2; g++) {
        double similarity = 0;
        for (int i = 0; i < DIM; i++) {
          similarity += t.feature(p)[i] * t.feature(g)[i];
        }
        if (g == subject) {
          mine = similarity;
        } else {
          others.add(similarity);
        }
      }
      double own = mine;
      if (Double.isNaN(own)) {
        alarms.add(Collections.max(others));
      } else {
        mates.add(own);
        int rank = 1 + (int) others.stream().filter(o -> o >= own).count();
        for (int k = rank; k <= 10; k++) {
          within[k]++;
        }
      }
    }
    for (int k : Identification.RANKS) {
      assertThat(r.rank().get(k)).isEqualTo(within[k] / 120.0);
    }
    assertThat(r.rank().get(1)).isBetween(0.3, 0.999);
    for (String rate : Identification.FALSE_POSITIVE_RATES) {
      // The lowest threshold, among all scores, that at most this share of alarms is above.
      List<Double> thresholds = new ArrayList<>(alarms);
      Collections.sort(thresholds);
      double best = Double.NaN;
      for (int i = thresholds.size() - 1; i >= 0; i--) {
        double threshold = thresholds.get(i);
        double fpir = alarms.stream().filter(a -> a > threshold).count() / 120.0;
        best = fpir <= Double.parseDouble(rate) ? threshold : best;
      }
      double lowest = best;
      double expected = mates.stream().filter(m -> m > lowest).count() / 120.0;
      assertThat(r.tpir().get(rate)).isCloseTo(expected, within(1e-12));
      assertThat(expected).isBetween(0.001, 0.99);
    }
  }

  @Test
  void publishedRuleAgreesWithCounting() {
    int people = 50;
    Templates t = features(4 * people, people);
    List<SubjectList> galleries =
        List.of(list("G1", 0, 20, people), list("G2", 20, people, people));
    SubjectList probes = list("probes", people, 4 * people, people);

    Result r = Identification.published(t, galleries, probes, _ -> {});

    assertThat(r.gallery()).isEqualTo("G1 + G2");
    assertThat(r.mated()).isEqualTo(150);
    assertThat(r.unmated()).isZero();
    List<Double> mates = new ArrayList<>();
    List<Double> others = new ArrayList<>();
    for (int p = people; p < 4 * people; p++) {
      for (int g = 0; g < people; g++) {
        (g == p % people ? mates : others).add(Templates.dot(t.feature(p), t.feature(g)));
      }
    }
    others.sort(Collections.reverseOrder());
    double at1 = others.get(2 - 1); // ceil(150 · 0.01) = 2
    double at10 = others.get(15 - 1);
    assertThat(r.tpir().get("0.01")).isEqualTo(mates.stream().filter(m -> m > at1).count() / 150.0);
    assertThat(r.tpir().get("0.1")).isEqualTo(mates.stream().filter(m -> m > at10).count() / 150.0);
  }

  @Test
  void equalStrangersCountAgainstTheMate() {
    double[][] rows = {{1, 0}, {1, 0}, {0, 1}, {1, 0}};
    var t = new Templates(new int[] {0, 1, 2, 3}, rows);
    SubjectList gallery = SubjectList.of("G1", new int[] {0, 1, 2}, new int[] {7, 8, 9});
    SubjectList probes = SubjectList.of("probes", new int[] {3}, new int[] {7});

    Result r = Identification.openSet(t, gallery, probes, _ -> {});

    assertThat(r.rank()).containsEntry(1, 0.0).containsEntry(5, 1.0);
    assertThat(r.tpir().get("0.1")).isNaN(); // no probe without a mate
  }

  @Test
  void refusesTwoTemplatesOfOneSubjectAndUnknownOnes() {
    Templates t = features(4, 2);
    SubjectList twice = SubjectList.of("G1", new int[] {0, 2}, new int[] {7, 7});
    SubjectList probes = SubjectList.of("probes", new int[] {9}, new int[] {7});

    assertThatThrownBy(() -> Identification.openSet(t, twice, list("p", 0, 2, 2), _ -> {}))
        .hasMessage("Gallery G1: subject 7 has templates 0 and 2, expected one.");
    assertThatThrownBy(() -> Identification.openSet(t, list("G1", 0, 2, 2), probes, _ -> {}))
        .hasMessage("probes names template 9, which has no face.");
  }
}
