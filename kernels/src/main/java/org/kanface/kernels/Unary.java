package org.kanface.kernels;

/// Elementwise functions of one argument. Their derivatives are in
/// [ElementwiseKernels#unaryBackward].
public enum Unary {
  NEGATE,
  ABS,
  SQUARE,
  SQRT,
  RECIPROCAL,
  EXP,
  LOG,
  SIN,
  COS,
  RELU,
  /// `x / (1 + exp(-x))`
  SILU,
  /// `x/2 (1 + erf(x/√2))`, the exact form
  GELU,
  SIGMOID,
  TANH
}
