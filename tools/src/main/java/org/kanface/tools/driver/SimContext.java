package org.kanface.tools.driver;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.Fault;
import org.kanface.tools.ptx.SimDevice;
import org.kanface.tools.ptx.SimKernel;

/// The primary context: everything that lives on the device until it is released.
final class SimContext {
  /// A stream; what is enqueued has run when the call returns.
  ///
  /// @param reads of pinned memory that are done when everything enqueued so far is
  record Stream(int flags, Set<HostRead> reads) {
    Stream(int flags) {
      this(flags, new LinkedHashSet<>());
    }
  }

  /// An event, and when it was last recorded.
  static final class Event {
    final boolean timed;
    final Set<HostRead> reads = new LinkedHashSet<>(); // done when the event is
    long nanos;
    boolean recorded;

    Event(boolean timed) {
      this.timed = timed;
    }
  }

  /// A block of the host's memory that the device can read.
  record Pinned(Arena arena, long bytes) {}

  private static final int REMEMBERED = 10_000; // freed blocks

  final SimSettings settings;
  final SimDevice device;
  final Handles<Stream> streams = new Handles<>("stream");
  final Handles<Event> events = new Handles<>("event");
  final Handles<LoadedModule> modules = new Handles<>("module");
  final Handles<SimKernel> functions = new Handles<>("function");
  final Handles<SimGraph> graphs = new Handles<>("graph");
  final Handles<SimGraph.Node> graphNodes = new Handles<>("graph node");
  final Handles<SimGraph.Executable> executables = new Handles<>("executable graph");
  final Map<Long, SimGraph> captures = new HashMap<>(); // by the stream that captures
  final Handles<BlasCalls.Handle> blas = new Handles<>("cuBLAS handle");
  final DnnObjects dnn = new DnnObjects();
  final TreeMap<Long, Pinned> pinned = new TreeMap<>(); // by address
  final Map<SimKernel, Integer> optedIn = new HashMap<>(); // dynamic shared memory at most

  private final TreeMap<Long, Long> blocks = new TreeMap<>(); // sizes by address
  private final TreeMap<Long, Long> freed = new TreeMap<>();
  private final Set<HostRead> unfinished = new LinkedHashSet<>();
  private long used;
  private @Nullable CudaError sticky;

  SimContext(SimSettings settings) {
    this.settings = settings;
    device = new SimDevice(settings.options());
  }

  /// Throws the error that made the context useless, if there was one.
  void requireHealthy() {
    if (sticky != null) {
      throw sticky;
    }
  }

  /// Keeps a kernel's fault: every later call fails with it.
  CudaError poison(String kernel, Fault fault) {
    Status status =
        switch (fault.kind()) {
          case OUT_OF_BOUNDS -> Status.ILLEGAL_ADDRESS;
          case MISALIGNED -> Status.MISALIGNED_ADDRESS;
          case ASSERTION -> Status.ASSERT;
          case DEADLOCK -> Status.LAUNCH_TIMEOUT;
          default -> Status.LAUNCH_FAILED;
        };
    return poison(new CudaError(status, "%s: %s", kernel, fault.getMessage()));
  }

  CudaError poison(CudaError error) {
    sticky = error;
    return error;
  }

  long free() {
    return settings.memory() - used;
  }

  long allocate(long bytes) {
    if (bytes <= 0) {
      throw new CudaError(Status.INVALID_VALUE, "a block of %d bytes was asked for", bytes);
    }
    if (bytes > free()) {
      throw new CudaError(
          Status.OUT_OF_MEMORY,
          "%,d bytes asked for, %,d free of %,d",
          bytes,
          free(),
          settings.memory());
    }
    long address = device.allocate(bytes);
    blocks.put(address, bytes);
    used += bytes;
    return address;
  }

  void free(long address) {
    Long bytes = blocks.remove(address);
    if (bytes == null) {
      throw new CudaError(
          Status.INVALID_VALUE,
          freed.containsKey(address)
              ? "the block at 0x%x was freed before"
              : "no block starts at 0x%x",
          address);
    }
    used -= bytes;
    device.free(address);
    freed.put(address, bytes);
    if (freed.size() > REMEMBERED) {
      freed.pollFirstEntry();
    }
  }

