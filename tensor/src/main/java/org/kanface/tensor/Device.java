package org.kanface.tensor;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;
import org.kanface.kernels.HostMemory;
import org.kanface.kernels.Kernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Precision;

/// Where tensors live and what computes on them: a backend's kernels and a memory pool.
public final class Device {
  private static final Map<Asked, Device> ASKED = new ConcurrentHashMap<>();
  private static final Map<String, Device> OPEN = new ConcurrentHashMap<>(); // by its own name

  private final String name;
  private volatile String reason;
  private final Map<DType, Kernels> kernels = new EnumMap<>(DType.class);
  private final Kernels main; // allocates and copies
  private final MemoryPool pool;
  private final boolean host;

  private Device(Backends.Choice choice, Precision precision) {
    name = nameOf(choice);
    reason = choice.reason();
    for (DType type : DType.values()) {
      choice
          .backend()
          .kernels(type, choice.ordinal(), precision)
          .ifPresent(k -> kernels.put(type, k));
    }
    main = Optional.ofNullable(kernels.get(DType.F32)).orElseThrow();
    try (Memory probe = main.allocate(1)) {
      host = probe instanceof HostMemory;
    }
    pool = new MemoryPool(main::allocate, !host);
  }

  /// `auto`, `cpu`, `reference`, `cuda`, `cuda:1`, `cuda-sim`, …; one object a device, whatever it
  /// was called. Throws as [Backends#select].
  public static Device of(String device) {
    return of(device, Precision.F32);
  }

  /// The same with matrix products and dense convolutions in `precision`: a device of its own,
  /// whose tensors do not mix with those of others. Throws [IllegalStateException] with one
  /// sentence where it has no such products, else as [#of(String)].
  public static Device of(String device, Precision precision) {
    return of(device, precision, true);
  }

  /// The same where `auto` may take a device that lacks convolutions.
  ///
  /// @param convolves whether dense convolutions of overlapping windows will be computed
  public static Device of(String device, Precision precision, boolean convolves) {
    return ASKED.computeIfAbsent(new Asked(device, precision, convolves), asked -> asked.open());
  }

  private record Asked(String device, Precision precision, boolean convolves) {
    Device open() {
      boolean auto = device.equals("auto");
      Backends.Choice choice = auto ? Backends.auto(convolves) : Backends.select(device);
      String name = nameOf(choice);
      choice
          .backend()
          .missing(choice.ordinal(), precision)
          .ifPresent(
              why -> {
                throw new IllegalStateException(
                    "precision %s cannot be had on device %s%s: %s"
                        .formatted(
                            precision,
                            name,
                            auto ? ", which auto takes (%s)".formatted(choice.reason()) : "",
                            why));
              });
      Device found =
          OPEN.computeIfAbsent(
              precision == Precision.F32 ? name : name + " " + precision,
              _ -> new Device(choice, precision));
      if (auto) { // says more than "asked for"
        found.reason = choice.reason();
      }
      return found;
    }
  }

  private static String nameOf(Backends.Choice choice) {
    return choice.backend().name() + (choice.ordinal() == 0 ? "" : ":" + choice.ordinal());
  }

  /// The Vector-API CPU kernels.
  public static Device cpu() {
    return of("cpu");
  }

  /// Plain loops, for F32 and F64: the truth in tests.
  public static Device reference() {
    return of("reference");
  }

  public String name() {
    return name;
  }

  /// Why this device was taken, for logs.
  public String reason() {
    return reason;
  }

  /// Its kernels for `type`; throws [IllegalStateException] where it has none.
  public Kernels kernels(DType type) {
    Kernels found = kernels.get(type);
    if (found == null) {
      throw new IllegalStateException("device " + name + " has no kernels for " + type);
    }
    return found;
  }

  /// Whether its tensors lie in the host's memory, so that writing to them crosses no bus.
  public boolean isHost() {
    return host;
  }

  /// Runs work that allocates and calculates the same, but for scalars, whenever it runs under this
  /// key, such as a training step or the embedding of a batch. On a GPU the calls of such work
  /// become CUDA graphs, which takes the host less time; results are the same to the bit, and
  /// nothing breaks where the work does something else after all.
  public void repeated(Object key, Runnable work) {
    main.repeated(key, work);
  }

  public MemoryPool pool() {
    return pool;
  }

  void copy(Memory source, Memory target, long bytes) {
    main.copy(source, target, bytes);
  }

  @Override
  public String toString() {
    return name;
  }
}
