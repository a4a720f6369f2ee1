package org.kanface.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Epilogue.Activation;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.GemmKernels;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Workers;

class GemmCpuTest {
  private static final GemmKernels CPU = new GemmCpu();
  private static final GemmKernels REFERENCE = Backends.kernels("reference", DType.F32).gemm();
  private static final int THREADS = Workers.threads();

  /// Row-major random operands of one case, and what the kernels make of them.
  private record Case(Gemm shape, HostMemory a, HostMemory b, float[] c) {
    static Case of(Gemm g, long seed) {
      var batch = g.batch();
      long rowsA = g.transA() ? g.k() : g.m();
      long rowsB = g.transB() ? g.n() : g.k();
      var random = new Random(seed);
      return new Case(
          g,
          normal(random, rowsA * g.lda() + span(batch, batch.aOuter(), batch.aInner())),
          normal(random, rowsB * g.ldb() + span(batch, batch.bOuter(), batch.bInner())),
          floats(random, g.m() * g.ldc() + span(batch, batch.cOuter(), batch.cInner())));
    }

    private static long span(Gemm.Batch batch, long outer, long inner) {
      return batch.count() == 0 ? 0 : (batch.outer() - 1) * outer + (batch.inner() - 1) * inner;
    }

    float[] run(GemmKernels kernels, Epilogue epilogue) {
      var result = HostMemory.of(c);
      kernels.gemm(shape, a, b, result, epilogue);
      return read(result, c.length);
    }

