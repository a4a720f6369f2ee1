package org.kanface.tools.ptx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.ir.Function;

/// One run of a kernel over a grid.
///
/// Blocks are handed out in order. Where the outcome could depend on their order (atomics with a
/// result, sums of floats, …) one host thread runs them one after the other, else all threads do:
/// results are the same from run to run. A block whose threads all spin makes room for the next, so
/// blocks may wait for each other.
final class Launch {
  static final int MOST_SHARED = 227 << 10;
  private static final int MOST_THREADS = 1024;

  /// Rounds in which nobody in the grid made progress until that is called a deadlock.
  private static final int PATIENCE = 400;

  /// The same while lanes count or look at a clock as they wait, which may end some time.
  private static final int LONG_PATIENCE = 5_000_000;

  /// Blocks that one host thread keeps going at a time.
  private static final int RESIDENT = 1024;

  final SimDevice device;
  final SimKernel kernel;
  final Dim3 grid;
  final Dim3 block;
  final int dynamicShared;
  final int sharedBytes;
  final int stackBytes;
  final long parameters;
  final int parameterBytes;
  final int number;

  private final MemorySegment given;
  private final AtomicLong nextBlock = new AtomicLong();
  private final AtomicLong progress = new AtomicLong();
  private final AtomicLong clock = new AtomicLong();
  private final Counters counters = new Counters();
  private final TreeMap<Long, String> printed = new TreeMap<>();
  private long nextToPrint;
  private @Nullable Throwable failure;
  private long failedBlock = Long.MAX_VALUE;
  private final Arena arena;

  Launch(
      SimDevice device,
      SimKernel kernel,
      Dim3 grid,
      Dim3 block,
      int dynamicShared,
      MemorySegment given) {
    this.device = device;
    this.kernel = kernel;
    this.grid = grid;
    this.block = block;
    this.dynamicShared = dynamicShared;
    this.given = given;
    sharedBytes = kernel.sharedBytes() + dynamicShared;
    stackBytes = kernel.link().stackBytes();
    parameterBytes = (int) kernel.parameterEnd();
    check();
    number = device.nextLaunch();
    arena = Arena.ofShared();
    MemorySegment copy = arena.allocate(Math.max(16, parameterBytes), 16);
    parameters = copy.address();
    MemorySegment.copy(given, 0, copy, 0, parameterBytes);
  }

  private void check() {
    Function f = kernel.function();
    if (block.count() > MOST_THREADS || block.z() > 64) {
      throw refused("a block has at most 1024 threads, and 64 in z; got %s", block);
    }
    if (grid.y() > 65535 || grid.z() > 65535) {
      throw refused("a grid has at most 65535 blocks in y and z; got %s", grid);
    }
    if (dynamicShared < 0 || sharedBytes > MOST_SHARED) {
      throw refused(
          "a block has at most %d bytes of shared memory; got %d static and %d dynamic",
          MOST_SHARED, kernel.sharedBytes(), dynamicShared);
    }
    if (given.byteSize() < parameterBytes) {
      throw refused("the parameters have %d bytes; got %d", parameterBytes, given.byteSize());
    }
    List<Integer> most = f.limits().get("maxntid");
    if (most != null
        && block.count() > most.stream().mapToLong(Integer::longValue).reduce(1, (x, y) -> x * y)) {
      throw refused("it is compiled for blocks of at most %s threads; got %s", most, block);
    }
    List<Integer> exactly = f.limits().get("reqntid");
    if (exactly != null && !sameSizes(exactly)) {
      throw refused("it is compiled for blocks of %s threads; got %s", exactly, block);
    }
  }

  private boolean sameSizes(List<Integer> wanted) {
    int[] got = {block.x(), block.y(), block.z()};
    for (int n = 0; n < 3; n++) {
      if (got[n] != (n < wanted.size() ? wanted.get(n) : 1)) {
        return false;
      }
    }
    return true;
  }

  private IllegalArgumentException refused(String message, Object... arguments) {
    return new IllegalArgumentException(
        "'%s' cannot be launched: %s.".formatted(kernel.name(), message.formatted(arguments)));
  }

  long clock() {
    return clock.addAndGet(32);
  }

  void sleep(long nanoseconds) {
    clock.addAndGet(nanoseconds);
  }

  LaunchReport run() {
    long start = System.nanoTime();
    SimOptions options = device.options();
    boolean watched = options.check() || options.profile();
    int wanted =
        options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
    int workers = watched || kernel.link().ordered() ? 1 : (int) Math.min(wanted, grid.count());
    Sanitizer sanitizer = options.check() ? new Sanitizer(this) : null;
    Profiler profiler = options.profile() ? new Profiler(this) : null;
    Probe probe = sanitizer != null ? sanitizer : profiler;
    try {
      if (workers == 1) {
        work(probe);
      } else {
        parallel(workers);
      }
      flush();
      rethrow(sanitizer);
    } finally {
      arena.close();
    }
    return new LaunchReport(
        this,
        counters,
        sanitizer == null ? List.of() : sanitizer.findings(),
        profiler,
        (System.nanoTime() - start) / 1e9,
        workers);
  }

