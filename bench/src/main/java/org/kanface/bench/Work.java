package org.kanface.bench;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A row of the table that `bench/run` prints, comparable by name with other engines' tables.
///
/// @param what its name, such as `conv3x3_64_56_b32/backward`
/// @param flop floating-point operations of a run, 0 where nobody asks
/// @param images images of a run, 0 where there are none
/// @param warmup seconds until the JIT compiler has settled
/// @param twin whether the plain loops do the same in a time that one can wait for
/// @param large what a row has beside that runs on request alone
record Work(
    String what,
    double flop,
    int images,
    int warmup,
    boolean twin,
    Setup setup,
    @Nullable Large large) {
  private static final int KERNEL_WARMUP = 2;
  private static final int NETWORK_WARMUP = 25;

  /// Makes the work for a kernel set, `cpu` or `reference`.
  @FunctionalInterface
  interface Setup {
    Workload on(String set);
  }

  /// A row for which not every machine has room, or everybody the time.
  ///
  /// @param planned bytes that `kanface plan` foresees
  /// @param small the same with few of everything, for tests
  record Large(long planned, Supplier<Workload> small) {}

  /// What only the fast kernels do.
  static Work plain(String what, double flop, Supplier<Workload> setup) {
    return new Work(what, flop, 0, KERNEL_WARMUP, false, _ -> setup.get(), null);
  }

  static Work kernel(String what, double flop, Function<Blocks, Workload> setup) {
    return new Work(what, flop, 0, KERNEL_WARMUP, true, set -> setup.apply(new Blocks(set)), null);
  }

  /// A kernel whose work is moving memory: nobody counts its operations.
  static Work kernel(String what, Function<Blocks, Workload> setup) {
    return kernel(what, 0, setup);
  }

  static Work network(String what, int images, Supplier<Workload> setup) {
    return new Work(what, 0, images, NETWORK_WARMUP, false, _ -> setup.get(), null);
  }

  /// Whether `--only` asks for this row; large ones where it begins their name.
  boolean isAskedBy(String only) {
    return large == null ? what.contains(only) : !only.isEmpty() && what.startsWith(only);
  }

  /// All rows in the table's order.
  static List<Work> all() {
    return Stream.of(Yardstick.rows(), NetworkWork.rows(), PartialFcWork.rows(), KernelWork.rows())
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
