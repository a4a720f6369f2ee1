package org.kanface.data.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.kanface.data.DataException;
import org.kanface.data.DatasetCheck;
import org.kanface.data.FaceDataset;
import org.kanface.data.FaceSubset;
import org.kanface.data.FolderDataset;
import org.kanface.data.OutputFolder;
import org.kanface.data.SampleRandom;
import org.kanface.data.split.Split;

/// Cuts a data set in two, for training and validation, or in three, with a test part.
///
/// By identity, no person is in two parts: for verification. By image, every person is in training,
/// and a share of the images of each is held back (in two parts none of those with a single image):
/// for closed-set accuracy. The cut depends on the seed alone; in three parts it is that of a
/// training with `split=image` or `split=identity`, [Split].
public final class DataSplit {
  /// What decides on which side an image falls.
  public enum By {
    IDENTITY,
    IMAGE
  }

  /// What was written of one part.
  public record Part(String name, int images, int identities) {}

  /// Indices of training and validation, ascending; `share`, in (0, 1), goes to validation, at
  /// least one identity (by identity). Nothing is for test.
  public Split inTwo(FaceDataset data, By by, double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw DataException.of("The share for validation must lie between 0 and 1, got %s.", share);
    }
    int[] counts = DatasetCheck.histogram(data);
    boolean[] held =
        by == By.IDENTITY
            ? identities(data, counts, share, seed)
            : images(data, counts, share, seed);
    return new Split(
        IntStream.range(0, data.size()).filter(i -> !held[i]).toArray(),
        IntStream.range(0, data.size()).filter(i -> held[i]).toArray(),
        new int[0]);
  }

  /// Indices of training, validation and test; throws as [Split] does.
  public Split inThree(FaceDataset data, By by, Split.Shares shares, long seed) {
    return by == By.IDENTITY
        ? Split.byIdentity(data, shares, seed)
        : Split.byImage(data, shares, seed);
  }

  /// Writes the parts to `out/train`, `out/val` and, where there is one, `out/test`: an image
  /// folder as folders (hard links where the file system allows, copies elsewhere), anything else
  /// as record files, shuffled by `seed`.
  public List<Part> write(
      FaceDataset data, Split split, Path out, long seed, IntConsumer progress) {
    if (split.train().length == 0 || split.validation().length == 0) {
      throw DataException.of(
          "The cut leaves %d images for training and %d for validation: both need some.",
          split.train().length, split.validation().length);
    }
    OutputFolder.create(out);
    var parts = new LinkedHashMap<String, int[]>();
    parts.put("train", split.train());
    parts.put("val", split.validation());
    if (split.test().length > 0) {
      parts.put("test", split.test());
    }
    var written = new ArrayList<Part>();
    int done = 0;
    for (var part : parts.entrySet()) {
      int before = done;
      var faces = new FaceSubset(data, part.getValue());
      Path folder = out.resolve(part.getKey());
      if (data instanceof FolderDataset files) {
        link(files, part.getValue(), folder, n -> progress.accept(before + n));
      } else {
        new DataPack()
            .run(faces, folder, DataPack.Layout.SHUFFLED, seed, n -> progress.accept(before + n));
      }
      written.add(new Part(part.getKey(), faces.size(), faces.classes()));
      done += faces.size();
    }
    return written;
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

  private static void link(FolderDataset data, int[] indices, Path out, IntConsumer progress) {
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
      progress.accept(k + 1);
    }
  }
}