  /// Throws where `[address, address + bytes)` is not inside one live block.
  void requireInside(long address, long bytes) {
    if (bytes < 0) {
      throw new CudaError(Status.INVALID_VALUE, "%d bytes", bytes);
    }
    var block = blocks.floorEntry(address);
    if (block != null && address - block.getKey() <= block.getValue() - bytes) {
      return;
    }
    if (isModuleVariable(address, bytes)) {
      return;
    }
    var gone = freed.floorEntry(address);
    if (gone != null && address - gone.getKey() < gone.getValue()) {
      throw new CudaError(
          Status.INVALID_VALUE,
          "use after free: byte %d of a block of %,d bytes that was freed",
          address - gone.getKey(),
          gone.getValue());
    }
    if (block != null && address - block.getKey() < block.getValue()) {
      throw new CudaError(
          Status.INVALID_VALUE,
          "%,d bytes from byte %,d on leave a block of %,d bytes",
          bytes,
          address - block.getKey(),
          block.getValue());
    }
    throw new CudaError(Status.INVALID_VALUE, "0x%x is in no block of the device", address);
  }

  private boolean isModuleVariable(long address, long bytes) {
    for (LoadedModule m : modules.all()) {
      if (m.holds(address, bytes)) {
        return true;
      }
    }
    return false;
  }

  /// Notes that a copy from `[address, address + bytes)` of the host was enqueued, where that is
  /// pinned; other memory has been copied when the call returns. Throws where an earlier copy from
  /// there has not been waited for: the block can hardly still hold what that one was to copy.
  void reads(long stream, long address, long bytes) {
    var block = pinned.floorEntry(address);
    boolean isPinned = block != null && address - block.getKey() < block.getValue().bytes();
    if (!isPinned || stream <= 2) {
      return;
    }
    unfinished.removeIf(HostRead::isDone);
    for (HostRead r : unfinished) {
      if (r.overlaps(address, bytes)) {
        throw new CudaError(
            Status.INVALID_VALUE,
            "the pinned memory at 0x%x is copied again before its last copy was waited for",
            address);
      }
    }
    var read = new HostRead(address, bytes);
    unfinished.add(read);
    streams.get(stream).reads().add(read);
  }

  /// The program has waited for these.
  void finish(Set<HostRead> reads) {
    var waited = List.copyOf(reads);
    reads.clear();
    waited.forEach(HostRead::finish);
  }

  /// The program has waited for everything.
  void finishAll() {
    finish(unfinished);
  }

  /// 0 and the two constants of the API stand for streams that always exist.
  void requireStream(long stream) {
    if (stream < 0 || stream > 2) {
      streams.get(stream);
    }
  }

  /// Does what was enqueued on a stream, or puts it into the graph that the stream captures.
  void enqueue(long stream, Runnable work) {
    SimGraph capture = captures.get(stream);
    if (capture == null) {
      work.run();
    } else {
      capture.append(work);
    }
  }

  /// Throws where the stream captures: nothing of it has run that could be waited for or read.
  void requireRunning(long stream) {
    if (captures.containsKey(stream)) {
      throw new CudaError(
          Status.STREAM_CAPTURE_UNSUPPORTED, "the stream captures a graph and runs nothing");
    }
  }

  /// Frees everything; what the program should have freed itself comes back in words.
  List<String> close() {
    var leaks = new ArrayList<String>();
    if (!blocks.isEmpty()) {
      leaks.add("%d blocks of %,d bytes".formatted(blocks.size(), used));
    }
    if (!pinned.isEmpty()) {
      leaks.add(pinned.size() + " pinned host blocks");
    }
    leaks.addAll(streams.leaks());
    leaks.addAll(events.leaks());
    leaks.addAll(modules.leaks());
    leaks.addAll(graphs.leaks());
    leaks.addAll(executables.leaks());
    leaks.addAll(blas.leaks());
    leaks.addAll(dnn.leaks());
    pinned.values().forEach(p -> p.arena().close());
    device.close();
    return leaks;
  }
}
