package org.kanface.data.align;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.kanface.data.DataException;

/// Landmarks of a folder's images as text: a line an image, its name below the folder, then x and y
/// of left eye, right eye, nose, left and right corner of the mouth, in pixels.
///
/// Fields are separated by tabs, or by blanks where a line has no tab. Numbers after the tenth
/// (such as a detector's score) are ignored, and so are empty lines.
public final class LandmarkFile {
  private static final int NUMBERS = 10;

  private LandmarkFile() {}

  /// Landmarks by image name, '/' between folders, in the file's order. Throws [DataException] with
  /// the line where the file is missing or says something else.
  public static SequencedMap<String, Landmarks> read(Path file) {
    var out = new LinkedHashMap<String, Landmarks>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      String[] fields = line.strip().split(line.contains("\t") ? "\t" : "\\s+", -1);
      if (fields.length < 1 + NUMBERS) {
        throw DataException.of(
            "%s, line %d: expected an image's name and %d numbers, got %d fields.",
            file, number, NUMBERS, fields.length);
      }
      String name = fields[0].replace('\\', '/');
      if (out.put(name, landmarks(fields, file, number)) != null) {
        throw DataException.of("%s, line %d: %s is there twice.", file, number, name);
      }
    }
    if (out.isEmpty()) {
      throw DataException.of("%s names no image.", file);
    }
    return out;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new DataException("Landmark file %s does not exist.".formatted(file), e);
    } catch (IOException e) {
      throw new DataException(
          "Landmark file %s cannot be read: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static Landmarks landmarks(String[] fields, Path file, int line) {
    var points = new ArrayList<Point>();
    for (int i = 1; i <= NUMBERS; i += 2) {
      points.add(new Point(number(fields[i], file, line), number(fields[i + 1], file, line)));
    }
    return Landmarks.of(points);
  }

  private static double number(String text, Path file, int line) {
    try {
      double value = Double.parseDouble(text.strip());
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw DataException.of("%s, line %d: expected a number, found \"%s\".", file, line, text);
  }
}
