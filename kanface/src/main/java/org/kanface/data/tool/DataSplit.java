package org.kanface.data.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.kanface.data.DataException;
import org.kanface.data.DatasetCheck;
import org.kanface.data.FaceDataset;
import org.kanface.data.FaceSubset;
import org.kanface.data.FolderDataset;
import org.kanface.data.SampleRandom;

/// Cuts a data set in two, for training and validation.
///
/// By identity, no person is in both: for verification. By image, every person is in training, and
/// a share of the images of each is held back (none of those with a single image): for closed-set
/// accuracy. The cut depends on the seed alone.
public final class DataSplit {
  /// What decides on which side an image falls.
  public enum By {
    IDENTITY,
    IMAGE
  }

  /// The indices of the two sides, ascending.
  public record Sides(int[] train, int[] validation) {}

  /// Counts of the two sides.
  public record Report(
      int trainImages, int trainIdentities, int validationImages, int validationIdentities) {}

  /// Chooses the sides; `share`, in (0, 1), goes to validation, at least one identity (by
  /// identity).
  public Sides sides(FaceDataset data, By by, double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw DataException.of("The share for validation must lie between 0 and 1, got %s.", share);
    }
    int[] counts = DatasetCheck.histogram(data);
    boolean[] held =
        by == By.IDENTITY
            ? identities(data, counts, share, seed)
            : images(data, counts, share, seed);
    return new Sides(
        IntStream.range(0, data.size()).filter(i -> !held[i]).toArray(),
        IntStream.range(0, data.size()).filter(i -> held[i]).toArray());
  }

  /// Writes the sides to `out/train` and `out/val`: an image folder as folders (hard links where
  /// the file system allows, copies elsewhere), anything else as shuffled record files.
  public Report run(
      FaceDataset data, Path out, By by, double share, long seed, IntConsumer progress) {
    var sides = sides(data, by, share, seed);
    var train = new FaceSubset(data, sides.train());
    var validation = new FaceSubset(data, sides.validation());
    if (train.size() == 0 || validation.size() == 0) {
      throw DataException.of(
          "A share of %s leaves %d images for training and %d for validation: both need some.",
          share, train.size(), validation.size());
    }
    if (data instanceof FolderDataset folder) {
      link(folder, sides.train(), out.resolve("train"), 0, progress);
      link(folder, sides.validation(), out.resolve("val"), train.size(), progress);
    } else {
      var pack = new DataPack();
      pack.run(train, out.resolve("train"), DataPack.Layout.SHUFFLED, seed, progress);
      pack.run(
          validation,
          out.resolve("val"),
          DataPack.Layout.SHUFFLED,
          seed,
          n -> progress.accept(n + train.size()));
    }
    return new Report(train.size(), train.classes(), validation.size(), validation.classes());
  }

  private static boolean[] identities(FaceDataset data, int[] counts, double share, long seed) {
    int[] order = new SampleRandom(seed).permutation(counts.length);
    int holdBack = Math.max(1, (int) Math.round(share * counts.length));
    boolean[] chosen = new boolean[counts.length];
    for (int k = 0; k < Math.min(holdBack, order.length); k++) {
      chosen[order[k]] = true;
    }
    boolean[] held = new boolean[data.size()];
    for (int i = 0; i < held.length; i++) {
      held[i] = chosen[data.label(i)];
    }
    return held;
  }

  private static boolean[] images(FaceDataset data, int[] counts, double share, long seed) {
    int[] rest = new int[counts.length]; // still to hold back, by identity
    Arrays.setAll(
        rest, label -> Math.min(counts[label] - 1, (int) Math.round(share * counts[label])));
    boolean[] held = new boolean[data.size()];
    for (int i : new SampleRandom(seed).permutation(data.size())) {
      int label = data.label(i);
      if (rest[label] > 0) {
        rest[label]--;
        held[i] = true;
      }
    }
    return held;
  }

  private static void link(
      FolderDataset data, int[] indices, Path out, int before, IntConsumer progress) {
    for (int k = 0; k < indices.length; k++) {
      var from = data.path(indices[k]);
      var to = out.resolve(data.file(indices[k]));
      try {
        Files.createDirectories(to.getParent());
        try {
          Files.createLink(to, from);
        } catch (UnsupportedOperationException | IOException _) {
          Files.copy(from, to); // says itself what is wrong where neither works
        }
      } catch (IOException e) {
        throw new DataException("Cannot write %s: %s.".formatted(to, e.getMessage()), e);
      }
      progress.accept(before + k + 1);
    }
  }
}
