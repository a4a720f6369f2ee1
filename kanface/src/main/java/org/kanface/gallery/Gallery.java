package org.kanface.gallery;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.kanface.data.DataException;
import org.kanface.data.OutputFolder;
import org.kanface.tensor.Json;
import org.kanface.tensor.JsonException;

/// Known faces by name.
///
/// The file is a JSON array of objects, EfficientFR's `embeddings.json`: `name` (the image without
/// its extension), `embedding` (the network's output as it is, not of length 1) and `timestamp`
/// (local time, ISO 8601 with microseconds).
///
/// @param entries in the order of the file
public record Gallery(List<Entry> entries) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS");

  /// Throws [IllegalArgumentException] where embeddings differ in size.
  public Gallery {
    entries = List.copyOf(entries);
    for (Entry e : entries) {
      if (e.embedding.size() != entries.getFirst().embedding.size()) {
        throw new IllegalArgumentException(
            "\"%s\" has %d numbers, \"%s\" %d: expected embeddings of one network"
                .formatted(
                    e.name,
                    e.embedding.size(),
                    entries.getFirst().name,
                    entries.getFirst().embedding.size()));
      }
    }
  }

  /// One known face.
  public record Entry(String name, Embedding embedding, String timestamp) {
    /// A face embedded now.
    public static Entry now(String name, Embedding embedding) {
      return new Entry(name, embedding, TIME.format(LocalDateTime.now(ZoneId.systemDefault())));
    }
  }

  /// A known face beside a new one.
  public record Match(Entry entry, double value) {}

  /// The `count` entries most like `face`, the best first; equal ones in the file's order. Throws
  /// [IllegalArgumentException] where the face is of another network.
  public List<Match> best(Embedding face, Metric metric, int count) {
    Comparator<Match> order = Comparator.comparingDouble(Match::value);
    return entries.stream()
        .map(e -> new Match(e, metric.compare(face, e.embedding)))
        .sorted(metric == Metric.COSINE ? order.reversed() : order)
        .limit(count)
        .toList();
  }

  /// Writes the file; it appears when it is complete.
  public void write(Path file) {
    var list = new ArrayList<Object>();
    for (Entry e : entries) {
      float[] floats = e.embedding.toFloats();
      var doubles = new double[floats.length]; // written to their last digit
      for (int i = 0; i < floats.length; i++) {
        doubles[i] = floats[i];
      }
      list.add(Json.of("name", e.name, "embedding", doubles, "timestamp", e.timestamp));
    }
    if (Files.isDirectory(file)) {
      throw DataException.of("%s is a folder, expected a file to write.", file);
    }
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      OutputFolder.create(folder);
    }
    try {
      Files.writeString(temporary, Json.writePretty(list));
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s.".formatted(file, e.getMessage()), e);
    }
  }

  /// Reads a file; members that it has besides are ignored, `timestamp` may be missing. Throws
  /// [DataException] or [JsonException] where it is missing or no gallery.
  public static Gallery read(Path file) {
    List<Object> items = Json.array(parse(file), file.toString());
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < items.size(); i++) {
      String where = file + "[" + i + "]";
      Map<String, Object> item = Json.object(items.get(i), where);
      entries.add(
          new Entry(
              Json.string(Json.member(item, "name", where), where + ".name"),
              embedding(Json.member(item, "embedding", where), where + ".embedding"),
              Json.string(item.getOrDefault("timestamp", ""), where + ".timestamp")));
    }
    try {
      return new Gallery(entries);
    } catch (IllegalArgumentException e) {
      throw new DataException(file + ": " + e.getMessage(), e);
    }
  }

  private static Object parse(Path file) {
    try {
      return Json.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new DataException("Gallery %s does not exist.".formatted(file), e);
    } catch (CharacterCodingException e) {
      throw new DataException("Gallery %s is no text in UTF-8.".formatted(file), e);
    } catch (IOException e) {
      throw new DataException("Gallery %s cannot be read: %s.".formatted(file, e.getMessage()), e);
    } catch (JsonException e) {
      throw new DataException(file + " is no gallery: " + e.getMessage(), e);
    }
  }

  private static Embedding embedding(Object value, String where) {
    List<Object> numbers = Json.array(value, where);
    if (numbers.isEmpty()) {
      throw DataException.of("%s: expected numbers, found none.", where);
    }
    var values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Json.number(numbers.get(i), where);
      if (!Float.isFinite(values[i])) {
        throw DataException.of("%s: expected finite numbers, found %s.", where, numbers.get(i));
      }
    }
    return Embedding.of(values);
  }
}
