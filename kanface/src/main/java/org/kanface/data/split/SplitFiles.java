package org.kanface.data.split;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;
import org.kanface.data.FolderDataset;

/// Which image is in which part, as lists of names: `train.txt`, `validation.txt` and `test.txt`.
public final class SplitFiles {
  private SplitFiles() {}

  /// Writes the lists to `folder`, or where they are there already, compares: a run that goes on
  /// with other parts would be tested on what it was trained on. Throws [DataException] then.
  public static void keep(Path folder, FaceDataset data, Split split) {
    IntFunction<String> names =
        data instanceof FolderDataset files ? files::file : data::name; // wherever the folder lies
    try {
      Files.createDirectories(folder);
      keep(folder.resolve("train.txt"), split.train(), names);
      keep(folder.resolve("validation.txt"), split.validation(), names);
      keep(folder.resolve("test.txt"), split.test(), names);
    } catch (IOException e) {
      throw new DataException("Cannot write to %s: %s.".formatted(folder, e.getMessage()), e);
    }
  }

  private static void keep(Path file, int[] indices, IntFunction<String> names) throws IOException {
    List<String> lines = Arrays.stream(indices).mapToObj(names).sorted().toList();
    if (!Files.exists(file)) {
      Files.write(file, lines);
    } else if (!Files.readAllLines(file).equals(lines)) {
      throw DataException.of(
          "%s lists other images than the data now gives with this seed: the data changed since the"
              + " run began; begin another run.",
          file);
    }
  }
}
