package org.kanface.kernels.reference;

import org.kanface.kernels.Binary;
import org.kanface.kernels.Erf;
import org.kanface.kernels.Unary;

/// The elementwise functions and their derivatives on one `double`.
final class ScalarFunctions {
  private static final double INV_SQRT_2 = Math.sqrt(0.5);
  private static final double INV_SQRT_2_PI = 1 / Math.sqrt(2 * Math.PI);

  private ScalarFunctions() {}

  static double apply(Unary f, double x) {
    return switch (f) {
      case NEGATE -> -x;
      case ABS -> Math.abs(x);
      case SQUARE -> x * x;
      case SQRT -> Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case RELU -> Math.max(x, 0);
      case SILU -> x / (1 + Math.exp(-x));
      case GELU -> x * normalCdf(x);
      case SIGMOID -> sigmoid(x);
      case TANH -> Math.tanh(x);
    };
  }

  static double derivative(Unary f, double x) {
    return switch (f) {
      case NEGATE -> -1;
      case ABS -> Math.signum(x);
      case SQUARE -> 2 * x;
      case SQRT -> 0.5 / Math.sqrt(x);
      case RECIPROCAL -> -1 / (x * x);
      case EXP -> Math.exp(x);
      case LOG -> 1 / x;
      case SIN -> Math.cos(x);
      case COS -> -Math.sin(x);
      case RELU -> x > 0 ? 1 : 0;
      case SILU -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
      case GELU -> normalCdf(x) + x * Math.exp(-0.5 * x * x) * INV_SQRT_2_PI;
      case SIGMOID -> sigmoid(x) * (1 - sigmoid(x));
      case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
    };
  }

  static double apply(Binary f, double a, double b) {
    return switch (f) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /// `Φ(x) = erfc(-x/√2) / 2`.
  private static double normalCdf(double x) {
    return 0.5 * Erf.erfc(-x * INV_SQRT_2);
  }
}
