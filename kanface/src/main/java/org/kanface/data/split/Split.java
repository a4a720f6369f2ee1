package org.kanface.data.split;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.kanface.data.DataException;
import org.kanface.data.DatasetCheck;
import org.kanface.data.FaceDataset;
import org.kanface.data.SampleRandom;

/// A data set in three parts: 88 % for training, 7.2 % for validation, 4.8 % for test.
///
/// The parts depend on the seed and the order of the images, which is that of their names: the same
/// files give the same parts on every machine.
///
/// @param train indices of the images to train on
/// @param validation of those that the course of training is judged by
/// @param test of those that are looked at once, at the end
public record Split(int[] train, int[] validation, int[] test) {
  private static final double HELD_BACK = 0.12; // of all
  private static final double TEST = 0.4; // of what is held back
  private static final int LEAST_HELD_OUT = 4; // identities: two to tell apart in either part

  /// Every identity in every part, by its share: EfficientFR's protocol, for closed-set accuracy.
  ///
  /// Two stratified draws of seed `seed`, of 12 % of all images and of 40 % of those. Says nothing
  /// about strangers, and photographs of one occasion fall into several parts. Throws
  /// [DataException] where an identity has too few images to be trained on.
  public static Split byImage(FaceDataset data, long seed) {
    int[] counts = DatasetCheck.histogram(data);
    int[] labels = IntStream.range(0, data.size()).map(data::label).toArray();
    if (labels.length < 5) {
      throw DataException.of(
          "A split by image needs 5 images or more, the data has %d.", labels.length);
    }
    var first = StratifiedShuffle.of(labels, HELD_BACK, seed);
    int[] held = Arrays.stream(first.drawn()).map(i -> labels[i]).toArray();
    var second = StratifiedShuffle.of(held, TEST, seed);
    boolean[] trained = new boolean[counts.length];
    for (int i : first.kept()) {
      trained[labels[i]] = true;
    }
    for (int label = 0; label < counts.length; label++) {
      if (counts[label] > 0 && !trained[label]) {
        throw DataException.of(
            "Identity %s has %d image: a split by image leaves none to train on; remove it.",
            data.className(label), counts[label]);
      }
    }
    return new Split(
        first.kept(), pick(first.drawn(), second.kept()), pick(first.drawn(), second.drawn()));
  }

  /// Nobody in two parts, so that validation and test show strangers: for verification.
  ///
  /// The same shares, of the identities. Throws [DataException] where there are too few of them.
  public static Split byIdentity(FaceDataset data, long seed) {
    int people = data.classes();
    int held = (int) Math.ceil(HELD_BACK * people);
    int test = (int) Math.ceil(TEST * held);
    if (held < LEAST_HELD_OUT || test < 2 || people - held < 2) {
      throw DataException.of(
          "A split by identity holds back 12 %% of the identities and needs two or more in each"
              + " part, the data has %d in all.",
          people);
    }
    int[] order = new SampleRandom(seed).permutation(people);
    byte[] part = new byte[people];
    for (int k = 0; k < held; k++) {
      part[order[k]] = (byte) (k < test ? 2 : 1);
    }
    return new Split(of(data, part, 0), of(data, part, 1), of(data, part, 2));
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
