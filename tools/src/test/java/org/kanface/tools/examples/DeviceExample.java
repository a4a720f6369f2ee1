package org.kanface.tools.examples;

import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Spline;

/// Batched B-spline bases on any device.
final class DeviceExample {
  private DeviceExample() {}

  static float[] bases(String device, Spline spline, float[] points, float[] grid) {
    Kernels kernels = Backends.kernels(device, DType.F32); // "cpu", "cuda-sim", "cuda"
    long rows = points.length / spline.inputs();
    long bytes = 4L * points.length * spline.basis();
    try (var in = HostMemory.of(points);
        var ends = HostMemory.of(grid);
        var out = HostMemory.allocate(bytes);
        var x = kernels.allocate(in.byteSize());
        var knots = kernels.allocate(ends.byteSize());
        var y = kernels.allocate(bytes)) {
      kernels.copy(in, x, in.byteSize());
      kernels.copy(ends, knots, ends.byteSize());
      kernels.spline().basis(spline, rows, x, knots, y); // [rows, inputs, basis]
      kernels.copy(y, out, bytes);
      return out.segment().toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  static double difference(Spline spline, float[] points, float[] grid) {
    float[] cpu = bases("cpu", spline, points, grid);
    float[] gpu = bases("cuda-sim", spline, points, grid);
    return IntStream.range(0, cpu.length)
        .mapToDouble(i -> Math.abs(cpu[i] - gpu[i]))
        .max()
        .orElse(0);
  }
}
