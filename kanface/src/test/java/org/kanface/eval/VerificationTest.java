package org.kanface.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.kanface.data.ImageSource;
import org.kanface.data.image.Fit;
import org.kanface.data.image.RgbImage;
import org.kanface.data.verify.VerificationSet;

class VerificationTest {
  private static final int PAIRS = 105;
  private static final int DIM = 8;

  /// 105 pairs of unit vectors; even pairs show one person with noise.
  private static double[] goldenRows() {
    double[] rows = new double[2 * PAIRS * DIM];
    for (int p = 0; p < PAIRS; p++) {
      for (int i = 0; i < DIM; i++) {
        double base = HashFill.uniform("ver.base", p * DIM + i);
        double other = HashFill.uniform("ver.other", p * DIM + i);
        rows[2 * p * DIM + i] = base;
        rows[(2 * p + 1) * DIM + i] = p % 2 == 0 ? base + 0.9 * other : other;
      }
    }
    for (int r = 0; r < 2 * PAIRS; r++) {
      double norm = 0;
      for (int i = r * DIM; i < (r + 1) * DIM; i++) {
        norm += rows[i] * rows[i];
      }
      norm = Math.sqrt(norm);
      for (int i = r * DIM; i < (r + 1) * DIM; i++) {
        rows[i] /= norm;
      }
    }
    return rows;
  }

  private static boolean[] evenPairs(int pairs) {
    boolean[] same = new boolean[pairs];
    for (int p = 0; p < pairs; p += 2) {
      same[p] = true;
    }
    return same;
  }

  @Test
  void accuracyMatchesTheReference() {
    double[] distances = Verification.squaredDistances(goldenRows(), DIM);

    FoldAccuracy accuracy =
        FoldAccuracy.of(distances, evenPairs(PAIRS), Folds.contiguous(PAIRS, 10));

    assertThat(accuracy.accuracies())
        .containsExactly(
            new double[] {1, 1, 9 / 11.0, 9 / 11.0, 10 / 11.0, 1, .9, 1, .8, .9}, within(1e-15));
    assertThat(accuracy.mean()).isCloseTo(0.9145454545, within(1e-10));
    assertThat(accuracy.std()).isCloseTo(0.07832966992, within(1e-10));
    assertThat(accuracy.tpr()[100]).isCloseTo(0.94666667, within(1e-8));
    assertThat(accuracy.fpr()[100]).isCloseTo(0.15333333, within(1e-8));
    assertThat(accuracy.tpr()[200]).isEqualTo(1, within(1e-15));
    assertThat(accuracy.fpr()[200]).isCloseTo(0.51333333, within(1e-8));
  }

  @Test
  void validationRateMatchesTheReference() {
    double[] distances = Verification.squaredDistances(goldenRows(), DIM);

    ValidationRate rate =
        ValidationRate.of(distances, evenPairs(PAIRS), Folds.contiguous(PAIRS, 10), 1e-3);

    assertThat(rate.val()).isCloseTo(0.1566666667, within(1e-10));
    assertThat(rate.std()).isCloseTo(0.1955334583, within(1e-10));
    assertThat(rate.far()).isCloseTo(0.02, within(1e-12));
  }

  @Test
  void thresholdsAreStrictAndTheFirstBestOneWins() {
    // Distances on the grid: 0.5 is accepted from threshold 0.51 on, not at 0.50.
    double[] distances = {0.5, 1.0, 0.5, 1.0};
    boolean[] same = {true, false, true, false};

    FoldAccuracy accuracy = FoldAccuracy.of(distances, same, Folds.of(0, 0, 1, 1));

    assertThat(accuracy.thresholds()).containsExactly(0.51, 0.51);
    assertThat(accuracy.accuracies()).containsExactly(1, 1);
  }

  @Test
  void emptyClassesGiveZeroInsteadOfNaN() {
    double[] distances = new double[20];
    Arrays.setAll(distances, i -> 0.1 * i);
    boolean[] same = new boolean[20]; // nobody is the same

    VerificationResult result =
        Verification.evaluate("odd", distances, same, Folds.contiguous(20, 10), 1);

    assertThat(result.accuracy()).isEqualTo(1);
    assertThat(result.validation().val()).isZero();
    assertThat(result.auc()).isZero();
    assertThat(result.tar()).containsEntry("1e-3", 0.0);
    Arrays.fill(same, true);
    result = Verification.evaluate("odd", distances, same, Folds.contiguous(20, 10), 1);
    assertThat(result.validation().far()).isZero();
    assertThat(result.accuracy())
        .isEqualTo(0.9, within(1e-12)); // the farthest fold is beyond the others
  }

