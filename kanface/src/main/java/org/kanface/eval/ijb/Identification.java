package org.kanface.eval.ijb;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import org.kanface.kernels.Workers;

/// One to many: probes looked for in a gallery with one template a person.
///
/// A probe whose person is in the gallery is mated. Its rank is one more than the number of other
/// people that are as similar to it as its mate or more; rank-k is the share of mated probes with
/// rank k or better. TPIR at a FPIR is the share of mated probes whose mate's similarity is above
/// the threshold that belongs to the FPIR, for which there are two rules:
///
/// - **open set**: FPIR is the share of probes without a mate that anybody in the gallery reaches
///   the threshold for. The threshold is the lowest that keeps it at or below the wanted rate.
/// - **published**, where every probe has a mate: of all similarities of probes and people that are
///   not their mates, as many may be above the threshold as there are probes, times the rate,
///   rounded up, less one.
///
/// Sources: Maze et al., "IARPA Janus Benchmark - C", ICB 2018; InsightFace's 1:N script.
public final class Identification {
  /// The ranks reported.
  public static final List<Integer> RANKS = List.of(1, 5, 10);

  /// The false positive identification rates at which TPIR is reported.
  public static final List<String> FALSE_POSITIVE_RATES = List.of("0.01", "0.1");

  private static final int BLOCK = 64; // probes at once

  private Identification() {}

  /// One gallery's figures.
  ///
  /// @param gallery what it is called
  /// @param openSet which rule gave the thresholds
  /// @param people in the gallery
  /// @param mated probes whose person is there
  /// @param unmated probes whose person is not
  /// @param rank share of mated probes within each rank
  /// @param tpir by false positive rate; NaN where the rule cannot be used
  public record Result(
      String gallery,
      boolean openSet,
      int people,
      int mated,
      int unmated,
      Map<Integer, Double> rank,
      Map<String, Double> tpir) {}

  /// The rule for open sets, on one gallery.
  static Result openSet(
      Templates features, SubjectList gallery, SubjectList probes, LongConsumer progress) {
    var search = new Search(features, gallery, probes, 1);
    search.run(progress);
    double[] alarms = search.best.clone(); // of probes without a mate
    int unmated = 0;
    for (int p = 0; p < probes.size(); p++) {
      if (search.mates[p] < 0) {
        alarms[unmated++] = search.best[p];
      }
    }
    alarms = Arrays.copyOf(alarms, unmated);
    Arrays.sort(alarms);
    Map<String, Double> tpir = new LinkedHashMap<>();
    for (String rate : FALSE_POSITIVE_RATES) {
      // 1e-9: a rate times a count that is a whole number but for rounding.
      int allowed = (int) Math.floor(Double.parseDouble(rate) * unmated + 1e-9);
      double threshold = unmated == 0 ? Double.NaN : alarms[unmated - 1 - allowed];
      tpir.put(rate, search.above(threshold));
    }
    return search.result(true, tpir);
  }

  /// The published rule, on all galleries as one; probes without a mate are left out.
  static Result published(
      Templates features, List<SubjectList> galleries, SubjectList probes, LongConsumer progress) {
    SubjectList gallery = SubjectList.joined(galleries);
    double highest = FALSE_POSITIVE_RATES.stream().mapToDouble(Double::parseDouble).max().orElse(0);
    var search = new Search(features, gallery, probes, (int) Math.ceil(probes.size() * highest));
    search.run(progress);
    double[] others = search.highest.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    Map<String, Double> tpir = new LinkedHashMap<>();
    for (String rate : FALSE_POSITIVE_RATES) {
      int place = (int) Math.ceil(search.mated * Double.parseDouble(rate)); // from the top, from 1
      boolean possible = place >= 1 && place <= others.length;
      tpir.put(rate, search.above(possible ? others[others.length - place] : Double.NaN));
    }
    return search.result(false, tpir);
  }

  /// All probes against all of a gallery, by blocks of probes.
  private static final class Search {
    final SubjectList gallery;
    final int[] galleryRows;
    final int[] probeRows;
    final Templates features;
    final int[] mates; // entry of the gallery, −1 where there is none
    final double[] mate; // similarity with the mate
    final double[] best; // highest similarity with anybody else
    final int[] rank; // of the mate, from 1
    final int keep;
    final PriorityQueue<Double> highest = new PriorityQueue<>(); // of similarities with non-mates
    final int mated;

    Search(Templates features, SubjectList gallery, SubjectList probes, int keep) {
      this.features = features;
      this.gallery = gallery;
      this.keep = keep;
      galleryRows = gallery.rows(features::row);
      probeRows = probes.rows(features::row);
      Map<Integer, Integer> entries = gallery.bySubject();
      mates = new int[probeRows.length];
      Arrays.setAll(mates, p -> entries.getOrDefault(probes.subject(p), -1));
      mated = (int) Arrays.stream(mates).filter(m -> m >= 0).count();
      mate = new double[mates.length];
      best = new double[mates.length];
      rank = new int[mates.length];
    }

    void run(LongConsumer progress) {
      double[][] similar = new double[BLOCK][galleryRows.length];
      for (int from = 0; from < probeRows.length; from += BLOCK) {
        int start = from;
        int count = Math.min(BLOCK, probeRows.length - from);
        Workers.forEach(
            count,
            i -> {
              double[] row = similar[(int) i];
              for (int g = 0; g < row.length; g++) {
                row[g] = features.similarity(probeRows[start + (int) i], galleryRows[g]);
              }
            });
        for (int i = 0; i < count; i++) {
          probe(from + i, similar[i]);
        }
        progress.accept(start + count);
      }
    }

    private void probe(int p, double[] similar) {
      int own = mates[p];
      double mine = own < 0 ? Double.POSITIVE_INFINITY : similar[own];
      double top = Double.NEGATIVE_INFINITY;
      int ahead = 0;
      for (int g = 0; g < similar.length; g++) {
        if (g != own) {
          top = Math.max(top, similar[g]);
          ahead += similar[g] >= mine ? 1 : 0;
          if (own >= 0) {
            offer(similar[g]);
          }
        }
      }
      mate[p] = mine;
      best[p] = top;
      rank[p] = ahead + 1;
    }

    private void offer(double similarity) {
      if (highest.size() < keep) {
        highest.add(similarity);
      } else if (keep > 0 && similarity > highest.element()) {
        highest.remove();
        highest.add(similarity);
      }
    }

    /// The share of mated probes with a mate above `threshold`; NaN for a threshold of NaN.
    double above(double threshold) {
      int count = 0;
      for (int p = 0; p < mates.length; p++) {
        count += mates[p] >= 0 && mate[p] > threshold ? 1 : 0;
      }
      return Double.isNaN(threshold) || mated == 0 ? Double.NaN : (double) count / mated;
    }

    Result result(boolean openSet, Map<String, Double> tpir) {
      Map<Integer, Double> within = new LinkedHashMap<>();
      for (int k : RANKS) {
        int count = 0;
        for (int p = 0; p < mates.length; p++) {
          count += mates[p] >= 0 && rank[p] <= k ? 1 : 0;
        }
        within.put(k, mated == 0 ? Double.NaN : (double) count / mated);
      }
      return new Result(
          gallery.name(),
          openSet,
          galleryRows.length,
          mated,
          mates.length - mated,
          Collections.unmodifiableMap(within),
          Collections.unmodifiableMap(tpir));
    }
  }
}
