package org.kanface.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.kanface.tensor.Json;

/// What a run took.
///
/// @param imagesPerSecond mean over the training steps, verification excluded
/// @param seconds wall clock of the whole run
/// @param steps done in all, those before a resume included
/// @param peakRssMb largest resident memory of the process in 10^6 bytes
/// @param threads of the CPU kernels
/// @param device where it computed, in words
/// @param seed of everything random
public record RunStats(
    double imagesPerSecond,
    double seconds,
    long steps,
    double peakRssMb,
    int threads,
    String device,
    long seed) {
  private static final Path STATUS = Path.of("/proc/self/status");

  /// With the process's [#peakRss] so far.
  public static RunStats now(
      double imagesPerSecond, double seconds, long steps, int threads, String device, long seed) {
    return new RunStats(imagesPerSecond, seconds, steps, peakRss(), threads, device, seed);
  }

  /// Largest resident memory of this process so far in 10^6 bytes: `VmHWM` of Linux. Where there is
  /// no such file, the memory that the JVM has claimed for its heap.
  public static double peakRss() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
          .findFirst()
          .orElseGet(RunStats::heap);
    } catch (IOException e) {
      return heap();
    }
  }

  Map<String, Object> toMap() {
    return Json.of(
        "images_per_second", imagesPerSecond,
        "seconds", seconds,
        "steps", steps,
        "peak_rss_mb", peakRssMb,
        "threads", threads,
        "device", device,
        "seed", seed);
  }

  private static double heap() {
    return Runtime.getRuntime().totalMemory() / 1e6;
  }
}