  @Test
  void sumsBothHalvesBeforeNormalisingAndReportsTheRawNorm() {
    float[] original = {3, 0, 0, 3};
    float[] mirrored = {0, 4, 4, 0}; // sums: (3, 4) and (4, 3), cos = 24 / 25
    float[] originals = new float[40];
    float[] mirroreds = new float[40];
    for (int p = 0; p < 10; p++) {
      System.arraycopy(original, 0, originals, 4 * p, 4);
      System.arraycopy(mirrored, 0, mirroreds, 4 * p, 4);
    }

    VerificationResult result =
        Verification.evaluate("pairs", originals, mirroreds, 2, evenPairs(10));

    assertThat(result.xnorm()).isEqualTo(3.5);
    assertThat(result.hardest().getFirst().similarity()).isCloseTo(0.96, within(1e-12));
    assertThat(result.pairs()).isEqualTo(10);
    assertThat(result.nonFinite()).isZero();
  }

  @Test
  void zeroRowsStayZeroAndNonFiniteOnesAreCounted() {
    float[] rows = new float[40];
    rows[4] = Float.NaN;

    VerificationResult result = Verification.evaluate("broken", rows, rows, 2, evenPairs(10));

    assertThat(result.nonFinite()).isEqualTo(1);
    assertThat(result.accuracy()).isBetween(0.0, 1.0);
    assertThat(result.hardest().getFirst().similarity()).isEqualTo(1); // all zero: distance 0
  }

  @Test
  void hardestPairsComeWorstFirst() {
    double[] distances = {0.2, 0.1, 1.9, 3, 0.4, 2, 0.3, 2.5, 0.2, 0.05};
    VerificationResult result =
        Verification.evaluate("set", distances, evenPairs(10), Folds.contiguous(10, 10), 1);

    assertThat(result.hardest().getFirst()).isEqualTo(new HardPair(2, true, 1 - 1.9 / 2));
    assertThat(result.hardest().get(5)).isEqualTo(new HardPair(9, false, 1 - 0.05 / 2));
    assertThat(result.histogram().same()).hasSize(80).matches(h -> Arrays.stream(h).sum() == 5);
  }

  @Test
  void foldsAreContiguousWithTheExtraPairsFirst() {
    Folds folds = Folds.contiguous(13, 10);
    int[] sizes = new int[10];
    for (int p = 0; p < 13; p++) {
      sizes[folds.of(p)]++;
    }
    assertThat(sizes).containsExactly(2, 2, 2, 1, 1, 1, 1, 1, 1, 1);
    assertThat(folds.of(5)).isEqualTo(2);
  }

  @Test
  void refusesSetsThatCannotBeEvaluated() {
    assertThatThrownBy(
            () -> Verification.evaluate("lfw", new float[8], new float[8], 2, new boolean[2]))
        .hasMessage("lfw: verification needs 10 pairs or more, got 2");
    assertThatThrownBy(
            () -> Verification.evaluate("lfw", new float[9], new float[8], 2, new boolean[10]))
        .hasMessageContaining("expected 20 * 2 = 40 values for 20 images, got 9 and 8");
    assertThatThrownBy(() -> Folds.of(0, 2)).hasMessage("fold 1 of 3 has no pairs");
    assertThatThrownBy(() -> Folds.of(0, 0)).hasMessageContaining("2 folds or more");
  }

  @Test
  void pixelBaselineSeparatesCopiesFromNoise() {
    Random random = new Random(7);
    List<RgbImage> images = new ArrayList<>();
    List<VerificationSet.Pair> pairs = new ArrayList<>();
    for (int p = 0; p < 40; p++) {
      byte[] pixels = new byte[300];
      random.nextBytes(pixels);
      images.add(new RgbImage(10, 10, pixels));
      pairs.add(new VerificationSet.Pair(p, p % 2 == 0 ? p : p - 1, p % 2 == 0, p / 4));
    }
    VerificationSet set = new VerificationSet("noise", new ListSource(images), pairs, 10);

    assertThat(PixelBaseline.accuracy(set, 10, Fit.SQUARE, _ -> {})).isEqualTo(1);
    assertThat(PixelBaseline.squaredDistance(new byte[4], new byte[] {1, 2, 3, 4})).isEqualTo(2);
  }

  @Test
  void setsMayShareImagesAndBringTheirFolds() {
    List<VerificationSet.Pair> pairs = new ArrayList<>();
    for (int p = 0; p < 20; p++) {
      pairs.add(new VerificationSet.Pair(0, p % 2, p % 2 == 0, p / 10));
    }
    RgbImage grey = new RgbImage(1, 1, new byte[3]);
    VerificationSet set = new VerificationSet("two", new ListSource(List.of(grey, grey)), pairs, 2);
    float[] rows = {1, 0, 0, 2};

    VerificationResult result = Verification.evaluate(set, rows, rows, 2);

    assertThat(result.accuracy()).isEqualTo(1);
    assertThat(result.xnorm()).isEqualTo(1.5);
    VerificationSet single =
        new VerificationSet("one", new ListSource(List.of(grey, grey)), pairs.subList(0, 10), 1);
    assertThatThrownBy(() -> Verification.evaluate(single, rows, rows, 2))
        .hasMessage("one: too few pairs (10) to cross-validate");
  }

  private record ListSource(List<RgbImage> images) implements ImageSource {
    @Override
    public int size() {
      return images.size();
    }

    @Override
    public String name(int index) {
      return "image " + index;
    }

    @Override
    public RgbImage image(int index) {
      return images.get(index);
    }
  }
}
