package org.kanface.bench;

import java.util.concurrent.TimeUnit;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.GemmKernels;
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

/// Matrix products of the networks in GFLOP/s: `-jvmArgsAppend -Dkanface.threads=1` for one core,
/// `-p backend=cpu,reference` for the plain loops beside it.
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls setup
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GemmBenchmark {
  @Param public GemmShape shape;

  @Param("cpu")
  public String backend;

  @Param({"false", "true"})
  public boolean biasAndGelu;

  private Gemm gemm;
  private GemmKernels kernels;
  private Operands operands;
  private Epilogue epilogue;

  @Setup(Level.Trial)
  public void allocate() {
    gemm = shape.gemm;
    long count = gemm.batch().count();
    if (biasAndGelu && count > 1) {
      throw new IllegalStateException("a batch has no epilogue");
    }
    kernels = Backends.kernels(backend, DType.F32).gemm();
    operands =
        Operands.of(
            count * gemm.m() * gemm.k(),
            count * gemm.k() * gemm.n(),
            count * gemm.m() * gemm.n(),
            gemm.n());
    epilogue =
        biasAndGelu
            ? new Epilogue(operands.bias(), Epilogue.Activation.GELU, null, null, null)
            : Epilogue.NONE;
  }

  @TearDown
  public void free() {
    operands.close();
  }

  @Benchmark
  public HostMemory gemm(FlopCounter counter) {
    kernels.gemm(gemm, operands.a(), operands.b(), operands.c(), epilogue);
    counter.add(gemm.flops());
    return operands.c();
  }
}
