package org.kanface.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One row of the table of [Work], each run a sample; [BenchRun] names the row.
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls setup
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 1, time = 4)
@Fork(1)
public class WorkBenchmark {
  @Param("sgemm_1024x1024x1024")
  public String what;

  private Workload workload;

  @Setup
  public void prepare() {
    workload = Work.of(what).setup().get();
  }

  @TearDown
  public void free() {
    workload.close();
  }

  @Benchmark
  public void run() {
    workload.run();
  }
}
