package org.kanface.data.tool;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.kanface.data.DataException;
import org.kanface.data.DatasetCheck;
import org.kanface.data.FaceDataset;

/// Counts what a data set holds; decodes its first image only.
public final class DataInfo {
  /// Counts of a data set.
  ///
  /// @param width of the first image, as `height`; −1 where it cannot be decoded
  /// @param median images an identity (the lower one of two)
  /// @param identitiesByImages how many identities have 0, 1, 2, … images
  /// @param largest the identities with most images, `name: count`, at most ten
  /// @param warnings what training on it would suffer from
  public record Report(
      int images,
      int identities,
      int width,
      int height,
      int min,
      int median,
      int max,
      SortedMap<Integer, Integer> identitiesByImages,
      List<String> largest,
      List<String> warnings) {}

  private static final int LARGEST = 10;

  /// Throws [DataException] for labels out of range or a set without images.
  public Report run(FaceDataset data) {
    if (data.size() == 0) {
      throw new DataException("The data set holds no image.");
    }
    int[] counts = DatasetCheck.histogram(data);
    var histogram = new TreeMap<Integer, Integer>();
    for (int count : counts) {
      histogram.merge(count, 1, Integer::sum);
    }
    int[] sorted = counts.clone();
    Arrays.sort(sorted);
    var largest =
        IntStream.range(0, counts.length)
            .boxed()
            .sorted((a, b) -> counts[a] != counts[b] ? counts[b] - counts[a] : a - b)
            .limit(LARGEST)
            .map(label -> data.className(label) + ": " + counts[label])
            .toList();
    int width = -1;
    int height = -1;
    try {
      var first = data.image(0);
      width = first.width();
      height = first.height();
    } catch (DataException _) {
      // DataVerify tells which images are damaged, and why
    }
    return new Report(
        data.size(),
        counts.length,
        width,
        height,
        sorted[0],
        sorted[(sorted.length - 1) / 2],
        sorted[sorted.length - 1],
        histogram,
        largest,
        warnings(data));
  }

  private static List<String> warnings(FaceDataset data) {
    try {
      return DatasetCheck.forTraining(data, false);
    } catch (DataException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }
}