  private void rethrow(@Nullable Sanitizer sanitizer) {
    switch (failure) {
      case null -> {}
      case Fault f when sanitizer != null && sanitizer.keeps(f) -> sanitizer.add(f);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  private void parallel(int workers) {
    var threads = new ArrayList<Thread>();
    for (int n = 1; n < workers; n++) {
      threads.add(Thread.ofPlatform().daemon().name("ptxsim-" + n).start(() -> work(null)));
    }
    work(null);
    for (Thread t : threads) {
      boolean interrupted = false;
      while (true) {
        try {
          t.join();
          break;
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private record Resident(Block block, BlockMemory memory) {}

  /// Runs blocks until none is left.
  private void work(@Nullable Probe probe) {
    var mine = new Counters();
    var resident = new ArrayList<Resident>();
    var free = new ArrayList<BlockMemory>();
    int idle = 0;
    int stuck = 0;
    int wanders = 0;
    int busy = 0;
    long seen = -1;
    while (true) {
      boolean wait = idle > 2 || busy > 2;
      if (resident.isEmpty() || wait && resident.size() < RESIDENT) {
        busy = 0;
        Block next = start(mine, free, resident, probe);
        if (next == null && resident.isEmpty()) {
          break;
        }
      }
      boolean moved = false;
      boolean wandered = false;
      boolean finished = false;
      for (int n = 0; n < resident.size(); n++) {
        Resident one = resident.get(n);
        if (!advance(one.block)) {
          resident.clear();
          break;
        }
        moved |= one.block.movedLast();
        wandered |= one.block.wanderedLast();
        if (one.block.done()) {
          finish(one.block);
          free.add(one.memory);
          resident.remove(n--);
          finished = true;
        }
      }
      long now = progress.get();
      if (moved || now != seen) {
        if (moved) {
          seen = progress.incrementAndGet();
        } else {
          seen = now;
        }
        idle = 0;
        stuck = 0;
        wanders = 0;
        busy = finished ? 0 : busy + 1;
      } else {
        idle++;
        wanders = wandered ? wanders + 1 : wanders;
        stuck = wandered ? 0 : stuck + 1;
        boolean allStarted = nextBlock.get() >= grid.count() || resident.size() >= RESIDENT;
        if ((stuck > PATIENCE || wanders > LONG_PATIENCE) && allStarted && !resident.isEmpty()) {
          fail(resident.getFirst().block, stuck(resident));
          resident.clear();
        }
      }
    }
    synchronized (this) {
      counters.add(mine);
    }
  }

  private @Nullable Block start(
      Counters mine, List<BlockMemory> free, List<Resident> resident, @Nullable Probe probe) {
    synchronized (this) {
      if (failure != null) {
        return null;
      }
    }
    long index = nextBlock.getAndIncrement();
    if (index >= grid.count()) {
      return null;
    }
    BlockMemory memory =
        free.isEmpty()
            ? new BlockMemory(arena, sharedBytes, stackBytes * block.count())
            : free.removeLast();
    memory.clearShared();
    var next = new Block(this, index, memory, mine, probe);
    resident.add(new Resident(next, memory));
    return next;
  }

  /// One round of a block; false if it failed.
  private boolean advance(Block one) {
    try {
      one.advance();
      return true;
    } catch (RuntimeException | Error e) {
      fail(one, e);
      return false;
    }
  }

  private synchronized void fail(Block one, Throwable e) {
    printed.put(one.index, one.printed.toString());
    if (one.index < failedBlock) {
      failedBlock = one.index;
      failure = e;
    }
  }

  private synchronized void finish(Block one) {
    if (one.probe != null) {
      one.probe.blockEnds(one);
    }
    printed.put(one.index, one.printed.toString());
    while (!printed.isEmpty() && printed.firstKey() == nextToPrint) {
      print(printed.pollFirstEntry().getValue());
      nextToPrint++;
    }
  }

  private void flush() {
    printed.values().forEach(this::print);
    printed.clear();
  }

  private void print(String text) {
    if (!text.isEmpty()) {
      device.output().accept(text);
    }
  }

  private static Fault stuck(List<Resident> resident) {
    Block first = resident.getFirst().block;
    return new Fault(
        Fault.Kind.DEADLOCK,
        "the kernel is in a deadlock: %d blocks wait for memory that nobody changes; block %s at"
            + " %s",
        resident.size(),
        first.place(),
        String.join("; ", first.spinning().stream().distinct().toList()));
  }
}
