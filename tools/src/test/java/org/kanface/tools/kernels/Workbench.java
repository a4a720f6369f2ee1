package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.tools.ptx.Dim3;
import org.kanface.tools.ptx.LaunchReport;
import org.kanface.tools.ptx.SimDevice;
import org.kanface.tools.ptx.SimKernel;
import org.kanface.tools.ptx.SimModule;
import org.kanface.tools.ptx.SimOptions;

/// A workbench for one comparison: the committed PTX of a family on a simulated GPU with all
/// sanitizers on, the plain loops beside it, and blocks that both have.
final class Workbench implements AutoCloseable {
  static final Kernels REFERENCE = Backends.kernels("reference", DType.F32);

  private static final SimOptions CHECK = new SimOptions(true, false, 1);
  private static final double HALF_ULP = 0x1p-24;

  private final SimDevice device;
  private final List<SimModule> modules;
  private final SplittableRandom random;
  private final List<HostMemory> owned = new ArrayList<>();

  Workbench(String family, long seed) {
    this(family, "compute_75", seed);
  }

  Workbench(String family, String target, long seed) {
    this(family, target, seed, CHECK);
  }

  Workbench(String family, String target, long seed, SimOptions options) {
    this(List.of(family), target, seed, options);
  }

  /// The same of several families.
  Workbench(List<String> families, long seed) {
    this(families, "compute_75", seed, CHECK);
  }

  Workbench(List<String> families, String target, long seed, SimOptions options) {
    device = new SimDevice(options);
    modules = families.stream().map(family -> device.load(text(family, target))).toList();
    random = new SplittableRandom(seed);
  }

