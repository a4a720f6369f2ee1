package org.kanface.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What some work enqueues, kept as CUDA graphs: where it enqueues the same calls again, whole
/// graphs of them are enqueued instead, which costs the host a fraction of the time.
///
/// The work itself always runs, so that whatever it decides counts: each call is compared with the
/// one that was made at this place before. A launch may have other arguments, which its graph then
/// gets; anything else that differs ends the replay: what the graph would have held so far is
/// enqueued call by call, the rest of the work as if there were no tape, and the next run records
/// anew. The order on the device is that of the calls, whatever way they go; so are the results,
/// bit by bit.
///
/// The first runs are not recorded: they load modules, choose algorithms and grow pools. Only calls
/// of the thread that runs the work belong to it. Where a call cannot be part of a graph, since its
/// library waits for the device or allocates, the work goes on without graphs for good.
final class CallTape {
  private static final int WARM_UPS = 2;
  private static final int LONGEST =
      96; // calls of a graph: the device starts while the host goes on
  private static final int MOST_MISSES = 8;

  private enum Mode {
    PLAIN,
    RECORD,
    REPLAY,
    /// Call by call, because a replay has ended before its time.
    REST
  }

  /// How often the work was run each way, and how many launches got other arguments.
  record Stats(long plain, long recorded, long replayed, long missed, long updates) {}

  private final CudaContext context;
  private final List<CallGraph> graphs = new ArrayList<>();
  private final List<DeviceCall> calls = new ArrayList<>(); // recorded, of the next graph
  private Mode mode = Mode.PLAIN;
  private boolean isComplete; // all of the work is in the graphs
  private int graph; // the one that is compared next
  private int call; // of its calls
  private int misses;
  private volatile @Nullable Thread owner; // while it runs
  private Stats stats = new Stats(0, 0, 0, 0, 0);

  CallTape(CudaContext context) {
    this.context = context;
  }

  Stats stats() {
    long updates = graphs.stream().mapToLong(CallGraph::updates).sum();
    return new Stats(stats.plain, stats.recorded, stats.replayed, stats.missed, updates);
  }

  /// Whether it is running work of the calling thread.
  boolean isMine() {
    return Thread.currentThread().equals(owner);
  }

  void run(Runnable work) {
    owner = Thread.currentThread();
    mode = isComplete ? Mode.REPLAY : wantsRecord() ? Mode.RECORD : Mode.PLAIN;
    graph = 0;
    call = 0;
    boolean done = false;
    try {
      work.run();
      done = true;
    } finally {
      end(done);
    }
  }

  private boolean wantsRecord() {
    return stats.plain + stats.recorded >= WARM_UPS && misses < MOST_MISSES;
  }

  private void end(boolean done) {
    switch (mode) {
      case PLAIN -> count(1, 0, 0, 0);
      case REST -> {} // counted as missed
      case RECORD -> {
        close();
        count(0, 1, 0, 0);
        if (done && mode == Mode.RECORD) {
          isComplete = true;
        } else {
          clear();
        }
      }
      case REPLAY -> {
        if (done && graph == graphs.size() && call == 0) {
          count(0, 0, 1, 0);
          misses = Math.max(0, misses - 1);
        } else {
          miss();
        }
      }
    }
    mode = Mode.PLAIN;
    owner = null;
  }

  private void count(int plain, int recorded, int replayed, int missed) {
    stats =
        new Stats(
            stats.plain + plain,
            stats.recorded + recorded,
            stats.replayed + replayed,
            stats.missed + missed,
            0);
  }

  /// Enqueues a call, or keeps it for the graph that it belongs to.
  void enqueue(DeviceCall next) {
    switch (mode) {
      case PLAIN, REST -> next.enqueue(context.stream().handle());
      case RECORD -> {
        next.enqueue(context.stream().handle());
        calls.add(next.kept());
        if (calls.size() == LONGEST) {
          close();
        }
      }
      case REPLAY -> {
        if (graph < graphs.size() && graphs.get(graph).takes(call, next)) {
          call++;
          if (call == graphs.get(graph).size()) {
            graphs.get(graph).enqueue();
            graph++;
            call = 0;
          }
        } else {
          miss();
          next.enqueue(context.stream().handle());
        }
      }
    }
  }

  /// Comes before whatever the host does with the device beside these calls: everything that was
  /// asked for until now is enqueued.
  void flush() {
    if (mode == Mode.RECORD) {
      close();
    } else if (mode == Mode.REPLAY && call > 0) {
      miss();
    }
  }

  private void close() {
    if (!calls.isEmpty()) {
      try {
        graphs.add(CallGraph.of(context, calls));
        calls.clear();
      } catch (CudaException _) { // all of them are enqueued already
        clear();
        misses = Integer.MAX_VALUE;
        mode = Mode.PLAIN;
      }
    }
  }

  private void miss() {
    if (call > 0) {
      graphs.get(graph).enqueueFirst(call);
    }
    clear();
    misses += 2;
    count(0, 0, 0, 1);
    mode = Mode.REST;
  }

  /// Forgets all graphs.
  void clear() {
    graphs.forEach(CallGraph::close);
    graphs.clear();
    calls.clear();
    isComplete = false;
    graph = 0;
    call = 0;
  }
}
