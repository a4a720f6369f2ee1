package org.kanface.kernels.cases;

import java.util.SplittableRandom;

/// What a block holds before the call: element `i` from a seeded generator.
@FunctionalInterface
public interface Fill {
  double at(long i, SplittableRandom random);

  /// Either sign, magnitude up to 1.
  Fill UNIT = between(-1, 1);

  /// Well above 0.
  Fill POSITIVE = between(0.25, 2);

  Fill ZERO = (i, random) -> 0;

  static Fill between(double low, double high) {
    return (i, random) -> random.nextDouble(low, high);
  }

  /// Repeats `values`.
  static Fill of(double... values) {
    return (i, random) -> values[(int) (i % values.length)];
  }

  /// Whole numbers in `low … high - 1`: labels (from -1) and row numbers.
  static Fill integers(long low, long high) {
    return (i, random) -> random.nextLong(low, high);
  }

  /// `rate` of the elements replaced by `value`.
  default Fill with(double rate, double value) {
    return (i, random) -> {
      double drawn = at(i, random);
      return random.nextDouble() < rate ? value : drawn;
    };
  }
}
