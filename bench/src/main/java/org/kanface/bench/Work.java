package org.kanface.bench;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A row of the table that `bench/run` prints, comparable by name with other engines' tables.
///
/// @param what its name, such as `conv3x3_64_56_b32/backward`
/// @param flop floating-point operations of a run, 0 where nobody asks
/// @param images images of a run, 0 where there are none
/// @param warmup seconds until the JIT compiler has settled
record Work(String what, double flop, int images, int warmup, Supplier<Workload> setup) {
  private static final int KERNEL_WARMUP = 2;
  private static final int NETWORK_WARMUP = 25;

  static Work kernel(String what, double flop, Supplier<Workload> setup) {
    return new Work(what, flop, 0, KERNEL_WARMUP, setup);
  }

  static Work network(String what, int images, Supplier<Workload> setup) {
    return new Work(what, 0, images, NETWORK_WARMUP, setup);
  }

  /// All rows in the table's order.
  static List<Work> all() {
    return Stream.of(Yardstick.rows(), NetworkWork.rows(), KernelWork.rows())
        .flatMap(List::stream)
        .toList();
  }

  static Work of(String what) {
    return all().stream()
        .filter(w -> w.what.equals(what))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("no work is called " + what));
  }
}
