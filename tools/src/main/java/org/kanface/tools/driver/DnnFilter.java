package org.kanface.tools.driver;

/// Weights of a convolution: for each of `k` output channels, `c` input channels of a group by
/// `h` by `w` taps, laid out as the tensors of its format are.
record DnnFilter(int format, DnnTensor tensor) {
  int k() {
    return tensor.n();
  }

  int c() {
    return tensor.c();
  }

  int h() {
    return tensor.h();
  }

  int w() {
    return tensor.w();
  }
}
