package org.kanface.data.split;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.kanface.data.DataException;
import org.kanface.data.DatasetCheck;
import org.kanface.data.FaceDataset;
import org.kanface.data.SampleRandom;

/// A data set in three parts: 88 % for training, 7.2 % for validation, 4.8 % for test, or by other
/// [Shares].
///
/// The parts depend on the seed and the order of the images, which is that of their names: the same
/// files give the same parts on every machine.
///
/// @param train indices of the images to train on
/// @param validation of those that the course of training is judged by
/// @param test of those that are looked at once, at the end
public record Split(int[] train, int[] validation, int[] test) {
  private static final int LEAST_HELD_OUT = 4; // identities: two to tell apart in either part

  /// How much is not trained on.
  ///
  /// @param heldBack of all, in (0, 1)
  /// @param test of what is held back, in (0, 1); the rest is for validation
  public record Shares(double heldBack, double test) {
    /// EfficientFR's.
    public static final Shares PUBLISHED = new Shares(0.12, 0.4);

    private static final double DIGITS = 1e12;

    public Shares {
      if (!(heldBack > 0 && heldBack < 1 && test > 0 && test < 1)) {
        throw DataException.of(
            "Shares for validation and test must be positive and leave some for training, got %s"
                + " and %s.",
            rounded(heldBack * (1 - test)), rounded(heldBack * test));
      }
    }

    /// Shares of all, their sum to twelve digits: 0.072 and 0.048 are those published.
    public static Shares of(double validation, double test) {
      double both = rounded(validation + test);
      return new Shares(both, test / both);
    }

    private static double rounded(double share) {
      return Math.rint(share * DIGITS) / DIGITS;
    }
  }

  /// [#byImage(FaceDataset, Shares, long)] by the published shares.
  public static Split byImage(FaceDataset data, long seed) {
    return byImage(data, Shares.PUBLISHED, seed);
  }

  /// Every identity in every part, by its share: EfficientFR's protocol, for closed-set accuracy.
  ///
  /// Two stratified draws of seed `seed`, of what is held back and of the test's share of that.
  /// Says nothing about strangers, and photographs of one occasion fall into several parts. Throws
  /// [DataException] where an identity has too few images to be trained on.
  public static Split byImage(FaceDataset data, Shares shares, long seed) {
    int[] counts = DatasetCheck.histogram(data);
    int[] labels = IntStream.range(0, data.size()).map(data::label).toArray();
    if (labels.length < 5) {
      throw DataException.of(
          "A split by image needs 5 images or more, the data has %d.", labels.length);
    }
    var first = StratifiedShuffle.of(labels, shares.heldBack, seed);
    int[] held = Arrays.stream(first.drawn()).map(i -> labels[i]).toArray();
    var second = StratifiedShuffle.of(held, shares.test, seed);
    boolean[] trained = new boolean[counts.length];
    for (int i : first.kept()) {
      trained[labels[i]] = true;
    }
    for (int label = 0; label < counts.length; label++) {
      if (counts[label] > 0 && !trained[label]) {
        throw DataException.of(
            "Identity %s has %d image%s: a split by image leaves none to train on; remove it or"
                + " hold back less.",
            data.className(label), counts[label], counts[label] == 1 ? "" : "s");
      }
    }
    return new Split(
        first.kept(), pick(first.drawn(), second.kept()), pick(first.drawn(), second.drawn()));
  }

  /// [#byIdentity(FaceDataset, Shares, long)] by the published shares.
  public static Split byIdentity(FaceDataset data, long seed) {
    return byIdentity(data, Shares.PUBLISHED, seed);
  }

  /// Nobody in two parts, so that validation and test show strangers: for verification.
  ///
  /// Shares are of the identities. Throws [DataException] where there are too few of them.
  public static Split byIdentity(FaceDataset data, Shares shares, long seed) {
    int people = data.classes();
    int held = up(shares.heldBack * people);
    int test = up(shares.test * held);
    if (held < LEAST_HELD_OUT || test < 2 || held - test < 2 || people - held < 2) {
      throw DataException.of(
          "A split by identity holds back %s %% of the identities and needs two or more in each"
              + " part, the data has %d in all.",
          BigDecimal.valueOf(100 * shares.heldBack)
              .setScale(2, RoundingMode.HALF_UP)
              .stripTrailingZeros()
              .toPlainString(),
          people);
    }
    int[] order = new SampleRandom(seed).permutation(people);
    byte[] part = new byte[people];
    for (int k = 0; k < held; k++) {
      part[order[k]] = (byte) (k < test ? 2 : 1);
    }
    return new Split(of(data, part, 0), of(data, part, 1), of(data, part, 2));
  }

  /// Rounded up, but for what a quotient of shares is off.
  private static int up(double count) {
    return (int) Math.ceil(count - 1e-9);
  }

  private static int[] of(FaceDataset data, byte[] part, int wanted) {
    return IntStream.range(0, data.size()).filter(i -> part[data.label(i)] == wanted).toArray();
  }

  private static int[] pick(int[] from, int[] places) {
    return Arrays.stream(places).map(i -> from[i]).toArray();
  }

  /// `share` of the training images, the same ones for the same seed; rounded, a half to the even
  /// number.
  public int[] again(double share, long seed) {
    int count = (int) Math.rint(share * train.length);
    int[] order = new SampleRandom(seed, train.length).permutation(train.length);
    return Arrays.stream(order).limit(count).map(i -> train[i]).toArray();
  }
}
