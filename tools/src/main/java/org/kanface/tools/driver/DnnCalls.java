package org.kanface.tools.driver;

import static org.kanface.tools.driver.DnnObjects.requirePointer;

/// cuDNN's handles, and what describes tensors, filters and windows.
final class DnnCalls {
  private static final long VERSION = 90_500; // 9.5
  private static final long CUDART = 12_060;
  private static final int CROSS_CORRELATION = 1;

  private final DriverState state;

  DnnCalls(DriverState state) {
    this.state = state;
  }

  SimContext context() {
    return state.context();
  }

  DnnObjects objects() {
    return state.context().dnn;
  }

  /// Does work on the handle's stream, or puts it into the graph that the stream captures.
  void enqueue(long handle, Runnable work) {
    SimContext context = state.context();
    context.enqueue(context.dnn.handle(handle).stream, work);
  }

  /// The context, after a look at the handle and at its stream.
  SimContext enter(long handle) {
    SimContext context = state.context();
    context.requireStream(context.dnn.handle(handle).stream);
    return context;
  }

  long cudnnGetVersion() {
    return VERSION;
  }

  long cudnnGetCudartVersion() {
    return CUDART;
  }

  long cudnnGetErrorString(int status) {
    return DnnStatus.of(status).said();
  }

  /// `MAJOR_VERSION` 0, `MINOR_VERSION` 1, `PATCH_LEVEL` 2.
  int cudnnGetProperty(int type, long value) {
    requirePointer(value);
    DnnStatus.require(type >= 0 && type <= 2, "there is no property %d", type);
    Host.putInt(value, new int[] {9, 5, 0}[type]);
    return 0;
  }

  int cudnnCreate(long handle) {
    requirePointer(handle);
    Host.putLong(handle, objects().handles.add(new DnnObjects.Handle()));
    return 0;
  }

  int cudnnDestroy(long handle) {
    objects().handle(handle);
    objects().handles.remove(handle);
    return 0;
  }

  int cudnnSetStream(long handle, long stream) {
    SimContext context = state.context();
    DnnObjects.Handle h = context.dnn.handle(handle);
    context.requireStream(stream);
    h.stream = stream;
    return 0;
  }

  int cudnnGetStream(long handle, long stream) {
    requirePointer(stream);
    Host.putLong(stream, objects().handle(handle).stream);
    return 0;
  }

  int cudnnCreateTensorDescriptor(long tensor) {
    objects().tensors.create(tensor);
    return 0;
  }

  int cudnnDestroyTensorDescriptor(long tensor) {
    objects().tensors.destroy(tensor);
    return 0;
  }

  int cudnnSetTensor4dDescriptor(long tensor, int format, int type, int n, int c, int h, int w) {
    requireFormat(format);
    objects().tensors.set(tensor, DnnTensor.of(format, DnnTensor.type(type), n, c, h, w));
    return 0;
  }

  int cudnnSetTensor4dDescriptorEx(
      long tensor,
      int type,
      int n,
      int c,
      int h,
      int w,
      int strideN,
      int strideC,
      int strideH,
      int strideW) {
    var described =
        new DnnTensor(DnnTensor.type(type), n, c, h, w, strideN, strideC, strideH, strideW);
    objects().tensors.set(tensor, described);
    return 0;
  }

  int cudnnGetTensorSizeInBytes(long tensor, long bytes) {
    requirePointer(bytes);
    Host.putLong(bytes, objects().tensors.get(tensor).bytes());
    return 0;
  }

  private static void requireFormat(int format) {
    if (format != DnnTensor.NCHW && format != DnnTensor.NHWC) {
      throw new LibraryError(DnnStatus.NOT_SUPPORTED, "there is no format %d here", format);
    }
  }

  int cudnnCreateFilterDescriptor(long filter) {
    objects().filters.create(filter);
    return 0;
  }

  int cudnnDestroyFilterDescriptor(long filter) {
    objects().filters.destroy(filter);
    return 0;
  }

  int cudnnSetFilter4dDescriptor(long filter, int type, int format, int k, int c, int h, int w) {
    requireFormat(format);
    var described = DnnTensor.of(format, DnnTensor.type(type), k, c, h, w);
    objects().filters.set(filter, new DnnFilter(format, described));
    return 0;
  }

  int cudnnCreateConvolutionDescriptor(long convolution) {
    objects().convolutions.create(convolution);
    return 0;
  }

  int cudnnDestroyConvolutionDescriptor(long convolution) {
    objects().convolutions.destroy(convolution);
    return 0;
  }

  int cudnnSetConvolution2dDescriptor(
      long convolution,
      int padH,
      int padW,
      int strideH,
      int strideW,
      int dilationH,
      int dilationW,
      int mode,
      int computeType) {
    DnnStatus.require(mode >= 0 && mode <= CROSS_CORRELATION, "there is no mode %d", mode);
    if (mode != CROSS_CORRELATION || computeType != 0) {
      throw new LibraryError(
          DnnStatus.NOT_SUPPORTED,
          "expected a cross-correlation (1) computed in float (0), got %d and %d",
          mode,
          computeType);
    }
    objects()
        .convolutions
        .set(convolution, new DnnWindow(padH, padW, strideH, strideW, dilationH, dilationW, 1, 0));
    return 0;
  }

  int cudnnSetConvolutionGroupCount(long convolution, int groups) {
    var all = objects().convolutions;
    all.set(convolution, all.get(convolution).grouped(groups));
    return 0;
  }

  int cudnnSetConvolutionMathType(long convolution, int mathType) {
    var all = objects().convolutions;
    all.set(convolution, all.get(convolution).computing(mathType));
    return 0;
  }

  int cudnnGetConvolution2dForwardOutputDim(
      long convolution, long input, long filter, long n, long c, long h, long w) {
    DnnWindow window = objects().convolutions.get(convolution);
    DnnTensor x = objects().tensors.get(input);
    DnnFilter f = objects().filters.get(filter);
    DnnStatus.require(
        x.c() == f.c() * window.groups(),
        "%d channels: expected %d groups of %d",
        x.c(),
        window.groups(),
        f.c());
    put(n, x.n(), c, f.k(), h, window.outH(x, f), w, window.outW(x, f));
    return 0;
  }

  private static void put(
      long n, int images, long c, int channels, long h, int height, long w, int width) {
    for (long pointer : new long[] {n, c, h, w}) {
      requirePointer(pointer);
    }
    Host.putInt(n, images);
    Host.putInt(c, channels);
    Host.putInt(h, height);
    Host.putInt(w, width);
  }

  int cudnnCreatePoolingDescriptor(long pooling) {
    objects().poolings.create(pooling);
    return 0;
  }

  int cudnnDestroyPoolingDescriptor(long pooling) {
    objects().poolings.destroy(pooling);
    return 0;
  }

  int cudnnSetPooling2dDescriptor(
      long pooling,
      int mode,
      int nan,
      int windowH,
      int windowW,
      int padH,
      int padW,
      int strideH,
      int strideW) {
    DnnStatus.require(nan == 0 || nan == 1, "there is no NaN rule %d", nan);
    var described = new DnnPooling(mode, nan == 1, windowH, windowW, padH, padW, strideH, strideW);
    objects().poolings.set(pooling, described);
    return 0;
  }

  int cudnnGetPooling2dForwardOutputDim(long pooling, long input, long n, long c, long h, long w) {
    DnnPooling window = objects().poolings.get(pooling);
    DnnTensor x = objects().tensors.get(input);
    put(n, x.n(), c, x.c(), h, window.outH(x), w, window.outW(x));
    return 0;
  }
}
