package org.kanface.kernels;

/// Elementwise functions of two arguments.
public enum Binary {
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  MAXIMUM,
  MINIMUM
}
