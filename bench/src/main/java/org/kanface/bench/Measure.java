package org.kanface.bench;

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
record Measure(int threads, int budget) {
  /// Nanoseconds of every run.
  Statistics run(Work row) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include(WorkBenchmark.class.getName())
            .param("what", row.what())
            .warmupTime(TimeValue.seconds(row.warmup()))
            .measurementTime(TimeValue.seconds(budget))
            .jvmArgsAppend("-Dkanface.threads=" + threads)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    return new Runner(options).runSingle().getPrimaryResult().getStatistics();
  }
}
