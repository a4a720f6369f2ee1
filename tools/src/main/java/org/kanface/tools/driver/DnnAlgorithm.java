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
    TILES, // at Winograd's points
    SPECTRA, // of whole images
    TILED_SPECTRA,
    TWO_SPECTRA // of whole images, twice
  }

  /// What may be asked for, the fastest first.
  static final List<DnnAlgorithm> FORWARD =
      List.of(
          new DnnAlgorithm(1, true, Workspace.COPIES),
          new DnnAlgorithm(0, true, Workspace.NONE),
          new DnnAlgorithm(4, true, Workspace.SPECTRA),
          new DnnAlgorithm(5, true, Workspace.TILED_SPECTRA),
          new DnnAlgorithm(7, true, Workspace.TILES));

  static final List<DnnAlgorithm> DATA =
      List.of(
          new DnnAlgorithm(0, false, Workspace.NONE),
          new DnnAlgorithm(1, true, Workspace.COPIES),
          new DnnAlgorithm(2, true, Workspace.SPECTRA),
          new DnnAlgorithm(3, true, Workspace.TILED_SPECTRA),
          new DnnAlgorithm(5, true, Workspace.TILES));

  static final List<DnnAlgorithm> FILTER =
      List.of(
          new DnnAlgorithm(0, false, Workspace.NONE),
          new DnnAlgorithm(3, false, Workspace.TAPS),
          new DnnAlgorithm(1, true, Workspace.TAPS),
          new DnnAlgorithm(2, true, Workspace.TWO_SPECTRA),
          new DnnAlgorithm(5, true, Workspace.TILES));

  private static final long SOME = 4096; // bytes, beside those of the taps
  private static final long TAP = 8; // bytes each
  private static final int TILE = 4; // pixels of a result a side, 6 with their margins
  private static final int SPECTRUM = 32; // pixels of a tile a side
  private static final int MOST_PADDED = 256; // pixels a side
  private static final long TRANSFORMED = 6 * 6 * Float.BYTES;

  /// Over packed NCHW tensors of float32 or float16, one pixel apart: Winograd's 3 x 3 taps side by
  /// side; Fourier's windows that are larger than the margins, of whole images up to 256 pixels a
  /// side, margins included, or in tiles up to 32 taps a side. All others take everything.
  boolean computes(DnnConvolution c) {
    return switch (wanted) {
      case NONE, TAPS, COPIES -> true;
      case TILES -> isPlain(c) && c.w().h() == 3 && c.w().w() == 3;
      case SPECTRA, TWO_SPECTRA -> isPlain(c) && coversMargins(c) && padded(c) <= MOST_PADDED;
      case TILED_SPECTRA ->
          isPlain(c) && coversMargins(c) && Math.max(c.w().h(), c.w().w()) <= SPECTRUM;
    };
  }

  private static boolean isPlain(DnnConvolution c) {
    DnnWindow w = c.window();
    return c.w().format() == DnnTensor.NCHW
        && c.x().type() != ElementType.BF16
        && w.strideH() == 1
        && w.strideW() == 1
        && w.dilationH() == 1
        && w.dilationW() == 1;
  }

  private static boolean coversMargins(DnnConvolution c) {
    return c.w().h() > c.window().padH() && c.w().w() > c.window().padW();
  }

  private static int padded(DnnConvolution c) {
    return Math.max(c.x().h() + 2 * c.window().padH(), c.x().w() + 2 * c.window().padW());
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
      case TILES -> TRANSFORMED * (tiles(c, TILE) * channels(c) + windows(c));
      case SPECTRA -> spectrum(padded(c)) * (c.x().n() * channels(c) + 2 * windows(c));
      case TWO_SPECTRA -> spectrum(padded(c)) * (2L * c.x().n() * channels(c) + windows(c));
      case TILED_SPECTRA ->
          spectrum(SPECTRUM) * (tiles(c, SPECTRUM) * channels(c) + 2 * windows(c));
    };
  }

  /// Half of one, complex, of a side rounded up to a power of two.
  private static long spectrum(int side) {
    long whole = Integer.highestOneBit(2 * side - 1);
    return whole * (whole / 2 + 1) * 2 * Float.BYTES;
  }

  private static long channels(DnnConvolution c) {
    return (long) c.x().c() + c.y().c();
  }

  private static boolean converts(DnnConvolution c) {
    return c.w().format() == DnnTensor.NHWC
        && c.x().type() == ElementType.F32
        && c.factors() == Factors.EXACT;
  }

  private static long tiles(DnnConvolution c, int side) {
    long down = Math.ceilDiv(c.y().h(), side);
    return c.x().n() * down * Math.ceilDiv(c.y().w(), side);
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