  static String text(String family, String target) {
    String file = "/org/kanface/kernels/cuda/" + family + "." + target + ".ptx";
    try (InputStream in = Kernels.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The names of all kernels.
  List<String> kernels() {
    return modules.stream().flatMap(m -> m.kernels().stream()).toList();
  }

  private SimKernel kernel(String name) {
    return modules.stream()
        .filter(m -> m.kernels().contains(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no kernel " + name))
        .kernel(name);
  }

  /// Numbers in `low … high`.
  Twin in(String name, long size, double low, double high) {
    return values(name, size, _ -> random.nextDouble(low, high));
  }

  /// Numbers of either sign up to 1.
  Twin in(String name, long size) {
    return in(name, size, -1, 1);
  }

  /// Element `i` is `value.applyAsDouble(i)`.
  Twin values(String name, long size, DoubleUnaryOperator value) {
    HostMemory host = host(size, Float.BYTES);
    for (int i = 0; i < size; i++) {
      host.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value.applyAsDouble(i));
    }
    return upload(name, host, size, Float.BYTES);
  }

  /// Whole numbers in `low … high - 1`, I64.
  Twin indices(String name, long size, long low, long high) {
    HostMemory host = host(size, Long.BYTES);
    for (int i = 0; i < size; i++) {
      host.segment().setAtIndex(ValueLayout.JAVA_LONG, i, random.nextLong(low, high));
    }
    return upload(name, host, size, Long.BYTES);
  }

  /// Bytes of any value.
  Twin bytes(String name, long size) {
    HostMemory host = host(size, 1);
    for (int i = 0; i < size; i++) {
      host.segment().set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
    }
    return upload(name, host, size, 1);
  }

  /// 32-bit whole numbers.
  Twin ints(String name, int... values) {
    HostMemory host = host(values.length, Integer.BYTES);
    MemorySegment.copy(values, 0, host.segment(), ValueLayout.JAVA_INT, 0, values.length);
    return upload(name, host, values.length, Integer.BYTES);
  }

  /// What the kernel has to write: reading it before is a finding.
  Twin out(String name, long size) {
    return outBytes(name, size, Float.BYTES);
  }

  Twin outBytes(String name, long size, int each) {
    HostMemory host = host(size, each);
    return new Twin(name, host, device.allocate(name, Math.max(size, 1) * each), (int) size);
  }

  private HostMemory host(long size, int each) {
    HostMemory host = HostMemory.allocate(size * each);
    owned.add(host);
    return host;
  }

  private Twin upload(String name, HostMemory host, long size, int each) {
    long at = device.upload(name, host.segment().asSlice(0, Math.max(size * each, 1)));
    return new Twin(name, host, at, (int) size);
  }

  double nextDouble() {
    return random.nextDouble();
  }

  /// Launches; blocks among the arguments stand for their addresses. No sanitizer may find
  /// anything.
  LaunchReport launch(String kernel, Dim3 grid, Dim3 block, int shared, Object... arguments) {
    var plain = new Object[arguments.length];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = arguments[i] instanceof Twin t ? (Object) t.device() : arguments[i];
    }
    LaunchReport report = kernel(kernel).launch(grid, block, shared, plain);
    assertThat(report.findings()).isEmpty();
    return report;
  }

  /// What the device holds.
  float[] floats(Twin block) {
    return device.memory(block.device(), 4L * block.size()).toArray(ValueLayout.JAVA_FLOAT);
  }

  long[] longs(Twin block) {
    return device.memory(block.device(), 8L * block.size()).toArray(ValueLayout.JAVA_LONG);
  }

  double[] doubles(Twin block) {
    return device.memory(block.device(), 8L * block.size()).toArray(ValueLayout.JAVA_DOUBLE);
  }

  short[] shorts(Twin block) {
    return device.memory(block.device(), 2L * block.size()).toArray(ValueLayout.JAVA_SHORT);
  }

  int[] ints(Twin block) {
    return device.memory(block.device(), 4L * block.size()).toArray(ValueLayout.JAVA_INT);
  }

  /// Both sides hold the same, to `ulps` half units in the last place of the larger of the value
  /// and
  /// `floor`.
  void requireEqual(Twin block, double ulps, double floor) {
    float[] actual = floats(block);
    for (int i = 0; i < actual.length; i++) {
      float expected = block.get(i);
      boolean equal =
          Float.isNaN(expected)
              ? Float.isNaN(actual[i])
              : expected == actual[i]
                  || Math.abs((double) expected - actual[i])
                      <= ulps * HALF_ULP * Math.max(Math.abs(expected), floor);
      if (!equal) {
        throw new AssertionError(
            "%s, element %d of %d: expected %s, got %s"
                .formatted(block.name(), i, actual.length, expected, actual[i]));
      }
    }
  }

  /// For a sum of `length` terms of either sign and magnitude about 1.
  void requireSum(Twin block, long length, double factor) {
    double root = Math.sqrt(Math.max(length, 1));
    requireEqual(block, factor * (8 + 4 * root), root);
  }

  /// The device's partial sums `[chunks, size of whole]` add up to what the host has in `whole`.
  void requireChunks(Twin partial, Twin whole, long length, double factor) {
    float[] parts = floats(partial);
    var sums = new float[whole.size()];
    for (int i = 0; i < parts.length; i++) {
      sums[i % sums.length] += parts[i];
    }
    MemorySegment.copy(
        MemorySegment.ofArray(sums),
        0,
        device.memory(whole.device(), 4L * sums.length),
        0,
        4L * sums.length);
    requireSum(whole, length, factor);
  }

  void requireSameLongs(Twin block) {
    long[] expected =
        block.host().segment().asSlice(0, 8L * block.size()).toArray(ValueLayout.JAVA_LONG);
    assertThat(longs(block)).as(block.name()).isEqualTo(expected);
  }

  /// Grid that covers `n` threads of `block`, at least 1 and at most `most` blocks.
  static Dim3 cover(long n, int block, int most) {
    return Dim3.of(Math.clamp((n + block - 1) / block, 1, most));
  }

  @Override
  public void close() {
    device.close();
    owned.forEach(HostMemory::close);
  }
}
