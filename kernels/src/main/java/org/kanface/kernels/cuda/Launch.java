package org.kanface.kernels.cuda;

import static jcuda.driver.JCudaDriver.CU_LAUNCH_PARAM_BUFFER_POINTER;
import static jcuda.driver.JCudaDriver.CU_LAUNCH_PARAM_BUFFER_SIZE;
import static jcuda.driver.JCudaDriver.CU_LAUNCH_PARAM_END;
import static jcuda.driver.JCudaDriver.cuFuncSetAttribute;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUDA_KERNEL_NODE_PARAMS;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Memory;

/// One launch of a kernel: sizes, then arguments in order, then [#run].
///
/// ```java
/// module.launch("silu_forward_f32").grid(blocks).block(256).memory(x).memory(y).i64(n).run();
/// ```
///
/// Arguments are packed into one piece, each aligned to its size, as C lays out a structure.
final class Launch implements DeviceCall {
  private static final int MOST_BLOCKS = 65535; // in y and z
  private static final int SHARED = 48 << 10; // without asking for more
  private static final int LONGEST = 4096; // bytes of arguments, and then their number

  // Never a Java array behind a pointer: JCuda holds those in a critical section for the whole
  // call,
  // and a simulated driver, which is Java itself, would wait in it for the garbage collector for
  // ever.
  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(
          () -> ByteBuffer.allocateDirect(LONGEST + Long.BYTES).order(ByteOrder.nativeOrder()));

  private final CudaContext context;
  private final CudaModule.Kernel kernel;
  private final ByteBuffer arguments; // and behind them, at `end`, their length
  private final int end;
  private final int[] grid = {1, 1, 1};
  private final int[] block = {1, 1, 1};
  private int shared;
  private int count;
  private long bytes; // of the blocks among the arguments

  Launch(CudaContext context, CudaModule.Kernel kernel) {
    this(context, kernel, BUFFER.get().clear(), LONGEST);
  }

  private Launch(CudaContext context, CudaModule.Kernel kernel, ByteBuffer arguments, int end) {
    this.context = context;
    this.kernel = kernel;
    this.arguments = arguments;
    this.end = end;
  }

  /// Blocks of `block` threads for one thread an element: at least 1, because CUDA refuses an empty
  /// grid, and few enough that each works through several.
  static int blocks(long elements, int block) {
    return Math.clamp(Math.ceilDiv(elements, block), 1, 1 << 20);
  }

  /// Blocks in y or z, where there may be at most 65,535.
  static int rows(long rows) {
    return Math.clamp(rows, 1, MOST_BLOCKS);
  }

  Launch grid(int x, int y, int z) {
    grid[0] = x;
    grid[1] = y;
    grid[2] = z;
    return this;
  }

  Launch grid(int x) {
    return grid(x, 1, 1);
  }

  Launch block(int x, int y, int z) {
    block[0] = x;
    block[1] = y;
    block[2] = z;
    return this;
  }

  Launch block(int x, int y) {
    return block(x, y, 1);
  }

  Launch block(int x) {
    return block(x, 1);
  }

  /// Bytes of dynamic shared memory.
  Launch shared(int bytes) {
    shared = bytes;
    return this;
  }

  /// A block's address; 0 where it is absent.
  Launch memory(@Nullable Memory memory) {
    next(Long.BYTES);
    arguments.putLong(memory == null ? 0 : address(memory));
    return this;
  }

