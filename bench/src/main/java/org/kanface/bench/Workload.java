package org.kanface.bench;

/// Something to time, set up and ready to run any number of times.
interface Workload extends AutoCloseable {
  void run();

  @Override
  default void close() {}
}
