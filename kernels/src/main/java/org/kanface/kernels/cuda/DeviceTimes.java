package org.kanface.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static org.kanface.kernels.cuda.CudaException.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jcuda.driver.CUevent;
import org.kanface.kernels.Kernels;

/// How long kernels and the calls of cuBLAS and cuDNN take on a GPU, measured by events around
/// each:
/// the device's time, without what the host needs to enqueue them.
///
/// ```java
/// try (var times = DeviceTimes.of(kernels)) {
///   step();
///   times.rows().forEach(System.out::println);
/// }
/// ```
public final class DeviceTimes implements AutoCloseable {
  /// All calls of one name.
  ///
  /// @param name of a kernel, or of a library's call with its sizes
  /// @param seconds of all calls together
  /// @param bytes that the arguments of all calls have, each counted once; 0 where nobody says
  /// @param flop floating-point operations of all calls; 0 where nobody says
  public record Row(String name, long calls, double seconds, long bytes, double flop) {
    private Row plus(Row other) {
      return new Row(
          name,
          calls + other.calls,
          seconds + other.seconds,
          bytes + other.bytes,
          flop + other.flop);
    }
  }

  private record Span(String name, CUevent start, CUevent end, long bytes, double flop) {}

  private final CudaContext context;
  private final List<Span> spans = new ArrayList<>();
  private final Deque<CUevent> spare = new ArrayDeque<>();

  private DeviceTimes(CudaContext context) {
    this.context = context;
  }

  /// Measures what these kernels do from now on, until it is closed; throws
  /// [IllegalArgumentException] where they are not a GPU's.
  public static DeviceTimes of(Kernels kernels) {
    if (kernels instanceof CudaKernels cuda) {
      var times = new DeviceTimes(cuda.context());
      times.context.times(times);
      return times;
    }
    throw new IllegalArgumentException("expected kernels of a GPU, got " + kernels.describe());
  }

  /// Marks where a call begins.
  CUevent start() {
    return record();
  }

  /// Marks where it ends.
  synchronized void end(CUevent start, String name, long bytes, double flop) {
    spans.add(new Span(name, start, record(), bytes, flop));
  }

  private synchronized CUevent record() {
    CUevent event = spare.poll();
    if (event == null) {
      event = new CUevent();
      check(cuEventCreate(event, 0), "making an event on %s", context);
    }
    check(cuEventRecord(event, context.stream().handle()), "recording an event on %s", context);
    return event;
  }

  /// What was measured since the last call, in the order of first calls; waits for the device.
  public synchronized List<Row> rows() {
    context.enter();
    context.stream().synchronize();
    Map<String, Row> rows = new LinkedHashMap<>();
    var milliseconds = new float[1];
    for (Span s : spans) {
      check(cuEventElapsedTime(milliseconds, s.start, s.end), "the time of %s", s.name);
      rows.merge(s.name, new Row(s.name, 1, milliseconds[0] / 1e3, s.bytes, s.flop), Row::plus);
      spare.add(s.start);
      spare.add(s.end);
    }
    spans.clear();
    return List.copyOf(rows.values());
  }

  @Override
  public synchronized void close() {
    context.times(null);
    rows();
    spare.forEach(e -> check(cuEventDestroy(e), "freeing an event of %s", context));
    spare.clear();
  }
}
