package org.kanface.eval.ijb;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.kanface.data.DataException;

/// Lines of fields read one by one, without a copy of the line's parts. Empty lines are passed
/// over.
///
/// Throws [DataException] naming file and line where a field is not what is asked for.
final class MetaReader implements AutoCloseable {
  private final Path file;
  private final String expected;
  private final char separator; // a space stands for any run of blanks
  private final BufferedReader in;
  private String line = "";
  private int[] ends = new int[16]; // of each field
  private int[] starts = new int[16];
  private int fields;
  private int number;

  /// @param expected the fields of a line in words, for messages
  MetaReader(Path file, char separator, String expected) {
    this.file = file;
    this.separator = separator;
    this.expected = expected;
    try {
      in = Files.newBufferedReader(file);
    } catch (NoSuchFileException e) {
      throw new DataException(
          "%s does not exist: expected lines of \"%s\".".formatted(file, expected), e);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /// Goes to the next line that is not empty; false after the last one.
  boolean next() {
    try {
      do {
        String read = in.readLine();
        if (read == null) {
          return false;
        }
        line = read;
        number++;
      } while (line.isBlank());
    } catch (IOException e) {
      throw unreadable(e);
    }
    split();
    return true;
  }

  /// Throws unless the line has `count` fields.
  void expect(int count) {
    if (fields != count) {
      throw bad("%d fields".formatted(fields));
    }
  }

  /// Throws unless the line has `count` fields or more.
  void expectAtLeast(int count) {
    if (fields < count) {
      throw bad("%d fields".formatted(fields));
    }
  }

  int fields() {
    return fields;
  }

  /// The line's number, from 1.
  int number() {
    return number;
  }

  String text(int field) {
    return line.substring(starts[field], ends[field]);
  }

  int integer(int field) {
    try {
      return Integer.parseInt(line, starts[field], ends[field], 10);
    } catch (NumberFormatException _) {
      throw bad("\"%s\" where a whole number belongs".formatted(text(field)));
    }
  }

  float decimal(int field) {
    try {
      float value = Float.parseFloat(text(field));
      if (Float.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw bad("\"%s\" where a number belongs".formatted(text(field)));
  }

  /// What is wrong with the current line.
  DataException bad(String found) {
    return DataException.of("%s:%d: expected \"%s\", found %s.", file, number, expected, found);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void split() {
    fields = 0;
    int at = 0;
    int length = line.length();
    while (at <= length) {
      if (separator == ' ') {
        while (at < length && blank(line.charAt(at))) {
          at++;
        }
        if (at == length) {
          return;
        }
      }
      int end = at;
      while (end < length && !separates(line.charAt(end))) {
        end++;
      }
      add(at, end);
      at = end + 1;
    }
  }

  private boolean separates(char c) {
    return separator == ' ' ? blank(c) : c == separator;
  }

  private static boolean blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
  }

  private void add(int start, int end) {
    if (fields == starts.length) {
      starts = Arrays.copyOf(starts, 2 * fields);
      ends = Arrays.copyOf(ends, 2 * fields);
    }
    starts[fields] = start;
    ends[fields++] = end;
  }

  private DataException unreadable(IOException e) {
    String reason = e instanceof MalformedInputException ? "not UTF-8 text" : e.getMessage();
    return new DataException("%s cannot be read: %s.".formatted(file, reason), e);
  }
}
