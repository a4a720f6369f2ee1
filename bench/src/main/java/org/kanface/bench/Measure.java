package org.kanface.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/// Times one row after another, each in a JVM of its own.
///
/// @param threads compute threads
/// @param budget seconds to measure a row after its warm-up
/// @param tracking whether off-heap memory is tracked too
record Measure(int threads, int budget, boolean tracking) {
  private static final int NAIVE_WARMUP = 1;

  /// What a row took: nanoseconds of every run, and memory.
  record Taken(Statistics nanos, ProcessMemory memory) {
    double median() {
      return nanos.getPercentile(50) * 1e-9;
    }

    double best() {
      return nanos.getMin() * 1e-9;
    }
  }

  Measure(int threads, int budget) {
    this(threads, budget, false);
  }

  Taken run(Work row) throws RunnerException, IOException {
    return run(row, Engines.FAST);
  }

  /// The row as `engine` does it.
  Taken run(Work row, String engine) throws RunnerException, IOException {
    Path memory = Files.createTempFile("kanface-bench", ".txt");
    try {
      var options =
          new OptionsBuilder()
              .include(WorkBenchmark.class.getName())
              .param("what", row.what())
              .param("engine", engine)
              .warmupTime(
                  TimeValue.seconds(engine.equals(Engines.NAIVE) ? NAIVE_WARMUP : row.warmup()))
              .measurementTime(TimeValue.seconds(budget))
              .jvmArgsAppend(
                  "-Dkanface.threads=" + threads,
                  "-D" + ProcessMemory.FILE + "=" + memory,
                  tracking ? ProcessMemory.TRACKING : "-XX:NativeMemoryTracking=off")
              .shouldFailOnError(true)
              .verbosity(VerboseMode.SILENT)
              .build();
      var nanos = new Runner(options).runSingle().getPrimaryResult().getStatistics();
      return new Taken(nanos, ProcessMemory.read(memory));
    } finally {
      Files.delete(memory);
    }
  }
}
