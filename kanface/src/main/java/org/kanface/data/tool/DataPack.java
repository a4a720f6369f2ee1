package org.kanface.data.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.kanface.data.DataException;
import org.kanface.data.EncodedImages;
import org.kanface.data.FaceDataset;
import org.kanface.data.OutputFolder;
import org.kanface.data.SampleRandom;
import org.kanface.data.record.FaceRecord;
import org.kanface.data.record.RecordWriter;

/// Writes a data set as `train.rec`, `train.idx` and `property` (identities, height and width of an
/// image).
///
/// Image bytes are copied untouched; images that are only drawn become PNG. The files appear when
/// they are complete.
public final class DataPack {
  /// How records are ordered.
  public enum Layout {
    /// Header record 0, images 1 to n grouped by identity, then one header for each identity with
    /// its range of keys.
    INSIGHTFACE,
    /// Images alone under keys 0 to n − 1, shuffled: what sequential readers need.
    SHUFFLED
  }

  /// What was written.
  public record Report(int images, int identities, long bytes) {}

  /// Packs `data` into the folder `out`; `seed` orders the shuffled layout.
  ///
  /// Throws [DataException] where a file cannot be written or an image cannot be read.
  public Report run(FaceDataset data, Path out, Layout layout, long seed, IntConsumer progress) {
    if (data.classes() > 1 << 24
        || layout == Layout.INSIGHTFACE && data.size() + data.classes() >= 1 << 24) {
      throw DataException.of(
          "%d images of %d identities do not fit: labels and keys are float32 there, exact up to %d"
              + " only.",
          data.size(), data.classes(), 1 << 24);
    }
    var rec = out.resolve("train.rec");
    var idx = out.resolve("train.idx");
    var recPart = out.resolve("train.rec.part");
    var idxPart = out.resolve("train.idx.part");
    OutputFolder.create(out);
    try {
      try (var writer = new RecordWriter(recPart, idxPart)) {
        if (layout == Layout.INSIGHTFACE) {
          grouped(data, writer, progress);
        } else {
          shuffled(data, writer, seed, progress);
        }
      }
      var first = data.image(0);
      Files.writeString(
          out.resolve("property"),
          "%d,%d,%d\n".formatted(data.classes(), first.height(), first.width()));
      Files.move(recPart, rec, StandardCopyOption.REPLACE_EXISTING);
      Files.move(idxPart, idx, StandardCopyOption.REPLACE_EXISTING);
      return new Report(data.size(), data.classes(), Files.size(rec));
    } catch (IOException e) {
      throw new DataException("Cannot write to %s: %s.".formatted(out, e.getMessage()), e);
    }
  }

  private static void shuffled(
      FaceDataset data, RecordWriter writer, long seed, IntConsumer progress) {
    int[] order = new SampleRandom(seed).permutation(data.size());
    for (int key = 0; key < order.length; key++) {
      int i = order[key];
      writer.write(key, FaceRecord.of(data.label(i), key, EncodedImages.of(data, i)));
      progress.accept(key + 1);
    }
  }

  private static void grouped(FaceDataset data, RecordWriter writer, IntConsumer progress) {
    int n = data.size();
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingInt(data::label))
            .mapToInt(i -> i)
            .toArray();
    int[] start = new int[data.classes() + 1]; // first key of each identity
    for (int i : order) {
      start[data.label(i) + 1]++;
    }
    start[0] = 1;
    Arrays.parallelPrefix(start, Integer::sum);
    byte[] none = {};
    writer.write(0, FaceRecord.of(new float[] {n + 1, n + 1 + data.classes()}, 0, none));
    for (int k = 0; k < n; k++) {
      int i = order[k];
      writer.write(k + 1, FaceRecord.of(data.label(i), k + 1, EncodedImages.of(data, i)));
      progress.accept(k + 1);
    }
    for (int label = 0; label < data.classes(); label++) {
      int key = n + 1 + label;
      writer.write(key, FaceRecord.of(new float[] {start[label], start[label + 1]}, key, none));
    }
  }
}
