package org.kanface.tools.ptx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.kanface.tools.ptx.ir.PtxException;

/// A simulated GPU: global memory, and modules that run on it.
///
/// ```java
/// try (var device = new SimDevice(SimOptions.DEFAULT)) {
///   var kernel = device.load(Path.of("saxpy.ptx")).kernel("saxpy");
///   long x = device.upload(MemorySegment.ofArray(new float[] {1, 2, 3}));
///   kernel.launch(Dim3.of(1), Dim3.of(32), 0, 3, 2f, x);
///   float[] y = device.memory(x, 12).toArray(ValueLayout.JAVA_FLOAT);
/// }
/// ```
///
/// Not for use by several threads at once; a launch itself uses the host's threads.
public final class SimDevice implements AutoCloseable {
  private final SimOptions options;
  private final GlobalMemory memory;
  private Consumer<String> output = System.out::print;
  private int launches;
  private long workspace;

  /// A device with nothing in its memory.
  public SimDevice(SimOptions options) {
    this.options = options;
    memory = new GlobalMemory(options.check());
  }

  /// Loads a PTX file.
  ///
  /// @throws PtxException if it has a mistake or something that is not supported
  public SimModule load(Path file) throws IOException {
    return load(Files.readString(file));
  }

  /// Loads PTX text.
  public SimModule load(String ptx) {
    return new SimModule(this, ptx);
  }

  /// The address of a new block of zeros.
  public long allocate(long bytes) {
    return allocate("block " + (memory.count() + 1), bytes);
  }

  /// Like the other; messages call the block `name`.
  public long allocate(String name, long bytes) {
    return memory.allocate(name, bytes).base;
  }

  /// The address of a new block with a copy of `data`.
  public long upload(MemorySegment data) {
    return upload("block " + (memory.count() + 1), data);
  }

  /// Like the other; messages call the block `name`.
  public long upload(String name, MemorySegment data) {
    Allocation block = memory.allocate(name, data.byteSize());
    MemorySegment.copy(data, 0, block.segment, 0, data.byteSize());
    block.markWritten(0, data.byteSize());
    return block.base;
  }

  /// The `bytes` bytes from `address` on, to read and write; they count as initialised.
  public MemorySegment memory(long address, long bytes) {
    Allocation block = memory.find(address, bytes);
    block.markWritten(address - block.base, bytes);
    return block.segment.asSlice(address - block.base, bytes);
  }

  /// The `bytes` bytes from `address` on, to read alone: what was not initialised stays so.
  public MemorySegment peek(long address, long bytes) {
    Allocation block = memory.find(address, bytes);
    return block.segment.asSlice(address - block.base, bytes).asReadOnly();
  }

  /// Frees a block.
  public void free(long address) {
    if (!memory.free(address)) {
      throw new IllegalArgumentException("no block starts at 0x%x.".formatted(address));
    }
  }

  /// Where `printf` of kernels goes; standard output if nobody asks.
  public void printTo(Consumer<String> target) {
    output = target;
  }

  SimOptions options() {
    return options;
  }

  GlobalMemory memory() {
    return memory;
  }

  Consumer<String> output() {
    return output;
  }

  /// Zeros that all blocks of a grid share, in which cooperative groups count arrivals.
  synchronized long workspace() {
    if (workspace == 0) {
      workspace = memory.allocate("the grid's workspace", 256).base;
      memory(workspace, 256);
    }
    return workspace;
  }

  int nextLaunch() {
    return ++launches;
  }

  @Override
  public void close() {
    memory.freeAll();
  }
}
