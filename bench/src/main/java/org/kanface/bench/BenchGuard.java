package org.kanface.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bench/guard`: no hot path may lose more than 15 %.
///
/// What is compared is never a time but a share of what the machine can do, both measured here and
/// now, best of all runs: of the rate of [Yardstick#FMA], or of the time that [Yardstick#COPY]
/// takes where a row counts no operations. `bench/floors.tsv` holds the shares that were reached
/// when it was written. A row that falls short is measured again, twice at most, since a neighbour
/// on the machine slows it down but nothing speeds it up.
@Command(
    name = "bench/guard",
    mixinStandardHelpOptions = true,
    description = "Fails where a kernel's share of the machine's speed fell by more than 15 %.")
public final class BenchGuard implements Callable<Integer> {
  private static final Path FLOORS = Path.of("bench", "floors.tsv");
  private static final double LEAST = 0.85;
  private static final int TRIES = 3;

  @Option(names = "--only", description = "Rows whose name contains this.", defaultValue = "")
  private String only = "";

  @Option(
      names = "--budget",
      description = "Seconds to measure a row after its warm-up. Default: 2.",
      defaultValue = "2")
  private int budget = 2;

  @Option(names = "--update", description = "Write what is reached now as the new floors.")
  private boolean update;

  private final Map<Yardstick, Double> best = new EnumMap<>(Yardstick.class);

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BenchGuard()).execute(arguments));
  }

  @Override
  public Integer call() throws RunnerException, IOException {
    var measure = new Measure(1, budget);
    Map<String, Double> floors = Files.exists(FLOORS) ? read() : new TreeMap<>();
    List<Work> rows = KernelWork.rows().stream().filter(w -> w.what().contains(only)).toList();
    if (rows.isEmpty()) {
      System.err.println("bench/guard: no kernel's name contains " + only);
      return CommandLine.ExitCode.USAGE;
    }
    var lost = new ArrayList<String>();
    for (Work row : rows) {
      double floor = update ? 0 : floors.getOrDefault(row.what(), 0.0);
      double share = 0;
      for (int i = 0; i < TRIES && (i == 0 || share < LEAST * floor); i++) {
        share = Math.max(share, share(measure, row));
      }
      boolean fell = share < LEAST * floor;
      System.out.printf(
          "%-46s %8.4g of %-9s %s%n",
          row.what(),
          share,
          Yardstick.of(row).work().what(),
          update
              ? ""
              : floor == 0
                  ? "has no floor yet"
                  : "floor %.4g%s".formatted(floor, fell ? "  LOST" : ""));
      if (fell) {
        lost.add(row.what());
      }
      floors.put(row.what(), update ? share : floor);
    }
    if (update) {
      write(floors);
      return CommandLine.ExitCode.OK;
    }
    if (lost.isEmpty()) {
      return CommandLine.ExitCode.OK;
    }
    System.err.println(
        "bench/guard: more than %.0f %% slower than their floors: %s"
            .formatted((1 - LEAST) * 100, String.join(", ", lost)));
    return CommandLine.ExitCode.SOFTWARE;
  }

  /// The row's share. The yardstick is taken again with each row, since the machine's clock
  /// changes.
  private double share(Measure measure, Work row) throws RunnerException, IOException {
    var yardstick = Yardstick.of(row);
    double now = measure.run(yardstick.work()).best();
    double shortest = Math.min(now, best.getOrDefault(yardstick, now));
    best.put(yardstick, shortest);
    double times = shortest / measure.run(row).best();
    return yardstick == Yardstick.FMA ? times * row.flop() / yardstick.work().flop() : times;
  }

  private static Map<String, Double> read() throws IOException {
    var floors = new TreeMap<String, Double>();
    for (String line : Files.readAllLines(FLOORS)) {
      String[] columns = line.split("\t", -1);
      floors.put(columns[0], Double.valueOf(columns[1]));
    }
    return floors;
  }

  private static void write(Map<String, Double> floors) throws IOException {
    var lines = new ArrayList<String>();
    floors.forEach((what, share) -> lines.add(what + String.format(Locale.ROOT, "\t%.4g", share)));
    Files.write(FLOORS, lines);
  }
}
