package org.kanface.data.split;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.SampleRandom;
import org.kanface.data.verify.VerificationSet;

/// Verification pairs of people who were held back from training.
public final class HeldOutPairs {
  private static final int FOLDS = 10;

  private HeldOutPairs() {}

  /// Up to `pairs` pairs of `faces`, no pair twice, half of them of one person; fewer where the
  /// images give no more. In ten folds with as many of both kinds as can be.
  ///
  /// People take turns with pairs of one person; for pairs of two people, two people are drawn and
  /// an image of each. Throws [DataException] where there are fewer than ten of either kind.
  public static VerificationSet of(String name, FaceDataset faces, int pairs, long seed) {
    List<int[]> images = imagesByIdentity(faces);
    long same = images.stream().mapToLong(i -> i.length * (i.length - 1L) / 2).sum();
    long squares = images.stream().mapToLong(i -> (long) i.length * i.length).sum();
    long different = ((long) faces.size() * faces.size() - squares) / 2;
    int half = (int) Math.min(pairs / 2, Math.min(same, different));
    if (half < FOLDS) {
      throw DataException.of(
          "The %s part has %d images of %d people: they give %d pairs of one person and %d of two,"
              + " expected %d or more of each.",
          name, faces.size(), images.size(), same, different, FOLDS);
    }
    var random = new SampleRandom(seed, faces.size());
    List<int[]> alike = alike(images, half, random);
    List<int[]> unlike = unlike(images, half, random);
    var list = new ArrayList<VerificationSet.Pair>();
    for (int p = 0; p < half; p++) {
      int fold = (int) ((long) p * FOLDS / half);
      list.add(new VerificationSet.Pair(alike.get(p)[0], alike.get(p)[1], true, fold));
      list.add(new VerificationSet.Pair(unlike.get(p)[0], unlike.get(p)[1], false, fold));
    }
    return new VerificationSet(name, faces, list, FOLDS);
  }

  private static List<int[]> imagesByIdentity(FaceDataset faces) {
    var lists = new ArrayList<ArrayList<Integer>>();
    IntStream.range(0, faces.classes()).forEach(_ -> lists.add(new ArrayList<>()));
    for (int i = 0; i < faces.size(); i++) {
      lists.get(faces.label(i)).add(i);
    }
    return lists.stream()
        .filter(l -> !l.isEmpty())
        .map(l -> l.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private static List<int[]> alike(List<int[]> images, int count, SampleRandom random) {
    var out = new ArrayList<int[]>();
    var seen = new HashSet<Long>();
    long[] left = images.stream().mapToLong(i -> i.length * (i.length - 1L) / 2).toArray();
    int[] order = random.permutation(images.size());
    for (int turn = 0; out.size() < count; turn++) {
      int person = order[turn % order.length];
      if (left[person] > 0) {
        left[person]--;
        out.add(fresh(images.get(person), images.get(person), seen, random));
      }
    }
    return out;
  }

  private static List<int[]> unlike(List<int[]> images, int count, SampleRandom random) {
    var out = new ArrayList<int[]>();
    var seen = new HashSet<Long>();
    while (out.size() < count) {
      int a = random.nextInt(images.size());
      int b = random.nextInt(images.size());
      if (a != b) {
        int[] pair = drawn(images.get(a), images.get(b), random);
        if (seen.add(key(pair))) {
          out.add(pair);
        }
      }
    }
    return out;
  }

  /// Two different images that were not drawn together before; there must be such.
  private static int[] fresh(int[] a, int[] b, Set<Long> seen, SampleRandom random) {
    while (true) {
      int[] pair = drawn(a, b, random);
      if (pair[0] != pair[1] && seen.add(key(pair))) {
        return pair;
      }
    }
  }

  private static int[] drawn(int[] a, int[] b, SampleRandom random) {
    return new int[] {a[random.nextInt(a.length)], b[random.nextInt(b.length)]};
  }

  private static long key(int[] pair) {
    return (long) Math.min(pair[0], pair[1]) << 32 | Math.max(pair[0], pair[1]);
  }
}
