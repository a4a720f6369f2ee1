package org.kanface.data.record;

import java.nio.file.Path;
import java.util.Arrays;
import org.kanface.data.DataException;
import org.kanface.data.EncodedImages;
import org.kanface.data.FaceDataset;

/// A RecordIO pair as a data set.
///
/// Where record 0 has a label vector, its first element ends the image keys: images are 1 …
/// label[0] − 1 and the identity headers behind them are left out (InsightFace's layout). Otherwise
/// every record is an image, in the order of the index. Labels are read once on opening, as whole
/// numbers; the number of classes is the largest label plus one.
public final class RecordDataset implements FaceDataset, EncodedImages {
  private final RecordFile file;
  private final int[] positions; // in the index, by image
  private final int[] labels;
  private final int classes;

  private RecordDataset(RecordFile file) {
    this.file = file;
    positions = imagePositions(file);
    labels = new int[positions.length];
    int max = -1;
    for (int i = 0; i < labels.length; i++) {
      float label = file.label(positions[i]);
      if (!(label >= 0 && label < Integer.MAX_VALUE)) {
        throw DataException.of("%s has label %s, expected a whole number from 0.", name(i), label);
      }
      labels[i] = (int) label;
      max = Math.max(max, labels[i]);
    }
    classes = max + 1;
  }

  /// Opens `rec` with `idx`, which may be missing.
  ///
  /// Throws [DataException] for damaged or empty files and labels below 0.
  public static RecordDataset open(Path rec, Path idx) {
    var file = RecordFile.open(rec, idx);
    try {
      if (file.size() == 0) {
        throw DataException.of("Record file %s holds no record.", rec);
      }
      return new RecordDataset(file);
    } catch (DataException e) {
      file.close();
      throw e;
    }
  }

  /// Opens `train.rec` and `train.idx` of a folder.
  public static RecordDataset open(Path folder) {
    return open(folder.resolve("train.rec"), folder.resolve("train.idx"));
  }

  @Override
  public int size() {
    return positions.length;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public String name(int index) {
    return file.name(positions[index]);
  }

  @Override
  public byte[] encoded(int index) {
    byte[] image = file.record(positions[index]).image();
    if (image.length == 0) {
      throw DataException.of("%s holds no image.", name(index));
    }
    return image;
  }

  @Override
  public void close() {
    file.close();
  }

  private static int[] imagePositions(RecordFile file) {
    int zero = file.position(0);
    var first = zero < 0 ? null : file.record(zero);
    if (first == null || !first.hasVector() || first.image().length > 0) {
      int[] all = new int[file.size()];
      Arrays.setAll(all, i -> i);
      return all;
    }
    float end = first.label();
    if (!(end >= 1 && end <= (long) file.size() + 1)) {
      throw DataException.of(
          "%s: header record 0 ends the image keys at %s, but the index lists %d records.",
          file.path(), end, file.size());
    }
    int[] positions = new int[(int) end - 1];
    for (int key = 1; key < (int) end; key++) {
      positions[key - 1] = file.position(key);
      if (positions[key - 1] < 0) {
        throw DataException.of(
            "%s: header record 0 promises images 1 to %d, but the index lacks key %d.",
            file.path(), (int) end - 1, key);
      }
    }
    return positions;
  }
}
