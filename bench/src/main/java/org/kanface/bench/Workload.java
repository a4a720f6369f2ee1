package org.kanface.bench;

/// Something to time, set up and ready to run any number of times.
public interface Workload extends AutoCloseable {
  void run();

  /// Bytes of tensors that a run leaves behind on purpose: gradients.
  default long kept() {
    return 0;
  }

  @Override
  default void close() {}
}
