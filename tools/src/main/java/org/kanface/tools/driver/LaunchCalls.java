package org.kanface.tools.driver;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.kanface.tools.ptx.Dim3;
import org.kanface.tools.ptx.Fault;
import org.kanface.tools.ptx.LaunchReport;
import org.kanface.tools.ptx.SimKernel;

/// Launches.
final class LaunchCalls {
  static final int MOST_SHARED = 227 << 10;
  private static final int SHARED = 48 << 10; // without asking
  private static final long END = 0; // of the extra arguments
  private static final long BUFFER = 1;
  private static final long BUFFER_BYTES = 2;

  private final DriverState state;

  LaunchCalls(DriverState state) {
    this.state = state;
  }

  int cuLaunchKernel(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int shared,
      long stream,
      long parameters,
      long extra) {
    SimContext context = state.context();
    SimKernel kernel = context.functions.get(function);
    context.requireStream(stream);
    Dim3 grid = sizes(kernel, "grid", gridX, gridY, gridZ);
    Dim3 block = sizes(kernel, "block", blockX, blockY, blockZ);
    context.enqueue(stream, launch(context, kernel, grid, block, shared, parameters, extra));
    return 0;
  }

  /// A launch whose parameters have been read; throws where it is not allowed.
  static Runnable launch(
      SimContext context,
      SimKernel kernel,
      Dim3 grid,
      Dim3 block,
      int shared,
      long parameters,
      long extra) {
    if (shared < 0 || shared + kernel.sharedBytes() > SHARED && shared > optedIn(context, kernel)) {
      throw new CudaError(
          Status.INVALID_VALUE,
          "'%s' has %d bytes of static and %d of dynamic shared memory: more than %d have to be"
              + " asked for with cuFuncSetAttribute",
          kernel.name(),
          kernel.sharedBytes(),
          shared,
          SHARED);
    }
    if (parameters != 0 && extra != 0) {
      throw new CudaError(
          Status.INVALID_VALUE, "'%s' got parameters in both ways at once", kernel.name());
    }
    MemorySegment packed = extra != 0 ? buffer(kernel, extra) : pointers(kernel, parameters);
    return () -> run(context, kernel, grid, block, shared, packed);
  }

  private static void run(
      SimContext context,
      SimKernel kernel,
      Dim3 grid,
      Dim3 block,
      int shared,
      MemorySegment parameters) {
    try {
      LaunchReport report = kernel.launch(grid, block, shared, parameters);
      if (!report.findings().isEmpty()) {
        throw context.poison(
            new CudaError(
                Status.LAUNCH_FAILED,
                "%s<<<%s, %s>>>: %s",
                kernel.name(),
                grid,
                block,
                report.findings().getFirst()));
      }
    } catch (Fault fault) {
      throw context.poison("%s<<<%s, %s>>>".formatted(kernel.name(), grid, block), fault);
    }
  }

  static Dim3 sizes(SimKernel kernel, String what, int x, int y, int z) {
    if (x < 1 || y < 1 || z < 1) {
      throw new CudaError(
          Status.INVALID_VALUE,
          "'%s': expected a %s of at least 1, got %d, %d, %d",
          kernel.name(),
          what,
          x,
          y,
          z);
    }
    return new Dim3(x, y, z);
  }

  private static int optedIn(SimContext context, SimKernel kernel) {
    return context.optedIn.getOrDefault(kernel, 0);
  }

  /// Parameters behind pointers, one each; nobody says how many there are.
  private static MemorySegment pointers(SimKernel kernel, long parameters) {
    List<Integer> bytes = kernel.parameterBytes();
    List<Long> offsets = kernel.parameterOffsets();
    var packed = MemorySegment.ofArray(new long[(int) (kernel.parameterEnd() + 7) / 8]);
    if (!bytes.isEmpty() && parameters == 0) {
      throw new CudaError(
          Status.INVALID_VALUE, "'%s' has %d parameters, got none", kernel.name(), bytes.size());
    }
    for (int p = 0; p < bytes.size(); p++) {
      long from = Host.getLong(parameters + 8L * p);
      packed.asSlice(offsets.get(p), bytes.get(p)).copyFrom(Host.at(from, bytes.get(p)));
    }
    return packed;
  }

  /// Parameters in one piece, laid out as in C, with its length.
  private static MemorySegment buffer(SimKernel kernel, long extra) {
    long buffer = 0;
    long length = -1;
    for (long at = extra; Host.getLong(at) != END; at += 16) {
      long key = Host.getLong(at);
      long value = Host.getLong(at + 8);
      if (key == BUFFER) {
        buffer = value;
      } else if (key == BUFFER_BYTES) {
        length = Host.getLong(value);
      } else {
        throw new CudaError(Status.INVALID_VALUE, "'%s': extra key %d", kernel.name(), key);
      }
    }
    if (length != kernel.parameterEnd()) {
      throw new CudaError(
          Status.INVALID_VALUE,
          "'%s': its %d parameters have %d bytes, got %d",
          kernel.name(),
          kernel.parameterBytes().size(),
          kernel.parameterEnd(),
          length);
    }
    var packed = MemorySegment.ofArray(new long[(int) (length + 7) / 8]);
    packed.asSlice(0, length).copyFrom(Host.at(buffer, length));
    return packed;
  }
}
