package org.kanface.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kanface.report.RunStats;

/// Memory of a JVM that measures a row, in 10⁶ bytes.
///
/// @param resident the most that the process had, everything included
/// @param offHeap off-heap blocks (tensors, scratch memory of kernels), now
/// @param offHeapPeak the most of them at a time; both 0 where the JVM does not track them
record ProcessMemory(double resident, double offHeap, double offHeapPeak) {
  /// The property that names the file for what was measured.
  static final String FILE = "kanface.bench.memory";

  /// JVM option that tracks off-heap memory.
  static final String TRACKING = "-XX:NativeMemoryTracking=summary";

  private static final Pattern OTHER =
      Pattern.compile(
          "Other \\(.*\\s+\\(malloc=(\\d+)KB[^)]*\\)(?: \\((?:at )?peak(?:=(\\d+)KB)?)?");

  /// What this process has had so far.
  static ProcessMemory now() throws IOException {
    double resident = RunStats.peakRss();
    if (!ManagementFactory.getRuntimeMXBean().getInputArguments().contains(TRACKING)) {
      return new ProcessMemory(resident, 0, 0);
    }
    return parse(resident, report());
  }

  static ProcessMemory parse(double resident, String report) {
    Matcher other = OTHER.matcher(report);
    if (!other.find()) {
      return new ProcessMemory(resident, 0, 0);
    }
    double held = kilobytes(other.group(1));
    String peak = other.group(2); // none where it is now
    return new ProcessMemory(resident, held, peak == null ? held : kilobytes(peak));
  }

  private static double kilobytes(String digits) {
    return Long.parseLong(digits) * 1024 / 1e6;
  }

  /// A second JVM asks this one, since asking from within would take memory here.
  private static String report() throws IOException {
    var jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(ProcessHandle.current().pid()),
                "VM.native_memory",
                "summary",
                "scale=KB")
            .start();
    try (var out = jcmd.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// The same with off-heap memory counted from `before` on, but for `kept` bytes.
  ProcessMemory since(ProcessMemory before, long kept) {
    double base = before.offHeap + kept / 1e6;
    return new ProcessMemory(resident, offHeap - base, Math.max(0, offHeapPeak - base));
  }

  void write(Path file) throws IOException {
    Files.writeString(file, resident + "\n" + offHeap + "\n" + offHeapPeak + "\n");
  }

  static ProcessMemory read(Path file) throws IOException {
    List<Double> numbers = Files.readAllLines(file).stream().map(Double::valueOf).toList();
    return new ProcessMemory(numbers.get(0), numbers.get(1), numbers.get(2));
  }
}
