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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bench/run`: one table of everything that [Work] names, each row in a JVM of its own.
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    description = "Times networks and kernels; a table, and a line of JSON a row on request.")
public final class BenchRun implements Callable<Integer> {
  @Option(
      names = "--only",
      description =
          "Rows whose name contains this. Rows that need gigabytes (partialfc) run only where it"
              + " begins their name.",
      defaultValue = "")
  private String only = "";

  @Option(names = "--threads", description = "Compute threads. Default: 1.", defaultValue = "1")
  private int threads = 1;

  @Option(
      names = "--budget",
      description = "Seconds to measure a row after its warm-up. Default: 4.",
      defaultValue = "4")
  private int budget = 4;

  @Option(names = "--naive", description = "Also time the plain loops, where they do the row.")
  private boolean naive;

  @Option(
      names = "--peers",
      description = "Also time PyTorch (through DJL) and ONNX Runtime, where they have the row.")
  private boolean peers;

  @Option(names = "--memory", description = "Also measure off-heap memory beyond the operands.")
  private boolean memory;

  @Option(names = "--json", description = "Append a line of JSON a row to this file.")
  private Path json = Path.of("");

  private final Map<String, Object> machine = Machine.describe();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BenchRun()).execute(arguments));
  }

  @Override
  public Integer call() throws RunnerException, IOException {
    List<Work> rows = Work.all().stream().filter(w -> w.isAskedBy(only)).toList();
    if (rows.isEmpty()) {
      System.err.println("bench/run: no row's name contains " + only);
      return CommandLine.ExitCode.USAGE;
    }
    machine.forEach((key, value) -> System.out.println(key + ": " + value));
    System.out.printf(
        "%n%-46s %7s %12s %12s %9s %8s %9s %12s%n",
        "what", "threads", "median ms", "best ms", "GFLOP/s", "of peak", "images/s", "resident MB");
    var measure = new Measure(threads, budget, memory);
    double peak = // GFLOP/s
        FmaPeak.flop() * 1e-9 / new Measure(1, 1).run(Yardstick.FMA.work()).best() * threads;
    for (Work row : rows) {
      Measure.Taken ours = measure.run(row);
      Map<String, Object> line = report(row, ours, peak);
      compare(measure, row, ours, line);
      line.putAll(machine);
      if (!json.toString().isEmpty()) {
        Files.writeString(
            json, Json.write(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    }
    return CommandLine.ExitCode.OK;
  }

  /// Prints the row and returns it as JSON names it.
  private Map<String, Object> report(Work row, Measure.Taken ours, double peak) {
    double median = ours.median();
    double best = ours.best();
    double resident = ours.memory().resident();
    System.out.printf(
        "%-46s %7d %12.4f %12.4f %9s %8s %9s %12.0f%n",
        row.what(),
        threads,
        median * 1e3,
        best * 1e3,
        row.flop() == 0 ? "" : "%.0f".formatted(row.flop() / median * 1e-9),
        row.flop() == 0 ? "" : "%.0f %%".formatted(100 * row.flop() / median * 1e-9 / peak),
        row.images() == 0 ? "" : "%.1f".formatted(row.images() / median),
        resident);
    var line = new LinkedHashMap<String, Object>();
    line.put("what", row.what());
    line.put("threads", threads);
    line.put("median_s", median);
    line.put("min_s", best);
    line.put("runs", ours.nanos().getN());
    if (row.flop() != 0) {
      line.put("gflops", row.flop() / median * 1e-9);
      line.put("peak_gflops", peak);
    }
    if (row.images() != 0) {
      line.put("images_per_s", row.images() / median);
    }
    line.put("resident_mb", resident);
    if (memory) {
      double extra = ours.memory().offHeapPeak();
      beside("off-heap memory beyond the operands, at most", "%.1f MB".formatted(extra));
      line.put("extra_mb", extra);
    }
    Work.Large large = row.large();
    if (large != null) {
      double planned = large.planned() / 1e6;
      beside("kanface plan foresees, without the JVM", "%.0f MB".formatted(planned));
      line.put("planned_mb", planned);
    }
    return line;
  }

  /// Prints who else does the row, how long it took and how many times that is ours.
  private void compare(Measure measure, Work row, Measure.Taken ours, Map<String, Object> line)
      throws RunnerException, IOException {
    if (naive && row.twin()) {
      against(measure, row, Engines.NAIVE, ours, line);
    }
    if (peers) {
      for (Engine engine : Engines.peersOf(row.what())) {
        against(measure, row, engine.name(), ours, line);
      }
    }
  }

  private static void against(
      Measure measure, Work row, String engine, Measure.Taken ours, Map<String, Object> line)
      throws RunnerException, IOException {
    Measure.Taken theirs = measure.run(row, engine);
    double ratio = theirs.median() / ours.median();
    beside(
        engine,
        "%.4f ms, %.4g times ours; %.0f MB resident"
            .formatted(theirs.median() * 1e3, ratio, theirs.memory().resident()));
    line.put(engine + "_median_s", theirs.median());
    line.put(engine + "_min_s", theirs.best());
    line.put(engine + "_resident_mb", theirs.memory().resident());
    line.put(engine + "_times", ratio);
  }

  private static void beside(String name, String value) {
    System.out.printf("    %s: %s%n", name, value);
  }
}
