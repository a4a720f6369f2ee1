package org.kanface.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kanface.kernels.Backends;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Workers;

class ConvCpuTest {
  private static final ConvKernels CPU = new ConvCpu();
  private static final ConvKernels REFERENCE = Backends.kernels("reference", DType.F32).conv();
  private static final int THREADS = Workers.threads();

  /// Random operands of one shape.
  private record Case(
      Conv2d shape, HostMemory x, HostMemory weight, HostMemory bias, HostMemory dy) {
    static Case of(Conv2d s, long seed) {
      var random = new Random(seed);
      return new Case(
          s,
          normal(random, s.inputNumel()),
          normal(random, s.weightNumel()),
          normal(random, s.outC()),
          normal(random, Math.max(0, s.outputNumel())));
    }

    float[] forward(ConvKernels kernels, boolean biased) {
      var y = dirty(shape.outputNumel());
      kernels.forward(shape, x, weight, biased ? bias : null, y);
      return read(y, shape.outputNumel());
    }

    float[] gradInput(ConvKernels kernels) {
      var dx = dirty(shape.inputNumel());
      kernels.gradInput(shape, dy, weight, dx);
      return read(dx, shape.inputNumel());
    }

    float[] gradWeight(ConvKernels kernels) {
      var dweight = dirty(shape.weightNumel());
      kernels.gradWeight(shape, x, dy, dweight);
      return read(dweight, shape.weightNumel());
    }
  }

  private static HostMemory normal(Random random, long count) {
    var values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostMemory.of(values);
  }

  /// Memory that a kernel must overwrite: adding to it, or leaving it, shows.
  private static HostMemory dirty(long count) {
    var memory = HostMemory.allocate(Math.max(0, count) * 4);
    memory.segment().fill((byte) 0x7f);
    return memory;
  }

  private static float[] read(HostMemory memory, long count) {
    var values = new float[(int) Math.max(0, count)];
    MemorySegment.copy(memory.segment(), ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
    return values;
  }

  private static void assertClose(String what, float[] actual, float[] expected, long terms) {
    assertThat(actual).hasSameSizeAs(expected);
    float tolerance = 2e-6f * (terms + 10);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("%s[%d]", what, i).isCloseTo(expected[i], within(tolerance));
    }
  }

  @AfterEach
  void restoreThreads() {
    Workers.resize(THREADS);
  }

  static Stream<Conv2d> shapes() {
    var shapes = new ArrayList<Conv2d>();
    int lanes = Simd.LANES;
    // depthwise: the networks' kernels on their maps, odd channels, strides, dilation, no images
    for (int kernel : new int[] {1, 3, 5, 7, 9, 11}) {
      for (long map : new long[] {1, 3, 7, 14, 19}) {
        shapes.add(Conv2d.of(2, map, map, lanes + 2, lanes + 2, kernel, 1, kernel / 2, lanes + 2));
      }
      shapes.add(Conv2d.of(19, 5, 12, 3, 3, kernel, 2, kernel / 2, 3));
      shapes.add(
          new Conv2d(2, 13, 11, 2 * lanes, 2 * lanes, kernel, 3, 2, 1, 3, 2, 2, 3, 2 * lanes));
    }
    shapes.add(new Conv2d(1, 9, 9, 5, 5, 3, 3, 4, 3, 0, 0, 3, 2, 5));
    shapes.add(Conv2d.of(0, 9, 9, 5, 5, 3, 1, 1, 5));
    shapes.add(Conv2d.of(2, 4, 4, 5, 5, 3, 1, 4, 5)); // more padding than the kernel reaches
    // one pixel a patch, patchify with and without dropped pixels
    shapes.add(Conv2d.of(3, 7, 5, 13, 21, 1, 1, 0, 1));
    shapes.add(Conv2d.of(3, 7, 5, 13, 21, 1, 2, 0, 1));
    shapes.add(Conv2d.of(2, 16, 12, 3, 32, 4, 4, 0, 1));
    shapes.add(Conv2d.of(2, 7, 7, 20, 33, 2, 2, 0, 1));
    // general
    shapes.add(Conv2d.of(2, 14, 14, 16, 32, 3, 1, 1, 1));
    shapes.add(Conv2d.of(2, 15, 13, 7, 19, 3, 2, 1, 1));
    shapes.add(Conv2d.of(1, 23, 23, 3, 10, 7, 2, 3, 1));
    shapes.add(Conv2d.of(3, 9, 9, 70, 65, 3, 1, 1, 1));
    shapes.add(Conv2d.of(2, 10, 8, 12, 18, 3, 1, 1, 2)); // groups
    shapes.add(Conv2d.of(2, 10, 8, 6, 12, 3, 2, 1, 6)); // two outputs a channel
    shapes.add(new Conv2d(2, 17, 14, 6, 8, 3, 2, 2, 3, 2, 1, 2, 3, 2));
    shapes.add(new Conv2d(2, 17, 14, 6, 8, 2, 5, 1, 2, 0, 4, 3, 1, 1));
    shapes.add(Conv2d.of(2, 4, 4, 6, 5, 1, 1, 2, 1)); // padding around single pixels
    shapes.add(Conv2d.of(0, 8, 8, 4, 6, 3, 1, 1, 1));
    shapes.add(Conv2d.of(9, 28, 28, 16, 16, 3, 1, 1, 1)); // the gradient's sums are cut
    return shapes.stream();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void agreesWithReference(Conv2d shape) {
    var c = Case.of(shape, 3);
    long taps = shape.kh() * shape.kw() * (shape.c() / shape.groups());
    for (boolean biased : new boolean[] {true, false}) {
      assertClose("y", c.forward(CPU, biased), c.forward(REFERENCE, biased), taps);
    }
    long outputs = shape.kh() * shape.kw() * (shape.outC() / shape.groups());
    assertClose("dx", c.gradInput(CPU), c.gradInput(REFERENCE), outputs);
    long pixels = shape.n() * shape.outH() * shape.outW();
    assertClose("dweight", c.gradWeight(CPU), c.gradWeight(REFERENCE), pixels);
  }

  @Test
  void isTheSameToTheBitForEveryNumberOfThreads() {
    for (Conv2d shape :
        List.of(
            Conv2d.of(19, 14, 14, 50, 50, 5, 1, 2, 50),
            Conv2d.of(5, 28, 28, 16, 48, 3, 1, 1, 1),
            Conv2d.of(8, 27, 29, 24, 40, 3, 2, 1, 1))) {
      var c = Case.of(shape, 5);
      Workers.resize(1);
      float[] y = c.forward(CPU, true);
      float[] dx = c.gradInput(CPU);
      float[] dweight = c.gradWeight(CPU);
      for (int threads : new int[] {2, 5}) {
        Workers.resize(threads);
        assertThat(c.forward(CPU, true)).as("%s, %d threads", shape, threads).isEqualTo(y);
        assertThat(c.gradInput(CPU)).as("%s, %d threads", shape, threads).isEqualTo(dx);
        assertThat(c.gradWeight(CPU)).as("%s, %d threads", shape, threads).isEqualTo(dweight);
      }
    }
  }
}
