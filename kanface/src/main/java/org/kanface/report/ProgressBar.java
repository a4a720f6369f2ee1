package org.kanface.report;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/// How far a long piece of work is: on a terminal a bar with rate and remaining time, elsewhere a
/// plain line every half minute.
///
/// ```
/// verify lfw ███████████████░░░░░░░░░░░░░░░  52 %  6200/12000  812 images/s  0:00:07 left
/// ```
public final class ProgressBar implements AutoCloseable {
  private static final int CELLS = 30;
  private static final long REDRAW = Duration.ofMillis(100).toNanos();
  private static final long PLAIN = Duration.ofSeconds(30).toNanos();

  private final Terminal terminal;
  private final String task;
  private final long before;
  private final String unit;
  private final long total;
  private final LongSupplier nanos;
  private final long start;
  private long shown;

  /// Work of `total` units (`images`, say).
  public ProgressBar(Terminal terminal, String task, long total, String unit) {
    this(terminal, task, 0, total, unit);
  }

  /// The same where `before` of them were done earlier, which says nothing about the rate.
  public ProgressBar(Terminal terminal, String task, long before, long total, String unit) {
    this(terminal, task, before, total, unit, System::nanoTime);
  }

  ProgressBar(
      Terminal terminal, String task, long before, long total, String unit, LongSupplier nanos) {
    this.terminal = terminal;
    this.task = task;
    this.before = before;
    this.total = total;
    this.unit = unit;
    this.nanos = nanos;
    start = nanos.getAsLong();
    shown = start;
  }

  /// Tells that `done` units are done; shows it if the last time is long enough ago.
  public synchronized void update(long done) {
    long now = nanos.getAsLong();
    if (now - shown < (terminal.interactive() ? REDRAW : PLAIN) || done == before) {
      return;
    }
    shown = now;
    double rate = (done - before) / ((now - start) / 1e9);
    String left = clock((total - done) / rate);
    if (terminal.interactive()) {
      int filled = (int) (CELLS * done / Math.max(1, total));
      terminal.status(
          String.format(
              Locale.ROOT,
              "%s %s%s %3d %%  %d/%d  %.0f %s/s  %s left",
              task,
              "█".repeat(filled),
              "░".repeat(CELLS - filled),
              100 * done / Math.max(1, total),
              done,
              total,
              rate,
              unit,
              left));
    } else {
      terminal.println(
          String.format(
              Locale.ROOT,
              "%s: %d of %d, %.0f %s/s, %s left",
              task,
              done,
              total,
              rate,
              unit,
              left));
    }
  }

  /// Removes the bar.
  @Override
  public void close() {
    terminal.status("");
  }

  /// Seconds as `h:mm:ss`.
  static String clock(double seconds) {
    long s = Math.max(0, Math.round(seconds));
    return "%d:%02d:%02d".formatted(s / 3600, s / 60 % 60, s % 60);
  }
}
