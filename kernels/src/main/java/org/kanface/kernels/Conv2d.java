package org.kanface.kernels;

/// The shape of a 2-d convolution over NHWC images with OHWI weights.
///
/// `x [n, h, w, c]`, `weight [outC, kh, kw, c / groups]`, `y [n, outH, outW, outC]`;
/// `outH = (h + 2 padH - dilationH (kh - 1) - 1) / strideH + 1`. Depthwise is `groups == c ==
/// outC`.
public record Conv2d(
    long n,
    long h,
    long w,
    long c,
    long outC,
    int kh,
    int kw,
    int strideH,
    int strideW,
    int padH,
    int padW,
    int dilationH,
    int dilationW,
    long groups) {

  /// A square kernel with equal stride and padding on both axes, no dilation.
  public static Conv2d of(
      long n, long h, long w, long c, long outC, int kernel, int stride, int padding, long groups) {
    return new Conv2d(
        n, h, w, c, outC, kernel, kernel, stride, stride, padding, padding, 1, 1, groups);
  }

  public long outH() {
    return (h + 2L * padH - (long) dilationH * (kh - 1) - 1) / strideH + 1;
  }

  public long outW() {
    return (w + 2L * padW - (long) dilationW * (kw - 1) - 1) / strideW + 1;
  }

  public boolean isDepthwise() {
    return groups == c && outC == c;
  }

  public long inputNumel() {
    return n * h * w * c;
  }

  public long outputNumel() {
    return n * outH() * outW() * outC;
  }

  public long weightNumel() {
    return outC * kh * kw * (c / groups);
  }

  /// Floating-point operations of the forward pass, padding counted as work.
  public long flops() {
    return 2 * n * outH() * outW() * outC * kh * kw * (c / groups);
  }
}
