package org.kanface.gpucheck;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kanface.autograd.OpParity;
import org.kanface.kernels.cases.KernelCases;
import org.kanface.tensor.Device;

/// What a check is made of. A part runs in a JVM of its own, and goes on in another one behind
/// anything that breaks the first.
enum Part {
  /// The table of kernels against the plain loops.
  KERNELS("kernel cases"),

  /// The table of ops, forward and backward, against float64.
  OPS("ops and gradients"),

  /// Training steps against the CPU's.
  TRAINING("training"),

  /// How long everything takes on the device.
  TIMES("times");

  private static final int FEW = 3; // cases of a family
  private static final int SEEDS = 100; // of random sizes

  private final String title;

  Part(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /// @param small a sample in a few seconds, also where the device is simulated
  List<Item> items(Device device, boolean small) {
    return switch (this) {
      case KERNELS ->
          Stream.concat(
                  KernelCases.FAMILIES.stream()
                      .map(f -> KernelCases.of(f).toList())
                      .flatMap(cases -> sample(cases, small ? FEW : cases.size()).stream()),
                  small ? Stream.empty() : KernelCases.random(SEEDS))
              .map(c -> KernelChecks.item(c, device))
              .toList();
      case OPS -> {
        var names = OpParity.names(!small);
        yield sample(names, small ? 6 * FEW : names.size()).stream()
            .map(name -> Item.of(name, () -> OpParity.check(name, device)))
            .toList();
      }
      case TRAINING -> TrainingChecks.items(device, small);
      case TIMES -> Times.items(device, small);
    };
  }

  /// So many of them, spread evenly.
  private static <T> List<T> sample(List<T> all, int count) {
    int n = Math.min(count, all.size());
    return IntStream.range(0, n).mapToObj(i -> all.get((int) ((long) i * all.size() / n))).toList();
  }
}
