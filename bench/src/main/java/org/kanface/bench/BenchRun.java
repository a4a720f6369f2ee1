package org.kanface.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kanface.kernels.cpu.FmaPeak;
import org.kanface.tensor.Json;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bench/run`: one table of everything that [Work] names, each row in a JVM of its own.
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    description = "Times networks and kernels; a table, and a line of JSON a row on request.")
public final class BenchRun implements Callable<Integer> {
  @Option(names = "--only", description = "Rows whose name contains this.", defaultValue = "")
  private String only = "";

  @Option(names = "--threads", description = "Compute threads. Default: 1.", defaultValue = "1")
  private int threads = 1;

  @Option(
      names = "--budget",
      description = "Seconds to measure a row after its warm-up. Default: 4.",
      defaultValue = "4")
  private int budget = 4;

  @Option(names = "--json", description = "Append a line of JSON a row to this file.")
  private Path json = Path.of("");

  private final Map<String, Object> machine = Machine.describe();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BenchRun()).execute(arguments));
  }

  @Override
  public Integer call() throws RunnerException, IOException {
    List<Work> rows = Work.all().stream().filter(w -> w.what().contains(only)).toList();
    if (rows.isEmpty()) {
      System.err.println("bench/run: no row's name contains " + only);
      return CommandLine.ExitCode.USAGE;
    }
    machine.forEach((key, value) -> System.out.println(key + ": " + value));
    System.out.printf(
        "%n%-46s %7s %12s %12s %9s %8s %9s%n",
        "what", "threads", "median ms", "best ms", "GFLOP/s", "of peak", "images/s");
    var measure = new Measure(threads, budget);
    double peak = FmaPeak.flop() / new Measure(1, 1).run(Yardstick.FMA.work()).getMin() * threads;
    for (Work row : rows) {
      report(row, measure.run(row), peak);
    }
    return CommandLine.ExitCode.OK;
  }

  private void report(Work row, Statistics nanos, double peak) throws IOException {
    double median = nanos.getPercentile(50) * 1e-9;
    double best = nanos.getMin() * 1e-9;
    System.out.printf(
        "%-46s %7d %12.4f %12.4f %9s %8s %9s%n",
        row.what(),
        threads,
        median * 1e3,
        best * 1e3,
        row.flop() == 0 ? "" : "%.0f".formatted(row.flop() / median * 1e-9),
        row.flop() == 0 ? "" : "%.0f %%".formatted(100 * row.flop() / median * 1e-9 / peak),
        row.images() == 0 ? "" : "%.1f".formatted(row.images() / median));
    if (json.toString().isEmpty()) {
      return;
    }
    var line = new LinkedHashMap<String, Object>();
    line.put("what", row.what());
    line.put("threads", threads);
    line.put("median_s", median);
    line.put("min_s", best);
    line.put("runs", nanos.getN());
    if (row.flop() != 0) {
      line.put("gflops", row.flop() / median * 1e-9);
      line.put("peak_gflops", peak);
    }
    if (row.images() != 0) {
      line.put("images_per_s", row.images() / median);
    }
    line.putAll(machine);
    Files.writeString(
        json, Json.write(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
