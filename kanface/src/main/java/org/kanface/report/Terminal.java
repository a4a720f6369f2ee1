package org.kanface.report;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/// Where a program talks to its user: lines, and on a real terminal one line at the bottom that is
/// rewritten in place. Thread-safe.
public final class Terminal {
  private static final String ERASE = "\r\u001b[K"; // to the line's start, then clear to its end

  private final PrintStream out;
  private final boolean interactive;
  private String status = "";

  Terminal(PrintStream out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /// Standard output; interactive where it is a terminal that understands control sequences.
  public static Terminal system() {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    boolean dumb = "dumb".equals(System.getenv("TERM"));
    return new Terminal(System.out, terminal && !dumb);
  }

  /// A stream that is not a terminal: lines only.
  public static Terminal plain(PrintStream out) {
    return new Terminal(out, false);
  }

  /// Whether the bottom line can be rewritten.
  public boolean interactive() {
    return interactive;
  }

  /// Prints a line above the status.
  public synchronized void println(String line) {
    if (status.isEmpty()) {
      out.println(line);
    } else {
      out.print(ERASE + line + System.lineSeparator() + status);
    }
    out.flush();
  }

  /// Rewrites the bottom line; empty to remove it. Does nothing where [#interactive] is false.
  synchronized void status(String line) {
    if (!interactive || line.equals(status)) {
      return;
    }
    status = line;
    out.print(ERASE + line);
    out.flush();
  }
}
