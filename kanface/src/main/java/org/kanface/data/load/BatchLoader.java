package org.kanface.data.load;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kanface.data.DataException;
import org.kanface.data.FaceDataset;

/// Fills batches on worker threads ahead of the consumer, in an order that does not depend on them.
///
/// The batches of epoch 0, 1, 2, … follow each other without a pause; batch `b` of epoch `e` holds
/// the same images with the same augmentation whatever the number of workers, and whether the
/// loader began at (0, 0) or was started at (e, b). One consumer thread calls [#start], [#next] and
/// [#close].
///
/// What a worker throws is thrown by [#next]. With `skipDamaged`, an unreadable image is replaced
/// by the next readable one of the data set and listed by [#damaged].
public final class BatchLoader implements AutoCloseable {
  private static final long ALIGNMENT = 64;
  private static final int PREFETCH = 4; // finished batches kept ready

  private final FaceDataset data;
  private final LoaderOptions options;
  private final int batchesPerEpoch;
  private final Arena arena = Arena.ofShared();
  private final Object lock = new Object();
  private final ArrayDeque<Batch> free = new ArrayDeque<>();
  private final Map<Long, Batch> ready = new HashMap<>();
  private final Set<Batch> held = new HashSet<>();
  private final Map<Integer, int[]> orders = new HashMap<>(); // by epoch
  private final DamagedImages damaged = new DamagedImages();
  private final List<Thread> threads = new ArrayList<>();
  private final int buffers;
  private long generation; // of start(): batches begun before it are dropped
  private long nextTicket = -1; // the next batch a worker takes; -1 before start
  private long nextOut; // the next batch the consumer gets
  private @Nullable Throwable failure;
  private volatile boolean closed;

  /// Throws [DataException] where the data set cannot fill a batch.
  public BatchLoader(FaceDataset data, LoaderOptions options) {
    this.data = data;
    this.options = options;
    if (data.size() == 0) {
      throw new DataException("The data set holds no image.");
    }
    int mine = EpochOrder.perRank(data.size(), options.order().ranks());
    batchesPerEpoch =
        options.order().dropLast()
            ? mine / options.batchSize()
            : Math.ceilDiv(mine, options.batchSize());
    if (batchesPerEpoch == 0) {
      throw DataException.of(
          "The data set gives each of %d ranks %d images, too few for one batch of %d.",
          options.order().ranks(), mine, options.batchSize());
    }
    buffers = PREFETCH + options.workers() + 1;
    int side = options.images().side();
    long bytes = 3L * side * side * options.batchSize() * options.images().type().bytes();
    for (int i = 0; i < buffers; i++) {
      var images = arena.allocate(bytes, ALIGNMENT);
      free.add(new Batch(this, images, options.images().type(), options.batchSize(), side));
    }
    for (int i = 0; i < options.workers(); i++) {
      threads.add(Thread.ofPlatform().name("loader-" + i).daemon().start(this::work));
    }
  }

  /// How many batches one epoch has.
  public int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  /// Sets the position: the next batch is number `batch` of `epoch`. Batches prepared for another
  /// position are dropped.
  public void start(int epoch, int batch) {
    if (epoch < 0 || batch < 0 || batch > batchesPerEpoch) {
      throw new IllegalArgumentException(
          "[start] expected an epoch >= 0 and a batch in 0 to %d, got %d and %d"
              .formatted(batchesPerEpoch, epoch, batch));
    }
    synchronized (lock) {
      checkOpen();
      generation++;
      failure = null;
      free.addAll(ready.values());
      ready.clear();
      orders.clear();
      nextOut = (long) epoch * batchesPerEpoch + batch;
      nextTicket = nextOut;
      lock.notifyAll();
    }
  }

  /// The next batch; waits for it. Close it before asking for many more: the loader has a fixed
  /// number of buffers.
  public Batch next() throws InterruptedException {
    synchronized (lock) {
      checkOpen();
      if (nextTicket < 0) {
        start(0, 0);
      }
      while (true) {
        var batch = ready.remove(nextOut);
        if (batch != null) {
          nextOut++;
          held.add(batch);
          return batch;
        }
        if (failure != null) {
          throw failed(failure);
        }
        if (held.size() == buffers) {
          throw new IllegalStateException(
              "[next] all " + buffers + " batches are held: close one first");
        }
        lock.wait();
        checkOpen();
      }
    }
  }

  /// Images that could not be read so far, by name with the reason; in order of their index.
  public List<String> damaged() {
    return damaged.list();
  }

  /// Ends the workers and frees all batches.
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      lock.notifyAll();
    }
    boolean interrupted = false;
    for (var thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // the memory below must outlive the workers
        }
      }
    }
    arena.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  void release(Batch batch) {
    synchronized (lock) {
      if (held.remove(batch)) {
        free.add(batch);
        lock.notifyAll();
      }
    }
  }

  private void work() {
    var filler = new SampleFiller(data, options, damaged);
    while (true) {
      Batch batch;
      long ticket;
      long mine;
      int[] order;
      synchronized (lock) {
        try {
          while (!closed && (nextTicket < 0 || free.isEmpty() || failure != null)) {
            lock.wait();
          }
        } catch (InterruptedException e) {
          return;
        }
        if (closed) {
          return;
        }
        batch = free.remove();
        ticket = nextTicket++;
        mine = generation;
        order = order((int) (ticket / batchesPerEpoch));
      }
      Throwable thrown = null;
      try {
        fill(filler, batch, ticket, order);
      } catch (RuntimeException | Error e) {
        thrown = e;
      }
      finish(batch, ticket, mine, thrown);
    }
  }

  private void fill(SampleFiller filler, Batch batch, long ticket, int[] order) {
    int epoch = (int) (ticket / batchesPerEpoch);
    int number = (int) (ticket % batchesPerEpoch);
    int from = number * options.batchSize();
    int count = Math.min(options.batchSize(), order.length - from);
    batch.begin(epoch, number, count, number == batchesPerEpoch - 1);
    for (int i = 0; i < count && !closed; i++) {
      filler.fill(batch, i, order[from + i], epoch);
    }
  }

  private void finish(Batch batch, long ticket, long mine, @Nullable Throwable thrown) {
    synchronized (lock) {
      if (mine != generation) {
        free.add(batch);
      } else if (thrown != null) {
        failure = failure == null ? thrown : failure;
        free.add(batch);
      } else {
        ready.put(ticket, batch);
      }
      lock.notifyAll();
    }
  }

  /// The order of an epoch; called under the lock, keeps two epochs.
  private int[] order(int epoch) {
    orders.keySet().removeIf(e -> e < epoch - 1);
    return orders.computeIfAbsent(
        epoch,
        e ->
            EpochOrder.of(
                data.size(),
                options.order().seed(),
                e,
                options.order().rank(),
                options.order().ranks(),
                options.order().shuffle()));
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("[BatchLoader] closed");
    }
  }

  private static RuntimeException failed(Throwable cause) {
    return cause instanceof DataException e
        ? new DataException(String.valueOf(e.getMessage()), e)
        : new IllegalStateException("a loader thread failed: " + cause, cause);
  }
}
