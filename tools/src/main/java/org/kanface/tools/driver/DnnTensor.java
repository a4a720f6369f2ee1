package org.kanface.tools.driver;

import java.lang.foreign.MemorySegment;

/// A tensor of four axes on the device; here they are named as in cuDNN, whatever their order in
/// memory.
///
/// @param strideN elements from one image to the next, and so on
record DnnTensor(
    ElementType type,
    int n,
    int c,
    int h,
    int w,
    long strideN,
    long strideC,
    long strideH,
    long strideW) {
  static final int NCHW = 0; // formats
  static final int NHWC = 1;
  private static final int ALIGNMENT = 16;
  private static final long MOST = Integer.MAX_VALUE; // elements

  DnnTensor {
    DnnStatus.require(
        n > 0 && c > 0 && h > 0 && w > 0,
        "expected sizes of at least 1, got %d x %d x %d x %d",
        n,
        c,
        h,
        w);
    DnnStatus.require(
        strideN > 0 && strideC > 0 && strideH > 0 && strideW > 0,
        "expected strides of at least 1, got %d, %d, %d, %d",
        strideN,
        strideC,
        strideH,
        strideW);
    long elements =
        (n - 1L) * strideN + (c - 1L) * strideC + (h - 1L) * strideH + (w - 1L) * strideW + 1;
    if (elements > MOST) {
      throw new LibraryError(
          DnnStatus.NOT_SUPPORTED, "%,d elements are more than 2,147,483,647", elements);
    }
  }

  /// Tightly packed.
  static DnnTensor of(int format, ElementType type, int n, int c, int h, int w) {
    long channels = c;
    long height = h;
    long width = w;
    return format == NHWC
        ? new DnnTensor(type, n, c, h, w, height * width * channels, 1, width * channels, channels)
        : new DnnTensor(type, n, c, h, w, channels * height * width, height * width, width, 1);
  }

  static ElementType type(int number) {
    return switch (number) {
      case 0 -> ElementType.F32;
      case 1 -> ElementType.F64;
      case 2 -> ElementType.F16;
      case 9 -> ElementType.BF16;
      default ->
          throw new LibraryError(DnnStatus.NOT_SUPPORTED, "there is no element type %d", number);
    };
  }

  /// Whether it lies tightly in this order; the stride of an axis of one element means nothing.
  boolean isPacked(int format) {
    DnnTensor packed = of(format, type, n, c, h, w);
    return (n == 1 || strideN == packed.strideN)
        && (c == 1 || strideC == packed.strideC)
        && (h == 1 || strideH == packed.strideH)
        && (w == 1 || strideW == packed.strideW);
  }

  boolean hasSizes(long images, long channels, long height, long width) {
    return n == images && c == channels && h == height && w == width;
  }

  String sizes() {
    return "%d x %d x %d x %d".formatted(n, c, h, w);
  }

  int numel() {
    return n * c * h * w;
  }

  /// From the first element to the last.
  long bytes() {
    long last = (n - 1L) * strideN + (c - 1L) * strideC + (h - 1L) * strideH + (w - 1L) * strideW;
    return (last + 1) * type.bytes;
  }

  /// Calls `target` with every element's place in NHWC order and its offset in memory.
  private void each(Place target) {
    int at = 0;
    for (int image = 0; image < n; image++) {
      for (int row = 0; row < h; row++) {
        for (int column = 0; column < w; column++) {
          long pixel = image * strideN + row * strideH + column * strideW;
          for (int channel = 0; channel < c; channel++) {
            target.visit(at++, pixel + channel * strideC);
          }
        }
      }
    }
  }

  private interface Place {
    void visit(int at, long offset);
  }

  /// Its elements in NHWC order.
  double[] read(SimContext context, String name, long address) {
    MemorySegment block = place(context, name, address, bytes());
    var values = new double[numel()];
    each((at, offset) -> values[at] = type.get(block, offset));
    return values;
  }

  /// Writes `alpha values + beta (what is there)`; values come in NHWC order.
  void write(
      SimContext context, String name, long address, double[] values, double alpha, double beta) {
    MemorySegment before = place(context, name, address, bytes());
    var sums = new double[values.length];
    each(
        (at, offset) ->
            sums[at] = alpha * values[at] + (beta == 0 ? 0 : beta * type.get(before, offset)));
    MemorySegment target = context.device.memory(address, bytes());
    each((at, offset) -> type.set(target, offset, sums[at]));
  }

  /// A block that a call reads or writes: live, whole, aligned to 16 bytes.
  static MemorySegment place(SimContext context, String name, long address, long bytes) {
    if (address == 0) {
      throw new LibraryError(DnnStatus.NULL_POINTER, "%s is null", name);
    }
    if (address % ALIGNMENT != 0) {
      throw new LibraryError(
          DnnStatus.MISALIGNED, "%s: 0x%x is not aligned to %d bytes", name, address, ALIGNMENT);
    }
    context.requireInside(address, bytes);
    return context.device.peek(address, bytes);
  }
}
