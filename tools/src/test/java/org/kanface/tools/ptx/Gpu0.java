package org.kanface.tools.ptx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// A simulated device with one of the programs of `src/test/cuda`, for tests.
final class Gpu0 implements AutoCloseable {
  final SimDevice device;
  final SimModule module;
  final StringBuilder printed = new StringBuilder();

  private Gpu0(SimOptions options, String ptx) {
    device = new SimDevice(options);
    device.printTo(printed::append);
    module = device.load(ptx);
  }

  static Gpu0 with(String program) {
    return new Gpu0(SimOptions.DEFAULT, text(program));
  }

  static Gpu0 checking(String program) {
    return new Gpu0(SimOptions.CHECK, text(program));
  }

  static Gpu0 profiling(String program) {
    return new Gpu0(SimOptions.PROFILE, text(program));
  }

  /// A program given as PTX: the body of a kernel `k` with the parameters `p` (a buffer) and `n`.
  static Gpu0 body(SimOptions options, String declarations, String body) {
    return new Gpu0(
        options,
        """
        .version 8.0
        .target sm_80
        .address_size 64
        %s
        .visible .entry k(.param .u64 p, .param .u32 n)
        {
        .reg .pred %%p<16>;
        .reg .b16 %%h<16>;
        .reg .b32 %%r<64>;
        .reg .f32 %%f<32>;
        .reg .b64 %%d<32>;
        .reg .f64 %%g<32>;
        ld.param.u64 %%d0, [p];
        ld.param.u32 %%r0, [n];
        mov.u32 %%r1, %%tid.x;
        mad.wide.u32 %%d1, %%r1, 4, %%d0;
        %s
        ret;
        }
        """
            .formatted(declarations, body));
  }

  static String text(String program) {
    try (InputStream in = Gpu0.class.getResourceAsStream("/ptx/" + program + ".ptx")) {
      if (in == null) {
        throw new IllegalArgumentException("no program " + program);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  LaunchReport launch(String kernel, Dim3 grid, Dim3 block, Object... arguments) {
    return module.kernel(kernel).launch(grid, block, 0, arguments);
  }

  long put(float... x) {
    return device.upload(MemorySegment.ofArray(x));
  }

  long put(double... x) {
    return device.upload(MemorySegment.ofArray(x));
  }

  long put(int... x) {
    return device.upload(MemorySegment.ofArray(x));
  }

  long put(long... x) {
    return device.upload(MemorySegment.ofArray(x));
  }

  long put(byte... x) {
    return device.upload(MemorySegment.ofArray(x));
  }

  float[] floats(long at, int n) {
    return device.memory(at, 4L * n).toArray(ValueLayout.JAVA_FLOAT);
  }

  double[] doubles(long at, int n) {
    return device.memory(at, 8L * n).toArray(ValueLayout.JAVA_DOUBLE);
  }

  int[] ints(long at, int n) {
    return device.memory(at, 4L * n).toArray(ValueLayout.JAVA_INT);
  }

  long[] longs(long at, int n) {
    return device.memory(at, 8L * n).toArray(ValueLayout.JAVA_LONG);
  }

  short[] shorts(long at, int n) {
    return device.memory(at, 2L * n).toArray(ValueLayout.JAVA_SHORT);
  }

  static float[] randomFloats(int n, float scale) {
    var random = new Random(7);
    var x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (random.nextFloat() * 2 - 1) * scale;
    }
    return x;
  }

  static int[] randomInts(int n, int bound) {
    return new Random(11).ints(n, 0, bound).toArray();
  }

  @Override
  public void close() {
    device.close();
  }
}
