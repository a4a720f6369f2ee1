package org.kanface.data.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kanface.data.DataException;
import org.kanface.data.verify.BinFile;
import org.kanface.data.verify.PairsFile;

/// Writes a pair list and its image folder as one verification file.
public final class DataBin {
  /// What was written; `missing` names the images that the list has and the folder lacks.
  public record Report(int pairs, int same, List<String> missing, long bytes) {}

  /// Writes the pairs of `list` over the images in `folder` to `out`, image bytes untouched, pickle
  /// protocol 2.
  ///
  /// Throws [DataException] where images are missing, unless `skipMissing` leaves their pairs out.
  public Report run(Path list, Path folder, Path out, boolean skipMissing) {
    var found =
        skipMissing
            ? PairsFile.openAvailable(list, folder)
            : new PairsFile.Found(PairsFile.open(list, folder), List.of());
    try (var set = found.set()) {
      BinFile.write(out, set, 2);
      int same = (int) set.pairs().stream().filter(p -> p.same()).count();
      return new Report(set.pairs().size(), same, found.missing(), Files.size(out));
    } catch (IOException e) {
      throw new DataException("Cannot read %s back: %s.".formatted(out, e.getMessage()), e);
    }
  }
}
