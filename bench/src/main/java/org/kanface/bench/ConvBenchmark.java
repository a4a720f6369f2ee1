package org.kanface.bench;

import java.util.concurrent.TimeUnit;
import org.kanface.kernels.Backends;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Convolutions of the networks in GFLOP/s, padding counted as work: `-jvmArgsAppend
/// -Dkanface.threads=1` for one core, `-p backend=cpu,reference` for the plain loops beside it.
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls setup
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ConvBenchmark {
  @Param public ConvShape shape;

  @Param("cpu")
  public String backend;

  private Conv2d conv;
  private ConvKernels kernels;
  private Operands operands; // x, weight, y, bias

  @Setup(Level.Trial)
  public void allocate() {
    conv = shape.conv;
    kernels = Backends.kernels(backend, DType.F32).conv();
    operands = Operands.of(conv.inputNumel(), conv.weightNumel(), conv.outputNumel(), conv.outC());
  }

  @TearDown
  public void free() {
    operands.close();
  }

  @Benchmark
  public HostMemory forward(FlopCounter counter) {
    kernels.forward(conv, operands.a(), operands.b(), operands.bias(), operands.c());
    counter.add(conv.flops());
    return operands.c();
  }

  @Benchmark
  public HostMemory gradInput(FlopCounter counter) {
    kernels.gradInput(conv, operands.c(), operands.b(), operands.a());
    counter.add(conv.flops());
    return operands.a();
  }

  @Benchmark
  public HostMemory gradWeight(FlopCounter counter) {
    kernels.gradWeight(conv, operands.a(), operands.c(), operands.b());
    counter.add(conv.flops());
    return operands.b();
  }
}
