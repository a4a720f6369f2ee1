package org.kanface.kernels;

import java.util.Optional;

/// A provider of kernel sets, found through [java.util.ServiceLoader]; callers ask [Backends].
public interface Backend {
  /// What a user types: `cpu`, `reference`, `cuda`, `cuda-sim`.
  String name();

  /// Which one `auto` takes: the highest that is available.
  int preference();

  /// Empty where it can be used, else one sentence that says what is missing.
  Optional<String> missing();

  /// The same for the device of this number.
  default Optional<String> missing(int ordinal) {
    return missing();
  }

  /// Empty where `auto` may take its first device, else why not, in one sentence; the device has
  /// been opened then.
  ///
  /// @param convolves whether it shall compute convolutions of overlapping windows too
  default Optional<String> missingForAuto(boolean convolves) {
    return missing();
  }

  /// Its kernels for one element type on one device; empty where it has none for that type.
  Optional<Kernels> kernels(DType type, int ordinal);

  /// The same with products and convolutions in `precision`; empty where it has none.
  default Optional<Kernels> kernels(DType type, int ordinal, Precision precision) {
    return precision == Precision.F32 ? kernels(type, ordinal) : Optional.empty();
  }

  /// Empty where products can be computed in `precision` on this device, else why not.
  default Optional<String> missing(int ordinal, Precision precision) {
    return precision == Precision.F32
        ? Optional.empty()
        : Optional.of("it multiplies in f32 alone");
  }

  /// What it computes on, in a few words for a report: `512-bit vectors`, a GPU's name. Called only
  /// where nothing is [#missing].
  default String describe() {
    return "";
  }
}
