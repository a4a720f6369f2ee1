package org.kanface.data;

import java.util.ArrayList;
import java.util.List;

/// What a data set must have before training on it makes sense.
public final class DatasetCheck {
  private static final int NAMED = 5; // identities spelled out in a message

  private DatasetCheck() {}

  /// How many images each identity has; throws [DataException] for a label outside `0 … classes −
  /// 1`.
  public static int[] histogram(FaceDataset data) {
    int[] counts = new int[data.classes()];
    for (int i = 0; i < data.size(); i++) {
      int label = data.label(i);
      if (label < 0 || label >= counts.length) {
        throw DataException.of(
            "Image %s has label %d, expected 0 to %d.", data.name(i), label, counts.length - 1);
      }
      counts[label]++;
    }
    return counts;
  }

  /// Checks labels and counts before training.
  ///
  /// Throws [DataException] for an empty set, fewer than two identities, labels out of range, and,
  /// where `singletonsFatal`, identities with one image only. Returns what is worth a warning:
  /// identities with one image or none.
  public static List<String> forTraining(FaceDataset data, boolean singletonsFatal) {
    if (data.size() == 0) {
      throw new DataException("The training data holds no image.");
    }
    int[] counts = histogram(data);
    if (counts.length < 2) {
      throw DataException.of(
          "The training data holds %d identity: a recogniser needs at least two to tell apart.",
          counts.length);
    }
    var warnings = new ArrayList<String>();
    var single = labelsWith(data, counts, 1);
    if (single.count > 0) {
      var message =
          "%d of %d identities have one image only, which shows nothing of how a face varies: %s."
              .formatted(single.count, counts.length, single.names);
      if (singletonsFatal) {
        throw new DataException(message);
      }
      warnings.add(message);
    }
    var none = labelsWith(data, counts, 0);
    if (none.count > 0) {
      warnings.add(
          "%d of %d labels have no image: %s.".formatted(none.count, counts.length, none.names));
    }
    return warnings;
  }

  private record Labels(int count, String names) {}

  private static Labels labelsWith(FaceDataset data, int[] counts, int images) {
    int count = 0;
    var names = new ArrayList<String>();
    for (int label = 0; label < counts.length; label++) {
      if (counts[label] == images && count++ < NAMED) {
        names.add(data.className(label));
      }
    }
    return new Labels(count, String.join(", ", names) + (count > NAMED ? ", …" : ""));
  }
}
