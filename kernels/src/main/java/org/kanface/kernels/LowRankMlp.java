package org.kanface.kernels;

import org.jspecify.annotations.Nullable;

/// The shape of a normalised MLP of low rank: `rows` pixels of `width` channels, widened to
/// `hidden` ones, each of its two linear layers through `rank` channels.
public record LowRankMlp(long rows, long width, long hidden, long rank, double eps) {
  /// Its parameters, or their gradients.
  ///
  /// @param normWeight `[width]`
  /// @param normBias `[width]`
  /// @param down1 `[rank, width]`
  /// @param up1 `[hidden, rank]`
  /// @param bias1 `[hidden]`
  /// @param down2 `[rank, hidden]`
  /// @param up2 `[width, rank]`
  /// @param bias2 `[width]`
  /// @param scale `[width]`; null for 1
  public record Weights(
      Memory normWeight,
      Memory normBias,
      Memory down1,
      Memory up1,
      Memory bias1,
      Memory down2,
      Memory up2,
      Memory bias2,
      @Nullable Memory scale) {}

  /// What the backward pass needs of the forward pass: both narrow layers and the statistics.
  ///
  /// @param mean `[rows]`
  /// @param rstd `[rows]`
  /// @param low1 `[rows, rank]`
  /// @param low2 `[rows, rank]`
  public record Kept(Memory mean, Memory rstd, Memory low1, Memory low2) {}
}
