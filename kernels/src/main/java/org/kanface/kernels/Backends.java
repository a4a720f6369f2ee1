package org.kanface.kernels;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/// The one place that picks a kernel set, and says why.
public final class Backends {
  private static final List<Backend> ALL =
      ServiceLoader.load(Backend.class, Backends.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(Comparator.comparingInt(Backend::preference).reversed())
          .toList();

  private Backends() {}

  /// A backend and the reason for it.
  public record Choice(Backend backend, int ordinal, String reason) {}

  /// All backends, the most preferred first, available or not.
  public static List<Backend> all() {
    return ALL;
  }

  /// Picks by name: `auto`, `cpu`, `reference`, `cuda`, `cuda:1`, `cuda-sim`, …
  ///
  /// Throws [IllegalArgumentException] for an unknown name and [IllegalStateException] where the
  /// backend asked for cannot be used; both messages are one sentence.
  public static Choice select(String device) {
    if (device.equals("auto")) {
      return auto(true);
    }
    int colon = device.indexOf(':');
    String name = colon < 0 ? device : device.substring(0, colon);
    int ordinal = colon < 0 ? 0 : ordinal(device, device.substring(colon + 1));
    for (Backend b : ALL) {
      if (b.name().equals(name)) {
        b.missing(ordinal)
            .ifPresent(
                why -> {
                  throw new IllegalStateException("device " + device + " cannot be used: " + why);
                });
        return new Choice(b, ordinal, "asked for");
      }
    }
    throw new IllegalArgumentException(
        "device: expected auto, "
            + ALL.stream().map(Backend::name).collect(Collectors.joining(", "))
            + ", got "
            + device);
  }

  /// Kernels of the backend called `name` for `type`; throws as [#select].
  public static Kernels kernels(String name, DType type) {
    Choice choice = select(name);
    return choice
        .backend()
        .kernels(type, choice.ordinal())
        .orElseThrow(
            () -> new IllegalStateException("device " + name + " has no kernels for " + type));
  }

  /// What `auto` picks: the most preferred that can be used, and why none before it. Throws
  /// [IllegalStateException] where there is none.
  ///
  /// @param convolves whether it shall compute dense convolutions of overlapping windows: a GPU
  ///     needs one more library for these, and is not taken where that is missing
  public static Choice auto(boolean convolves) {
    return best(ALL, convolves);
  }

  /// The same of these.
  static Choice best(List<Backend> candidates, boolean convolves) {
    var skipped = new ArrayList<String>();
    for (Backend b : candidates) {
      var missing = b.missingForAuto(convolves);
      if (missing.isEmpty()) {
        return new Choice(
            b, 0, skipped.isEmpty() ? "the first choice" : String.join("; ", skipped));
      }
      skipped.add("no " + b.name() + ": " + missing.get());
    }
    throw new IllegalStateException("no backend can be used: " + String.join("; ", skipped));
  }

  private static int ordinal(String device, String text) {
    if (!text.matches("\\d{1,3}")) {
      throw new IllegalArgumentException(
          "device: expected a number after the colon, got " + device);
    }
    return Integer.parseInt(text);
  }
}
