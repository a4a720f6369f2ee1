package org.kanface.tools.driver;

/// A pooling window.
///
/// @param mode 0 maximum, 1 mean with padding counted, 2 mean without, 3 maximum in a fixed order
/// @param propagatesNan whether NaN wins
record DnnPooling(
    int mode,
    boolean propagatesNan,
    int windowH,
    int windowW,
    int padH,
    int padW,
    int strideH,
    int strideW) {
  static final int MEAN_WITH_PADDING = 1;
  static final int MEAN = 2;
  private static final int MODES = 4;

  DnnPooling {
    DnnStatus.require(mode >= 0 && mode < MODES, "there is no pooling mode %d", mode);
    DnnStatus.require(windowH > 0 && windowW > 0, "expected windows of at least 1");
    DnnStatus.require(strideH > 0 && strideW > 0, "expected strides of at least 1");
    DnnStatus.require(
        padH >= 0 && padW >= 0 && padH < windowH && padW < windowW,
        "expected paddings from 0 and below the window's size, got %d and %d",
        padH,
        padW);
  }

  boolean isMaximum() {
    return mode != MEAN_WITH_PADDING && mode != MEAN;
  }

  int outH(DnnTensor x) {
    return (x.h() + 2 * padH - windowH) / strideH + 1;
  }

  int outW(DnnTensor x) {
    return (x.w() + 2 * padW - windowW) / strideW + 1;
  }
}
