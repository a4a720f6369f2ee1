package org.kanface.report;

/// The learned function of one edge of a KAN layer, sampled.
///
/// @param input which input of the layer it starts at
/// @param output which output it ends at
/// @param x sampled inputs, ascending
/// @param y values of the whole edge: SiLU path and spline
/// @param spline values of the spline alone
public record EdgeCurve(int input, int output, double[] x, double[] y, double[] spline) {}
