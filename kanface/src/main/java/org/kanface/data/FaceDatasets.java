package org.kanface.data;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kanface.data.record.RecordDataset;

/// Finds out what kind of data lies at a path.
public final class FaceDatasets {
  private FaceDatasets() {}

  /// Opens `train.rec` of a folder that has one, a `.rec` file named itself, or an image folder.
  ///
  /// An index beside the record file is used where there is one. Throws [DataException] where
  /// nothing usable is there.
  public static FaceDataset open(Path path) {
    var fileName = String.valueOf(path.getFileName());
    if (Files.isRegularFile(path) && fileName.endsWith(".rec")) {
      return RecordDataset.open(path, path.resolveSibling(fileName.replaceFirst("rec$", "idx")));
    }
    return Files.exists(path.resolve("train.rec"))
        ? RecordDataset.open(path)
        : FolderDataset.open(path);
  }
}
