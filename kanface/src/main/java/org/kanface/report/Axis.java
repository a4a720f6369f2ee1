package org.kanface.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One axis of a chart: a range of values, linear or logarithmic, onto a range of pixels.
record Axis(double low, double high, boolean log, double from, double to) {
  private static final double EMPTY = 1e-300;

  /// The range of all finite values, widened where it is a point; `[0, 1]` where there are none.
  static Axis linear(double[][] values, double from, double to) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double[] row : values) {
      for (double v : row) {
        if (Double.isFinite(v)) {
          low = Math.min(low, v);
          high = Math.max(high, v);
        }
      }
    }
    if (low > high) {
      return new Axis(0, 1, false, from, to);
    }
    double pad = high - low < EMPTY ? Math.max(Math.abs(low), 1) / 2 : 0;
    return new Axis(low - pad, high + pad, false, from, to);
  }

  /// The same axis with a little room at both ends.
  Axis padded(double part) {
    double pad = (high - low) * part;
    return new Axis(low - pad, high + pad, log, from, to);
  }

  /// Pixels of a value; values below a logarithmic axis sit at its lower end.
  double at(double value) {
    double part =
        log
            ? (Math.log(Math.max(value, low)) - Math.log(low)) / (Math.log(high) - Math.log(low))
            : (value - low) / (high - low);
    return from + part * (to - from);
  }

  /// Round values over the axis: multiples of 1, 2 or 5 times a power of ten, or powers of ten.
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (log) {
      for (int e = (int) Math.ceil(Math.log10(low) - 1e-9); e <= Math.log10(high) + 1e-9; e++) {
        ticks.add(Math.pow(10, e));
      }
      return ticks;
    }
    double raw = (high - low) / 5;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double unit = raw / power;
    double step = power * (unit < 1.5 ? 1 : unit < 3.5 ? 2 : unit < 7.5 ? 5 : 10);
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /// A tick's label: as short as it stays exact.
  static String label(double value) {
    double size = Math.abs(value);
    if (size < 1e-12) {
      return "0";
    }
    String text =
        size >= 1e5 || size < 1e-3
            ? String.format(Locale.ROOT, "%.1e", value)
                .replace(".0e", "e")
                .replace("e-0", "e-")
                .replace("e+0", "e")
            : String.format(Locale.ROOT, "%.4f", value).replaceAll("\\.?0+$", "");
    return text.replace('-', '\u2212').replace("e\u2212", "e-");
  }
}
