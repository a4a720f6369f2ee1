package org.kanface.kernels;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The one pool of compute threads, sized by the system property `kanface.threads` (default: the
/// processors that the JVM sees) or [#resize].
///
/// Work is cut by data, never by the number of threads, so that results are the same to the bit
/// whatever that number is. The caller works too; a task that starts another one runs it on its own
/// thread alone.
public final class Workers {
  /// One piece of the work.
  @FunctionalInterface
  public interface Task {
    void run(long chunk);
  }

  private static final int SPINS = 20_000; // about 50 µs: the gap between two kernels of a network
  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

  private static volatile Workers pool =
      new Workers(
          Integer.getInteger("kanface.threads", Runtime.getRuntime().availableProcessors()));

  private final Thread[] threads; // all but the caller's
  private final Object submit = new Object();
  private volatile Job job = new Job(chunk -> {}, 0);
  private volatile boolean stopped;

  private Workers(int count) {
    threads = new Thread[Math.max(1, count) - 1];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform().daemon().name("kanface-cpu-" + (i + 1)).unstarted(this::serve);
    }
  }

  private static Workers started(Workers workers) {
    for (Thread t : workers.threads) {
      if (t.getState() == Thread.State.NEW) {
        t.start();
      }
    }
    return workers;
  }

  /// Compute threads, the caller's included.
  public static int threads() {
    return pool.threads.length + 1;
  }

  /// Replaces the pool by one of `count` threads, the caller's included; no work may be under way.
  public static synchronized void resize(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("[workers] threads: expected at least 1, got " + count);
    }
    if (count == threads()) {
      return;
    }
    Workers old = pool;
    pool = new Workers(count);
    old.stopped = true;
    for (Thread t : old.threads) {
      LockSupport.unpark(t);
    }
  }

  /// Runs `task` for every chunk in `0 … chunks - 1`, in any order and on any thread; returns when
  /// all are done.
  public static void forEach(long chunks, Task task) {
    Workers current = pool;
    if (chunks <= 1 || current.threads.length == 0 || INSIDE.get()) {
      for (long c = 0; c < chunks; c++) {
        task.run(c);
      }
      return;
    }
    current.run(chunks, task);
  }

  private void run(long chunks, Task task) {
    synchronized (submit) {
      started(this);
      var mine = new Job(task, chunks);
      job = mine;
      for (Thread t : threads) {
        LockSupport.unpark(t);
      }
      INSIDE.set(true);
      try {
        mine.work();
      } finally {
        INSIDE.set(false);
      }
      while (mine.done.get() < chunks) {
        Thread.onSpinWait();
      }
      if (mine.failure != null) {
        throw new IllegalStateException("a CPU kernel failed: " + mine.failure, mine.failure);
      }
    }
  }

  private void serve() {
    INSIDE.set(true);
    Job seen = job;
    seen.work(); // the job that started this thread
    while (!stopped) {
      Job current = job;
      for (int i = 0; current == seen && i < SPINS; i++) {
        Thread.onSpinWait();
        current = job;
      }
      if (current == seen) {
        LockSupport.park(this);
      } else {
        seen = current;
        current.work();
      }
    }
  }

  private static final class Job {
    final Task task;
    final long chunks;
    final AtomicLong next = new AtomicLong(); // first chunk that nobody has taken
    final AtomicLong done =
        new AtomicLong(); // chunks finished: a late worker finds nothing and delays nobody
    volatile @Nullable Throwable failure;

    Job(Task task, long chunks) {
      this.task = task;
      this.chunks = chunks;
    }

    @SuppressWarnings(
        "CatchingUnchecked") // whatever a task throws must reach the caller, not this thread's
    // handler
    void work() {
      for (long c = next.getAndIncrement(); c < chunks; c = next.getAndIncrement()) {
        try {
          if (failure == null) {
            task.run(c);
          }
        } catch (Throwable t) {
          failure = t;
        } finally {
          done.incrementAndGet();
        }
      }
    }
  }
}
