package org.kanface.kernels;

/// The shape of a pooling window over NHWC images. Output sizes round down, or up with `ceil`
/// (then the last window must still begin inside the padded image, as in PyTorch).
public record Pool2d(
    long n,
    long h,
    long w,
    long c,
    int kh,
    int kw,
    int strideH,
    int strideW,
    int padH,
    int padW,
    boolean ceil) {

  public static Pool2d of(long n, long h, long w, long c, int kernel, int stride, int padding) {
    return new Pool2d(n, h, w, c, kernel, kernel, stride, stride, padding, padding, false);
  }

  public long outH() {
    return out(h, kh, strideH, padH);
  }

  public long outW() {
    return out(w, kw, strideW, padW);
  }

  private long out(long size, int kernel, int stride, int pad) {
    long span = size + 2L * pad - kernel;
    long count = (ceil ? Math.ceilDiv(span, stride) : Math.floorDiv(span, stride)) + 1;
    return ceil && (count - 1) * stride >= size + pad ? count - 1 : count;
  }
}
