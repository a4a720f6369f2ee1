package org.kanface.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A table in plain text, cells centred between bars:
///
/// ```
/// +-----------+-------+--------+
/// |  Methods  | 1e-06 | 0.0001 |
/// +-----------+-------+--------+
/// | ijbc-IJBC | 89.10 | 96.23  |
/// +-----------+-------+--------+
/// ```
///
/// Where a cell cannot stand in the middle, one of odd width stands to the left of it and one of
/// even width to the right, as Python's PrettyTable does, whose tables are the published ones.
public final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  /// With the columns' titles.
  public TextTable(String... titles) {
    this(Arrays.asList(titles));
  }

  /// With the columns' titles.
  public TextTable(List<String> titles) {
    rows.add(List.copyOf(titles));
  }

  /// Adds a row; throws [IllegalArgumentException] unless it has a cell for each column.
  public TextTable add(List<String> cells) {
    if (cells.size() != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          "[TextTable] expected %d cells, got %d".formatted(rows.getFirst().size(), cells.size()));
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /// The titles first.
  List<List<String>> rows() {
    return List.copyOf(rows);
  }

  /// The table's lines.
  public List<String> lines() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], width(row.get(c)));
      }
    }
    StringBuilder rule = new StringBuilder("+");
    for (int width : widths) {
      rule.append("-".repeat(width + 2)).append('+');
    }
    List<String> lines = new ArrayList<>();
    lines.add(rule.toString());
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("|");
      for (int c = 0; c < columns; c++) {
        line.append(' ').append(centred(row.get(c), widths[c])).append(" |");
      }
      lines.add(line.toString());
      if (lines.size() == 2) {
        lines.add(rule.toString());
      }
    }
    lines.add(rule.toString());
    return lines;
  }

  private static String centred(String cell, int width) {
    int excess = width - width(cell);
    int left = width(cell) % 2 == 0 ? Math.ceilDiv(excess, 2) : excess / 2;
    return " ".repeat(left) + cell + " ".repeat(excess - left);
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
