package org.kanface.data.tool;

import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.kanface.data.DataException;
import org.kanface.data.ImageSource;

/// Decodes every image and lists the damaged ones.
public final class DataVerify {
  /// What was found.
  ///
  /// @param damaged one sentence for each image that cannot be decoded, in order
  /// @param sizes how many images have each size, by `width x height`
  public record Report(int images, List<String> damaged, SortedMap<String, Integer> sizes) {}

  private static final int STRIDE = 64; // images a thread takes at a time

  /// Reads all of `data` on `threads` threads; `progress` hears how many images are done, from any
  /// thread.
  public Report run(ImageSource data, int threads, IntConsumer progress) {
    var damaged = new ConcurrentSkipListMap<Integer, String>();
    var sizes = new ConcurrentSkipListMap<String, Integer>();
    var next = new AtomicInteger();
    var done = new AtomicInteger();
    Runnable work =
        () -> {
          for (int from = next.getAndAdd(STRIDE);
              from < data.size() && from >= 0;
              from = next.getAndAdd(STRIDE)) {
            int to = Math.min(from + STRIDE, data.size());
            for (int i = from; i < to; i++) {
              try {
                var image = data.image(i);
                sizes.merge(image.width() + " x " + image.height(), 1, Integer::sum);
              } catch (DataException e) {
                damaged.put(i, String.valueOf(e.getMessage()));
              }
            }
            progress.accept(done.addAndGet(to - from));
          }
        };
    ToolThreads.run(threads, work);
    return new Report(data.size(), List.copyOf(damaged.values()), sizes);
  }
}
