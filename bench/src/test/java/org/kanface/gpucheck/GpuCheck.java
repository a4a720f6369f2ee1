package org.kanface.gpucheck;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.kanface.tensor.Json;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Tries everything that the CUDA kernels promise on one machine, and writes what it found to one
/// file of JSON and a page of text.
@Command(
    name = "gpu-check",
    mixinStandardHelpOptions = true,
    description = "Checks the CUDA kernels on this machine's GPU against the CPU, and times them.")
public final class GpuCheck implements Callable<Integer> {
  private static final int MOST_PROCESSES = 50; // for a part
  private static final int FAILED = 1;

  @Option(
      names = "--device",
      description = "cuda, cuda:1, … or cuda-sim, the simulated one.",
      defaultValue = "cuda")
  private String device = "cuda";

  @Option(names = "--small", description = "A sample in a few seconds; always so on cuda-sim.")
  private boolean small;

  @Option(
      names = "--only",
      description = "Of these parts alone: ${COMPLETION-CANDIDATES}.",
      split = ",")
  private List<Part> only = List.of(Part.values());

  @Option(
      names = "--out",
      description = "Where gpu-check.json and summary.txt go. Default: here.",
      defaultValue = ".")
  private Path out = Path.of(".");

  @Option(
      names = "--limit",
      description = "Seconds that one item may take. Default: 300.",
      defaultValue = "300")
  private int limit = 300;

  @Option(names = "--from", hidden = true)
  private int from = -1;

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return new CommandLine(new GpuCheck())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    boolean sample = small || device.equals("cuda-sim");
    if (from >= 0) { // a process for one part
      return new PartRun(out).run(only.getFirst(), device, sample, from);
    }
    Files.createDirectories(out);
    long start = System.nanoTime();
    var report = new LinkedHashMap<String, Object>();
    report.put("device", device);
    report.put("sample", sample);
    report.put("commit", System.getProperty("kanface.commit", "unknown"));
    report.put("jdk", Runtime.version().toString());
    report.put(
        "gpu",
        output(
            List.of(
                "nvidia-smi",
                "--query-gpu=name,driver_version,memory.total," + "clocks.max.sm,clocks.max.mem",
                "--format=csv,noheader")));
    report.put("doctor", doctor());
    var parts = new ArrayList<PartReport>();
    var byName = new LinkedHashMap<String, Object>();
    for (Part part : only) {
      System.out.printf("%s …%n", part.title());
      PartReport done = run(part, sample);
      System.out.printf(
          "%s: %d well, %d not%n",
          part.title(), done.items().size() - done.failures().size(), done.failures().size());
      parts.add(done);
      byName.put(part.name().toLowerCase(java.util.Locale.ROOT), done.json());
    }
    report.put("parts", byName);
    report.put("seconds", (System.nanoTime() - start) / 1e9);
    Files.writeString(out.resolve("gpu-check.json"), Json.writePretty(report));
    String summary = Summary.of(report, parts);
    Files.writeString(out.resolve("summary.txt"), summary);
    System.out.print("\n" + summary);
    return parts.stream().allMatch(p -> p.failures().isEmpty()) ? 0 : FAILED;
  }

  private PartReport run(Part part, boolean sample) throws IOException, InterruptedException {
    var report = new PartReport(part);
    for (int process = 0; process < MOST_PROCESSES; process++) {
      Path results = Files.createTempFile("gpu-check", ".jsonl");
      Path log = Files.createTempFile("gpu-check", ".log");
      try {
        String how = wait(start(part, sample, report.next(), results, log), results);
        report.read(results);
        if (how.equals("0") || how.equals(Integer.toString(PartRun.NO_DEVICE))) {
          return report;
        }
        if (report.isInItem()) {
          report.ended(
              how.startsWith("it")
                  ? how
                  : "its JVM ended with status %s: %s".formatted(how, last(log)));
        } else if (!how.equals(Integer.toString(PartRun.GO_ON))) {
          report.failed(part.title(), "its JVM ended with status %s: %s".formatted(how, last(log)));
          return report;
        }
      } finally {
        Files.delete(results);
        Files.delete(log);
      }
    }
    report.failed(part.title(), "given up after %d processes".formatted(MOST_PROCESSES));
    return report;
  }

  private Process start(Part part, boolean sample, int first, Path results, Path log)
      throws IOException {
    var command = java(GpuCheck.class.getName());
    command.addAll(List.of("--device", device, "--only", part.name(), "--out", results.toString()));
    command.addAll(List.of("--from", Integer.toString(first)));
    if (sample) {
      command.add("--small");
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /// This JVM again, with its flags and class path.
  private static List<String> java(String main) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    return command;
  }

  /// Its status, or what it did wrong where it had to be stopped.
  private String wait(Process process, Path results) throws IOException, InterruptedException {
    while (!process.waitFor(1, TimeUnit.SECONDS)) {
      long idle = System.currentTimeMillis() - Files.getLastModifiedTime(results).toMillis();
      if (idle > 1000L * limit) {
        process.destroyForcibly().waitFor();
        return "it did not end within %d s".formatted(limit);
      }
    }
    return Integer.toString(process.exitValue());
  }

  private static String last(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .filter(l -> !l.isBlank() && !l.startsWith("WARNING"))
        .reduce((_, l) -> l)
        .orElse("it said nothing");
  }

  private static List<String> doctor() throws IOException, InterruptedException {
    List<String> command = java("org.kanface.cli.Main");
    command.add("doctor");
    return output(command);
  }

  /// What a program prints, line by line; why not, where it cannot be run.
  private static List<String> output(List<String> command) throws InterruptedException {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
        List<String> all = lines.lines().filter(l -> !l.startsWith("WARNING")).toList();
        process.waitFor();
        return all;
      }
    } catch (IOException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }
}