  private long address(Memory memory) {
    try {
      return context.mine(memory).pointer().address();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "[%s] argument %d: %s".formatted(kernel.name(), count, e.getMessage()), e);
    }
  }

  /// The same for a block of at least `elements` floats.
  Launch floats(@Nullable Memory memory, long elements) {
    return sized(memory, elements * Float.BYTES);
  }

  /// The same for a block of at least `elements` indices.
  Launch longs(@Nullable Memory memory, long elements) {
    return sized(memory, elements * Long.BYTES);
  }

  /// The same for a block of at least `elements` 16-bit numbers.
  Launch halves(@Nullable Memory memory, long elements) {
    return sized(memory, elements * Short.BYTES);
  }

  /// The same for a block of at least `bytes` bytes.
  Launch bytes(@Nullable Memory memory, long bytes) {
    return sized(memory, bytes);
  }

  private Launch sized(@Nullable Memory memory, long bytes) {
    memory(memory);
    this.bytes += memory == null ? 0 : bytes;
    if (memory != null && memory.byteSize() < bytes) {
      throw new IllegalArgumentException(
          "[%s] argument %d: expected at least %d bytes, got %d"
              .formatted(kernel.name(), count, bytes, memory.byteSize()));
    }
    return this;
  }

  Launch i64(long value) {
    next(Long.BYTES);
    arguments.putLong(value);
    return this;
  }

  Launch i32(int value) {
    next(Integer.BYTES);
    arguments.putInt(value);
    return this;
  }

  Launch f32(double value) {
    next(Float.BYTES);
    arguments.putFloat((float) value);
    return this;
  }

  Launch f64(double value) {
    next(Double.BYTES);
    arguments.putDouble(value);
    return this;
  }

  /// A structure by value that has 64-bit fields alone.
  Launch structure(long... fields) {
    next(fields.length * Long.BYTES, Long.BYTES);
    for (long field : fields) {
      arguments.putLong(field);
    }
    return this;
  }

  /// The same of 32-bit fields.
  Launch structure(int... fields) {
    next(fields.length * Integer.BYTES, Integer.BYTES);
    for (int field : fields) {
      arguments.putInt(field);
    }
    return this;
  }

  private void next(int bytes) {
    next(bytes, bytes);
  }

  private void next(int bytes, int alignment) {
    List<Integer> wanted = kernel.parameters().bytes();
    if (count == wanted.size() || wanted.get(count) != bytes) {
      throw new IllegalArgumentException(
          "[%s] argument %d: expected %s, got %d bytes"
              .formatted(
                  kernel.name(),
                  count + 1,
                  count == wanted.size() ? "no more" : wanted.get(count) + " bytes",
                  bytes));
    }
    count++;
    arguments.position(Math.ceilDiv(arguments.position(), alignment) * alignment);
  }

  /// Asks for it; what goes wrong later shows at the next wait.
  void run() {
    if (count != kernel.parameters().bytes().size()) {
      throw new IllegalArgumentException(
          "[%s] expected %d arguments, got %d"
              .formatted(kernel.name(), kernel.parameters().bytes().size(), count));
    }
    context.enqueue(this);
  }

  @Override
  public void enqueue(CUstream stream) {
    optIn();
    var times = context.times();
    var start = times == null ? null : times.start();
    check(
        cuLaunchKernel(
            kernel.function(),
            grid[0],
            grid[1],
            grid[2],
            block[0],
            block[1],
            block[2],
            shared,
            stream,
            null,
            extra()));
    if (times != null && start != null) {
      times.end(start, kernel.name(), bytes, 0);
    }
  }

  /// Much shared memory has to be asked for.
  private void optIn() {
    if (shared > SHARED) {
      check(
          cuFuncSetAttribute(
              kernel.function(),
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              shared));
    }
  }

  private Pointer extra() {
    arguments.putLong(end, arguments.position());
    return Pointer.to(
        CU_LAUNCH_PARAM_BUFFER_POINTER,
        Pointer.to(arguments.duplicate().rewind()),
        CU_LAUNCH_PARAM_BUFFER_SIZE,
        Pointer.to(arguments.duplicate().rewind()).withByteOffset(end),
        CU_LAUNCH_PARAM_END);
  }

  // ---- as a graph's node ----------------------------------------------------------------------

  @Override
  public Launch kept() {
    int last = Math.ceilDiv(arguments.position(), Long.BYTES) * Long.BYTES;
    var own = ByteBuffer.allocateDirect(last + Long.BYTES).order(ByteOrder.nativeOrder());
    own.put(arguments.duplicate().flip());
    var copy = new Launch(context, kernel, own, last);
    System.arraycopy(grid, 0, copy.grid, 0, grid.length);
    System.arraycopy(block, 0, copy.block, 0, block.length);
    copy.shared = shared;
    copy.count = count;
    copy.bytes = bytes;
    return copy;
  }

  CUDA_KERNEL_NODE_PARAMS node() {
    optIn();
    var node = new CUDA_KERNEL_NODE_PARAMS();
    node.func = kernel.function();
    node.gridDimX = grid[0];
    node.gridDimY = grid[1];
    node.gridDimZ = grid[2];
    node.blockDimX = block[0];
    node.blockDimY = block[1];
    node.blockDimZ = block[2];
    node.sharedMemBytes = shared;
    node.extra = extra();
    return node;
  }

  /// Whether the other launches the same kernel in the same size.
  boolean isLike(Launch other) {
    return kernel.function().equals(other.kernel.function())
        && shared == other.shared
        && Arrays.equals(grid, other.grid)
        && Arrays.equals(block, other.block);
  }

  /// Whether the arguments of the other, which is like this, are its own.
  boolean hasArgumentsOf(Launch other) {
    return arguments.duplicate().flip().mismatch(other.arguments.duplicate().flip()) < 0;
  }

  void takeArgumentsOf(Launch other) {
    arguments.rewind().put(other.arguments.duplicate().flip());
  }

  private void check(int status) {
    if (status != CUresult.CUDA_SUCCESS) {
      CudaException.check(
          status, "%s on %s, arguments of %s bytes", this, context, kernel.parameters().bytes());
    }
  }

  @Override
  public String toString() {
    return "%s<<<(%d, %d, %d), (%d, %d, %d), %d>>>"
        .formatted(kernel.name(), grid[0], grid[1], grid[2], block[0], block[1], block[2], shared);
  }
}
