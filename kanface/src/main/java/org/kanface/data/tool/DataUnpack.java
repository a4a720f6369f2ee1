package org.kanface.data.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.kanface.data.DataException;
import org.kanface.data.EncodedImages;
import org.kanface.data.FaceDataset;
import org.kanface.data.OutputFolder;
import org.kanface.data.image.ImageCodec;

/// Writes a data set as an image folder: image `n` (from 1) of an identity is `name/name_%04d`, as
/// pair lists expect.
///
/// Image bytes are copied untouched under the extension of their format. Identities that are mere
/// numbers get leading zeros, so that the order of their names is their order.
public final class DataUnpack {
  /// What was written; `skipped` has one sentence for each record without a readable image.
  public record Report(int images, int identities, List<String> skipped) {}

  /// Unpacks `data` into the folder `out`, which must be empty or not exist.
  public Report run(FaceDataset data, Path out, IntConsumer progress) {
    OutputFolder.create(out);
    try {
      try (Stream<Path> there = Files.list(out)) {
        if (there.findAny().isPresent()) {
          throw DataException.of("Folder %s is not empty: unpacking would mix two data sets.", out);
        }
      }
      return write(data, out, progress);
    } catch (IOException e) {
      throw new DataException("Cannot write to %s: %s.".formatted(out, e.getMessage()), e);
    }
  }

  private static Report write(FaceDataset data, Path out, IntConsumer progress) throws IOException {
    int[] written = new int[data.classes()];
    int digits = Math.max(6, Integer.toString(data.classes()).length());
    var skipped = new ArrayList<String>();
    int images = 0;
    for (int i = 0; i < data.size(); i++) {
      byte[] bytes;
      try {
        bytes = EncodedImages.of(data, i);
      } catch (DataException e) {
        skipped.add(String.valueOf(e.getMessage()));
        continue;
      }
      int label = data.label(i);
      var name = folderName(data.className(label), digits);
      var folder = out.resolve(name);
      if (written[label]++ == 0) {
        Files.createDirectories(folder);
      }
      var file = "%s_%04d.%s".formatted(name, written[label], ImageCodec.extension(bytes));
      Files.write(folder.resolve(file), bytes);
      images++;
      progress.accept(i + 1);
    }
    int identities = 0;
    for (int count : written) {
      identities += count > 0 ? 1 : 0;
    }
    return new Report(images, identities, skipped);
  }

  private static String folderName(String className, int digits) {
    return className.matches("\\d+")
        ? "0".repeat(Math.max(0, digits - className.length())) + className
        : className;
  }
}
