package org.kanface.bench;

import java.io.IOException;
import java.nio.file.Path;
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

/// One row of the table of [Work], each run a sample; [BenchRun] names the row and who does it.
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

  @Param(Engines.FAST)
  public String engine;

  private Workload workload;
  private ProcessMemory before;

  @Setup
  public void prepare() throws IOException {
    workload = Engines.open(Work.of(what), engine);
    before = ProcessMemory.now();
  }

  @TearDown
  public void free() throws IOException {
    String file = System.getProperty(ProcessMemory.FILE);
    if (file != null) {
      ProcessMemory.now().since(before, workload.kept()).write(Path.of(file));
    }
    workload.close();
  }

  @Benchmark
  public void run() {
    workload.run();
  }
}