    void check(Epilogue epilogue) {
      float[] expected = run(REFERENCE, epilogue);
      float[] actual = run(CPU, epilogue);
      float tolerance = 2e-6f * (shape.k() + 10);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).as("%s c[%d]", shape, i).isCloseTo(expected[i], within(tolerance));
      }
    }
  }

  private static org.assertj.core.data.Offset<Float> within(float tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }

  private static float[] floats(Random random, long count) {
    var values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static HostMemory normal(Random random, long count) {
    return HostMemory.of(floats(random, count));
  }

  private static float[] read(HostMemory memory, int count) {
    var values = new float[count];
    MemorySegment.copy(memory.segment(), ValueLayout.JAVA_FLOAT, 0, values, 0, count);
    return values;
  }

  @AfterEach
  void restoreThreads() {
    Workers.resize(THREADS);
  }

  /// Off every tile edge by one, primes, depths over more than one block, and the depth split.
  static Stream<Gemm> shapes() {
    var shapes = new ArrayList<Gemm>();
    int lanes = Simd.LANES;
    long[] sizes = {1, 4, 5, 11, 12, 13, lanes - 1, lanes, lanes + 1, 2 * lanes + 1, 67};
    var random = new Random(5);
    for (long m : sizes) {
      for (long n : sizes) {
        long k = sizes[random.nextInt(sizes.length)] + (random.nextInt(8) == 0 ? 500 : 0);
        shapes.add(Gemm.of(random.nextBoolean(), random.nextBoolean(), m, n, k));
      }
    }
    for (int i = 0; i < 4; i++) {
      boolean transA = (i & 1) == 1;
      boolean transB = i > 1;
      shapes.add(Gemm.of(transA, transB, 3, 5, 0));
      shapes.add(Gemm.of(transA, transB, 0, 5, 7));
      shapes.add(Gemm.of(transA, transB, 3, 0, 7));
      shapes.add(Gemm.of(transA, transB, 257, 131, 300));
      shapes.add(Gemm.of(transA, transB, 509, 1, 33));
      shapes.add(Gemm.of(transA, transB, 1, 509, 33));
      shapes.add(Gemm.of(transA, transB, 19, 32, 5003)); // depth split
      Gemm strided = Gemm.of(transA, transB, 29, 35, 41);
      shapes.add(strided.leading(strided.lda() + 3, strided.ldb() + 5, strided.ldc() + 1));
      shapes.add(strided.scaled(-0.25).accumulating());
      shapes.add(Gemm.of(transA, transB, 33, 40, 4096).scaled(0.5).accumulating());
      shapes.add(
          Gemm.of(transA, transB, 25, 25, 49)
              .batched(new Gemm.Batch(3, 2, 4000, 1300, 4000, 1500, 2000, 700)));
    }
    // heads inside tokens: q^T k of [tokens, 3, heads, 16]
    shapes.add(
        Gemm.of(true, false, 16, 16, 49)
            .leading(192, 192, 16)
            .batched(new Gemm.Batch(5, 4, 49 * 192, 16, 49 * 192, 16, 4 * 256, 256)));
    return shapes.stream();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void agreesWithReference(Gemm shape) {
    Case.of(shape, 7).check(Epilogue.NONE);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void appliesEpilogues(Activation activation) {
    for (Gemm shape :
        List.of(
            Gemm.of(false, true, 27, 37, 19),
            Gemm.of(false, true, 300, 150, 300),
            Gemm.of(true, false, 19, 33, 3001),
            Gemm.of(false, true, 27, 37, 19).leading(19, 19, 40).accumulating())) {
      var random = new Random(3);
      int stored = (int) (shape.m() * shape.ldc());
      var bias = normal(random, shape.n());
      var scale = normal(random, shape.n());
      var residual = normal(random, stored);
      var kept = HostMemory.allocate(stored * 4L);
      var c = Case.of(shape, 9);
      c.check(Epilogue.bias(bias));
      c.check(new Epilogue(null, activation, kept, null, null));
      c.check(new Epilogue(bias, activation, null, null, residual));
      c.check(new Epilogue(null, activation, null, scale, null));
      var all = new Epilogue(bias, activation, kept, scale, residual);
      c.check(all); // the reference ran first, the CPU's preactivation is what is left
      float[] actual = read(kept, stored);
      c.run(REFERENCE, all);
      float[] expected = read(kept, stored);
      for (int i = 0; i < stored; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(2e-6f * (shape.k() + 10)));
      }
    }
  }

  @Test
  void isTheSameToTheBitForEveryNumberOfThreads() {
    for (Gemm shape :
        List.of(
            Gemm.of(false, true, 1153, 115, 192),
            Gemm.of(true, false, 60, 400, 6272), // depth split
            Gemm.of(true, false, 300, 517, 1300),
            Gemm.of(false, true, 49, 25, 25)
                .batched(new Gemm.Batch(40, 4, 4900, 1225, 2500, 625, 4900, 1225)))) {
      var c = Case.of(shape, 11);
      Workers.resize(1);
      float[] one = c.run(CPU, Epilogue.NONE);
      for (int threads : new int[] {2, 5}) {
        Workers.resize(threads);
        assertThat(c.run(CPU, Epilogue.NONE)).as("%s, %d threads", shape, threads).isEqualTo(one);
      }
    }
  }

  @Test
  void takesMemoryOfTheJavaHeap() {
    var a = HostMemory.of(MemorySegment.ofArray(new float[] {1, 2, 3, 4}));
    var b = HostMemory.of(MemorySegment.ofArray(new float[] {1, 0, 0, 1}));
    var c = new float[4];
    CPU.gemm(Gemm.of(false, true, 2, 2, 2), a, b, HostMemory.of(MemorySegment.ofArray(c)));
    assertThat(c).containsExactly(1, 2, 3, 4);
  }

  @Test
  void refusesBlocksThatAreTooShort() {
    var four = HostMemory.allocate(16);
    assertThatThrownBy(() -> CPU.gemm(Gemm.of(false, false, 2, 2, 3), four, four, four))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("[gemm] a: expected at least 24 bytes, got 16");
  }

  /// One chain of `k` additions of numbers of about 1 is off by some `2⁻²⁴ √(k/2)` of its result,
  /// 1.5e-6 here; sums of 256 numbers, added up, by a quarter of that.
  @Test
  void longSumsRoundLikeShortOnes() {
    Gemm shape = Gemm.of(false, true, 400, 64, 4096); // too many tiles to be cut along k
    Case random = Case.of(shape, 3);
    float[] actual = random.run(CPU, Epilogue.NONE);
    double errors = 0;
    double squares = 0;
    for (int i = 0; i < actual.length; i += 101) {
      double exact = dot(random, i / shape.n(), i % shape.n());
      errors += (actual[i] - exact) * (actual[i] - exact);
      squares += exact * exact;
    }
    assertThat(Math.sqrt(errors / squares)).isLessThan(7e-7);
  }

  private static double dot(Case c, long row, long column) {
    long k = c.shape.k();
    double sum = 0;
    for (long p = 0; p < k; p++) {
      sum +=
          (double) c.a.segment().getAtIndex(ValueLayout.JAVA_FLOAT, row * k + p)
              * c.b.segment().getAtIndex(ValueLayout.JAVA_FLOAT, column * k + p);
    }
    return sum;
  }
}
