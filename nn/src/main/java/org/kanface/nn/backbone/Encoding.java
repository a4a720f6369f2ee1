package org.kanface.nn.backbone;

/// What all blocks of a backbone share.
///
/// @param rankRatio rank of the low-rank linears, as a share of the smaller side
/// @param expansion width of the MLPs, in multiples of the channels
public record Encoding(double rankRatio, long expansion) {
  static final double NORM_EPS = 1e-6;
  static final double INITIAL_LAYER_SCALE = 1e-6;
}
