package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The simulated cuDNN: the protocol around a convolution, what it computes, and what it refuses.
class ConvolutionCallsTest {
  private static final int PRECOMPUTED = 1; // needs a workspace
  private static final int SIMPLE = 0;
  private static final int FOURIER = 4;
  private static final int TILED_FOURIER = 5;
  private static final int WINOGRAD = 7;

  private final DriverState state = new DriverState(new SimSettings(90, 1 << 20, false));
  private final DnnCalls dnn = new DnnCalls(state);
  private final ConvolutionCalls convolutions = new ConvolutionCalls(dnn);
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment out = arena.allocate(8 * 48, 8);
  private final long one = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1).address();
  private final long zero = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0).address();
  private long handle;
  private long xs; // descriptors
  private long ws;
  private long ys;
  private long window;

  /// One image of 3 x 3 and two channels, one filter of 2 x 2: `y [1, 2, 2, 1]`.
  @BeforeEach
  void open() {
    state.initialise();
    state.retain();
    state.setCurrent(true);
    dnn.cudnnCreate(out.address());
    handle = result();
    dnn.cudnnCreateTensorDescriptor(out.address());
    xs = result();
    dnn.cudnnCreateTensorDescriptor(out.address());
    ys = result();
    dnn.cudnnCreateFilterDescriptor(out.address());
    ws = result();
    dnn.cudnnCreateConvolutionDescriptor(out.address());
    window = result();
    dnn.cudnnSetTensor4dDescriptor(xs, 1, 0, 1, 2, 3, 3);
    dnn.cudnnSetTensor4dDescriptor(ys, 1, 0, 1, 1, 2, 2);
    dnn.cudnnSetFilter4dDescriptor(ws, 0, 1, 1, 2, 2, 2);
    dnn.cudnnSetConvolution2dDescriptor(window, 0, 0, 1, 1, 1, 1, 1, 0);
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private long result() {
    return out.get(ValueLayout.JAVA_LONG, 0);
  }

  private long floats(float... values) {
    long address = state.context().allocate(4L * values.length);
    state
        .context()
        .device
        .memory(address, 4L * values.length)
        .copyFrom(MemorySegment.ofArray(values));
    return address;
  }

  private float[] content(long block, int n) {
    return state.context().device.peek(block, 4L * n).toArray(ValueLayout.JAVA_FLOAT);
  }

  private long image() {
    var pixels = new float[18];
    for (int i = 0; i < 9; i++) {
      pixels[2 * i] = i; // the second channel stays 0
    }
    return floats(pixels);
  }

  private void forward(long x, long w, long y, int algorithm, long workspace, long bytes) {
    convolutions.cudnnConvolutionForward(
        handle, one, xs, x, ws, w, window, algorithm, workspace, bytes, zero, ys, y);
  }

  private static void fails(LibraryStatus status, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(LibraryError.class, e -> assertThat(e.status()).isSameAs(status))
        .hasMessageContaining(text);
  }

  @Test
  void sumsWindows() {
    long y = state.context().allocate(16);
    forward(image(), floats(1, 9, 10, 9, 100, 9, 1000, 9), y, SIMPLE, 0, 0);
    assertThat(content(y, 4)).containsExactly(4310, 5421, 7643, 8754);
  }

  /// By default float32 becomes TF32, with conversions allowed F16, with fused multiply-adds alone
  /// nothing.
  @Test
  void factorsAreRoundedAsTheMathTypeSays() {
    long y = state.context().allocate(16);
    float fine = 1 + 0x1p-12f;
    long w = floats(0, 0, fine, 0, 0, 0, 0, 0); // the pixel on the right, which is 1
    for (int math = 0; math < 4; math++) {
      dnn.cudnnSetConvolutionMathType(window, math);
      forward(image(), w, y, SIMPLE, 0, 0);
      assertThat(content(y, 1)).as("%d", math).containsExactly(math == 3 ? fine : 1);
    }
  }

  @Test
  void gradientsGoTheSameWayBack() {
    long dy = floats(1, 2, 3, 4);
    long dx = floats(new float[18]);
    long w = floats(1, 0, 2, 0, 3, 0, 4, 0);
    convolutions.cudnnConvolutionBackwardData(
        handle, one, ws, w, ys, dy, window, SIMPLE, 0, 0, zero, xs, dx);
    float[] pixels = content(dx, 18);
    assertThat(new float[] {pixels[0], pixels[2], pixels[4], pixels[8], pixels[16]})
        .containsExactly(1, 4, 4, 5 + 6 + 5 + 4, 16);
    long dw = floats(1, 1, 1, 1, 1, 1, 1, 1);
    convolutions.cudnnConvolutionBackwardFilter(
        handle, one, xs, image(), ys, dy, window, SIMPLE, 0, 0, one, ws, dw);
    assertThat(content(dw, 8)).containsExactly(28, 1, 38, 1, 58, 1, 68, 1);
  }

  @Test
  void algorithmsSayHowMuchTheyNeed() {
    long results = out.address();
    var count = arena.allocate(4);
    convolutions.cudnnGetConvolutionForwardAlgorithm_v7(
        handle, xs, ws, window, ys, 8, count.address(), results);
    assertThat(count.get(ValueLayout.JAVA_INT, 0)).isEqualTo(5);
    assertThat(out.get(ValueLayout.JAVA_INT, 2 * 48 + 4)).isEqualTo(DnnStatus.NOT_SUPPORTED.code);
    assertThat(out.get(ValueLayout.JAVA_INT, 0)).isEqualTo(PRECOMPUTED);
    long bytes = out.get(ValueLayout.JAVA_LONG, 16);
    long x = image();
    long w = floats(new float[8]);
    long y = state.context().allocate(16);
    long workspace = state.context().allocate(bytes);
    forward(x, w, y, PRECOMPUTED, workspace, bytes);
    fails(
        DnnStatus.TOO_SMALL,
        "expected 4,160",
        () -> forward(x, w, y, PRECOMPUTED, workspace, bytes - 1));
    fails(
        DnnStatus.NULL_POINTER,
        "the workspace is null",
        () -> forward(x, w, y, PRECOMPUTED, 0, bytes));
    fails(DnnStatus.NOT_SUPPORTED, "algorithm 6", () -> forward(x, w, y, 6, workspace, bytes));
  }

  /// Winograd's takes 3 x 3 taps of packed NCHW alone, and room for tiles of every image.
  @Test
  void winogradHasItsLimits() {
    dnn.cudnnSetTensor4dDescriptor(xs, 0, 0, 1, 2, 3, 3);
    dnn.cudnnSetTensor4dDescriptor(ys, 0, 0, 1, 1, 3, 3);
    dnn.cudnnSetFilter4dDescriptor(ws, 0, 0, 1, 2, 3, 3);
    dnn.cudnnSetConvolution2dDescriptor(window, 1, 1, 1, 1, 1, 1, 1, 0);
    long x = floats(0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0); // channel by channel
    long w = floats(0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9);
    long y = state.context().allocate(36);
    long tiles = 144 * (2 + 1) + 144 * 2; // of images, of windows
    long workspace = state.context().allocate(tiles);
    forward(x, w, y, WINOGRAD, workspace, tiles);
    assertThat(content(y, 9)).containsExactly(1, 2, 0, 4, 5, 0, 7, 8, 0);
    fails(
        DnnStatus.TOO_SMALL,
        "expected 720",
        () -> forward(x, w, y, WINOGRAD, workspace, tiles - 1));
    dnn.cudnnSetConvolution2dDescriptor(window, 2, 2, 1, 1, 2, 2, 1, 0); // dilated
    fails(
        DnnStatus.NOT_SUPPORTED, "algorithm 7", () -> forward(x, w, y, WINOGRAD, workspace, tiles));
    dnn.cudnnSetConvolution2dDescriptor(window, 1, 1, 1, 1, 1, 1, 1, 0);
    dnn.cudnnSetTensor4dDescriptor(xs, 1, 0, 1, 2, 3, 3);
    dnn.cudnnSetTensor4dDescriptor(ys, 1, 0, 1, 1, 3, 3);
    dnn.cudnnSetFilter4dDescriptor(ws, 0, 1, 1, 2, 3, 3);
    fails(
        DnnStatus.NOT_SUPPORTED, "algorithm 7", () -> forward(x, w, y, WINOGRAD, workspace, tiles));
  }

  /// Fourier's take windows of packed NCHW that are larger than the margins, of any size, but no
  /// large images unless in tiles.
  @Test
  void fouriersHaveTheirLimits() {
    dnn.cudnnSetTensor4dDescriptor(xs, 0, 0, 1, 2, 3, 3);
    dnn.cudnnSetTensor4dDescriptor(ys, 0, 0, 1, 1, 2, 2);
    dnn.cudnnSetFilter4dDescriptor(ws, 0, 0, 1, 2, 2, 2);
    long x = floats(0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0); // channel by channel
    long w = floats(1, 10, 100, 1000, 9, 9, 9, 9);
    long y = state.context().allocate(16);
    long spectra = 4 * 3 * 8 * (2 + 1 + 2 * 2);
    long tiled = 32 * 17 * 8 * (2 + 1 + 2 * 2);
    long workspace = state.context().allocate(tiled);
    forward(x, w, y, FOURIER, workspace, spectra);
    assertThat(content(y, 4)).containsExactly(4310, 5421, 7643, 8754);
    forward(x, w, y, TILED_FOURIER, workspace, tiled);
    assertThat(content(y, 4)).containsExactly(4310, 5421, 7643, 8754);
    fails(
        DnnStatus.TOO_SMALL,
        "expected 672",
        () -> forward(x, w, y, FOURIER, workspace, spectra - 1));
    dnn.cudnnSetConvolution2dDescriptor(window, 2, 2, 1, 1, 1, 1, 1, 0);
    dnn.cudnnSetTensor4dDescriptor(ys, 0, 0, 1, 1, 6, 6);
    for (int algorithm : new int[] {FOURIER, TILED_FOURIER}) {
      fails(
          DnnStatus.NOT_SUPPORTED,
          "algorithm " + algorithm,
          () -> forward(x, w, y, algorithm, workspace, tiled));
    }
    dnn.cudnnSetConvolution2dDescriptor(window, 0, 0, 1, 1, 1, 1, 1, 0);
    dnn.cudnnSetTensor4dDescriptor(xs, 0, 0, 1, 2, 3, 257);
    dnn.cudnnSetTensor4dDescriptor(ys, 0, 0, 1, 1, 2, 256);
    fails(
        DnnStatus.NOT_SUPPORTED, "algorithm 4", () -> forward(x, w, y, FOURIER, workspace, tiled));
  }

  @Test
  void refusesWhatDoesNotFit() {
    long x = image();
    long w = floats(new float[8]);
    long y = state.context().allocate(16);
    fails(
        DnnStatus.MISALIGNED, "not aligned to 16 bytes", () -> forward(x + 4, w, y, SIMPLE, 0, 0));
    assertThatThrownBy(() -> forward(x + 16, w, y, SIMPLE, 0, 0))
        .isInstanceOf(CudaError.class)
        .hasMessageContaining("leave a block of 72 bytes");
    dnn.cudnnSetTensor4dDescriptor(ys, 0, 0, 1, 1, 2, 2); // one channel: the same in both orders
    forward(x, w, y, SIMPLE, 0, 0);
    dnn.cudnnSetTensor4dDescriptor(xs, 0, 0, 1, 2, 3, 3);
    fails(DnnStatus.NOT_SUPPORTED, "packed tensors", () -> forward(x, w, y, SIMPLE, 0, 0));
    dnn.cudnnSetTensor4dDescriptor(xs, 1, 0, 1, 2, 3, 4);
    fails(
        DnnStatus.SHAPE_MISMATCH,
        "1 x 2 x 3 x 4 by weights of 1 x 2 x 2 x 2 in 1 groups does not give 1 x 1 x 2 x 2",
        () -> forward(x, w, y, SIMPLE, 0, 0));
    dnn.cudnnSetTensor4dDescriptor(xs, 1, 2, 1, 2, 3, 3);
    fails(DnnStatus.NOT_SUPPORTED, "types F16, F32", () -> forward(x, w, y, SIMPLE, 0, 0));
  }

  @Test
  void descriptorsHaveLives() {
    dnn.cudnnCreateTensorDescriptor(out.address());
    long fresh = result();
    var bytes = arena.allocate(8);
    fails(
        DnnStatus.NOT_FINALIZED,
        "was never set",
        () -> dnn.cudnnGetTensorSizeInBytes(fresh, bytes.address()));
    dnn.cudnnDestroyTensorDescriptor(fresh);
    fails(
        DnnStatus.BAD_PARAM, "was destroyed before", () -> dnn.cudnnDestroyTensorDescriptor(fresh));
    fails(
        DnnStatus.BAD_PARAM,
        "sizes of at least 1",
        () -> dnn.cudnnSetTensor4dDescriptor(xs, 1, 0, 0, 2, 3, 3));
    fails(
        DnnStatus.NOT_SUPPORTED,
        "more than 2,147,483,647",
        () -> dnn.cudnnSetTensor4dDescriptor(xs, 1, 0, 1 << 16, 1 << 15, 1, 1));
    fails(
        DnnStatus.NOT_SUPPORTED,
        "expected a cross-correlation",
        () -> dnn.cudnnSetConvolution2dDescriptor(window, 0, 0, 1, 1, 1, 1, 0, 0));
    dnn.cudnnDestroyConvolutionDescriptor(window);
    state.release();
    assertThat(state.leaks())
        .containsExactly("1 cuDNN handles", "2 tensor descriptors", "1 filter descriptors");
  }
}
