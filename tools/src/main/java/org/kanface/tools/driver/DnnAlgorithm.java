package org.kanface.tools.driver;

import java.util.List;

/// A way to compute a pass of a convolution, as cuDNN's manual limits it.
///
/// @param deterministic whether its sums have a fixed order
record DnnAlgorithm(int number, boolean deterministic, Workspace wanted) {
  /// What a workspace has to hold.
  private enum Workspace {
    NONE,
    TAPS, // indices
    COPIES, // the same, and of NHWC images in full float32 copies in NCHW
    TILES // transformed ones
  }

  /// What may be asked for, the fastest first.
  static final List<DnnAlgorithm> FORWARD =
      List.of(
          new DnnAlgorithm(1, true, Workspace.COPIES),
          new DnnAlgorithm(0, true, Workspace.NONE),
          new DnnAlgorithm(7, true, Workspace.TILES));

  static final List<DnnAlgorithm> DATA =
      List.of(
          new DnnAlgorithm(0, false, Workspace.NONE),
          new DnnAlgorithm(1, true, Workspace.COPIES),
          new DnnAlgorithm(5, true, Workspace.TILES));

  static final List<DnnAlgorithm> FILTER =
      List.of(
          new DnnAlgorithm(0, false, Workspace.NONE),
          new DnnAlgorithm(3, false, Workspace.TAPS),
          new DnnAlgorithm(1, true, Workspace.TAPS),
          new DnnAlgorithm(5, true, Workspace.TILES));

  private static final long SOME = 4096; // bytes, beside those of the taps
  private static final long TAP = 8; // bytes each
  private static final int TILE = 4; // pixels of a result a side, 6 with their margins
  private static final long TRANSFORMED = 6 * 6 * Float.BYTES;

  /// Winograd's takes 3 x 3 taps side by side, one pixel apart, over packed NCHW tensors of float32
  /// or float16; all others take everything.
  boolean computes(DnnConvolution c) {
    DnnWindow w = c.window();
    return wanted != Workspace.TILES
        || (c.w().format() == DnnTensor.NCHW
            && c.x().type() != ElementType.BF16
            && c.w().h() == 3
            && c.w().w() == 3
            && w.strideH() == 1
            && w.strideW() == 1
            && w.dilationH() == 1
            && w.dilationW() == 1);
  }

  /// In bytes; 0 where it does not compute this.
  long workspace(DnnConvolution c) {
    if (!computes(c)) {
      return 0;
    }
    long taps = SOME + TAP * c.w().tensor().numel();
    return switch (wanted) {
      case NONE -> 0;
      case TAPS -> taps;
      case COPIES -> taps + (converts(c) ? c.x().bytes() + c.y().bytes() : 0);
      case TILES -> TRANSFORMED * (tiles(c) * (c.x().c() + c.y().c()) + windows(c));
    };
  }

  private static boolean converts(DnnConvolution c) {
    return c.w().format() == DnnTensor.NHWC
        && c.x().type() == ElementType.F32
        && c.factors() == Factors.EXACT;
  }

  private static long tiles(DnnConvolution c) {
    long down = Math.ceilDiv(c.y().h(), TILE);
    return c.x().n() * down * Math.ceilDiv(c.y().w(), TILE);
  }

  private static long windows(DnnConvolution c) {
    return (long) c.w().k() * c.w().c();
  }

  /// The same of the one of this number.
  static long workspace(List<DnnAlgorithm> known, int number, DnnConvolution c) {
    return known.stream()
        .filter(a -> a.number == number && a.computes(c))
        .mapToLong(a -> a.workspace(c))
        .findFirst()
        .orElseThrow(
            () ->
                new LibraryError(
                    DnnStatus.NOT_SUPPORTED,
                    "algorithm %d does not compute this convolution",
                    number));
  }
}
