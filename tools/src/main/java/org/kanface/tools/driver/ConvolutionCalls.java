package org.kanface.tools.driver;

import static org.kanface.tools.driver.DnnObjects.requirePointer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// cuDNN's convolutions, with the order that its manual asks for: describe, ask for algorithms, ask
/// for the workspace of one, compute with at least that much.
final class ConvolutionCalls {
  private static final int ROW = 48; // bytes of a result
  private static final int MOST = 8; // results of a question

  private final DnnCalls calls;

  ConvolutionCalls(DnnCalls calls) {
    this.calls = calls;
  }

  private DnnConvolution convolution(long x, long w, long convolution, long y) {
    DnnObjects objects = calls.objects();
    return DnnConvolution.of(
        objects.tensors.get(x),
        objects.filters.get(w),
        objects.convolutions.get(convolution),
        objects.tensors.get(y),
        calls.context().settings.capability());
  }

  int cudnnGetConvolutionForwardAlgorithmMaxCount(long handle, long count) {
    return count(handle, count);
  }

  int cudnnGetConvolutionBackwardDataAlgorithmMaxCount(long handle, long count) {
    return count(handle, count);
  }

  int cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(long handle, long count) {
    return count(handle, count);
  }

  private int count(long handle, long count) {
    calls.objects().handle(handle);
    requirePointer(count);
    Host.putInt(count, MOST);
    return 0;
  }

  int cudnnGetConvolutionForwardAlgorithm_v7(
      long handle,
      long x,
      long w,
      long convolution,
      long y,
      int requested,
      long returned,
      long results) {
    return list(
        handle,
        DnnAlgorithm.FORWARD,
        convolution(x, w, convolution, y),
        requested,
        returned,
        results);
  }

  int cudnnGetConvolutionBackwardDataAlgorithm_v7(
      long handle,
      long w,
      long dy,
      long convolution,
      long dx,
      int requested,
      long returned,
      long results) {
    return list(
        handle,
        DnnAlgorithm.DATA,
        convolution(dx, w, convolution, dy),
        requested,
        returned,
        results);
  }

  int cudnnGetConvolutionBackwardFilterAlgorithm_v7(
      long handle,
      long x,
      long dy,
      long convolution,
      long dw,
      int requested,
      long returned,
      long results) {
    return list(
        handle,
        DnnAlgorithm.FILTER,
        convolution(x, dw, convolution, dy),
        requested,
        returned,
        results);
  }

  /// Writes `cudnnConvolutionFwdAlgoPerf_t` or its like: algorithm, status, time, memory, whether
  /// it is deterministic, math type, three reserved.
  private int list(
      long handle,
      List<DnnAlgorithm> known,
      DnnConvolution convolution,
      int requested,
      long returned,
      long results) {
    calls.objects().handle(handle);
    requirePointer(returned);
    requirePointer(results);
    DnnStatus.require(requested > 0, "%d results were asked for", requested);
    int count = Math.min(requested, known.size());
    MemorySegment rows = Host.at(results, (long) ROW * count).fill((byte) 0);
    for (int i = 0; i < count; i++) {
      DnnAlgorithm a = known.get(i);
      MemorySegment row = rows.asSlice((long) ROW * i, ROW);
      row.set(ValueLayout.JAVA_INT_UNALIGNED, 0, a.number());
      if (!a.computes(convolution)) {
        row.set(ValueLayout.JAVA_INT_UNALIGNED, 4, DnnStatus.NOT_SUPPORTED.code);
      }
      row.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 8, -1); // not measured
      row.set(ValueLayout.JAVA_LONG_UNALIGNED, 16, a.workspace(convolution));
      row.set(ValueLayout.JAVA_INT_UNALIGNED, 24, a.deterministic() ? 1 : 0);
      row.set(ValueLayout.JAVA_INT_UNALIGNED, 28, convolution.window().mathType());
    }
    Host.putInt(returned, count);
    return 0;
  }

  int cudnnGetConvolutionForwardWorkspaceSize(
      long handle, long x, long w, long convolution, long y, int algorithm, long bytes) {
    calls.objects().handle(handle);
    requirePointer(bytes);
    Host.putLong(
        bytes,
        DnnAlgorithm.workspace(DnnAlgorithm.FORWARD, algorithm, convolution(x, w, convolution, y)));
    return 0;
  }

  int cudnnGetConvolutionBackwardDataWorkspaceSize(
      long handle, long w, long dy, long convolution, long dx, int algorithm, long bytes) {
    calls.objects().handle(handle);
    requirePointer(bytes);
    Host.putLong(
        bytes,
        DnnAlgorithm.workspace(DnnAlgorithm.DATA, algorithm, convolution(dx, w, convolution, dy)));
    return 0;
  }

  int cudnnGetConvolutionBackwardFilterWorkspaceSize(
      long handle, long x, long dy, long convolution, long dw, int algorithm, long bytes) {
    calls.objects().handle(handle);
    requirePointer(bytes);
    Host.putLong(
        bytes,
        DnnAlgorithm.workspace(
            DnnAlgorithm.FILTER, algorithm, convolution(x, dw, convolution, dy)));
    return 0;
  }

  int cudnnConvolutionForward(
      long handle,
      long alpha,
      long xDescriptor,
      long x,
      long wDescriptor,
      long w,
      long convolution,
      int algorithm,
      long workspace,
      long workspaceBytes,
      long beta,
      long yDescriptor,
      long y) {
    SimContext context = calls.enter(handle);
    DnnConvolution c = convolution(xDescriptor, wDescriptor, convolution, yDescriptor);
    long wanted = DnnAlgorithm.workspace(DnnAlgorithm.FORWARD, algorithm, c);
    double scale = factor("alpha", alpha);
    double keep = factor("beta", beta);
    calls.enqueue(
        handle,
        () -> {
          use(context, workspace, workspaceBytes, wanted);
          double[] result =
              c.forward(c.x().read(context, "x", x), c.w().tensor().read(context, "w", w));
          c.y().write(context, "y", y, result, scale, keep);
        });
    return 0;
  }

  int cudnnConvolutionBackwardData(
      long handle,
      long alpha,
      long wDescriptor,
      long w,
      long dyDescriptor,
      long dy,
      long convolution,
      int algorithm,
      long workspace,
      long workspaceBytes,
      long beta,
      long dxDescriptor,
      long dx) {
    SimContext context = calls.enter(handle);
    DnnConvolution c = convolution(dxDescriptor, wDescriptor, convolution, dyDescriptor);
    long wanted = DnnAlgorithm.workspace(DnnAlgorithm.DATA, algorithm, c);
    double scale = factor("alpha", alpha);
    double keep = factor("beta", beta);
    calls.enqueue(
        handle,
        () -> {
          use(context, workspace, workspaceBytes, wanted);
          double[] result =
              c.backwardData(c.w().tensor().read(context, "w", w), c.y().read(context, "dy", dy));
          c.x().write(context, "dx", dx, result, scale, keep);
        });
    return 0;
  }

  int cudnnConvolutionBackwardFilter(
      long handle,
      long alpha,
      long xDescriptor,
      long x,
      long dyDescriptor,
      long dy,
      long convolution,
      int algorithm,
      long workspace,
      long workspaceBytes,
      long beta,
      long dwDescriptor,
      long dw) {
    SimContext context = calls.enter(handle);
    DnnConvolution c = convolution(xDescriptor, dwDescriptor, convolution, dyDescriptor);
    long wanted = DnnAlgorithm.workspace(DnnAlgorithm.FILTER, algorithm, c);
    double scale = factor("alpha", alpha);
    double keep = factor("beta", beta);
    calls.enqueue(
        handle,
        () -> {
          use(context, workspace, workspaceBytes, wanted);
          double[] result =
              c.backwardFilter(c.x().read(context, "x", x), c.y().read(context, "dy", dy));
          c.w().tensor().write(context, "dw", dw, result, scale, keep);
        });
    return 0;
  }

  /// Demands the workspace that the algorithm asks for, and leaves it full of rubbish.
  private static void use(SimContext context, long workspace, long bytes, long wanted) {
    if (bytes < wanted) {
      throw new LibraryError(
          DnnStatus.TOO_SMALL, "a workspace of %,d bytes, expected %,d", bytes, wanted);
    }
    if (wanted > 0) {
      DnnTensor.place(context, "the workspace", workspace, bytes);
      context.device.memory(workspace, bytes).fill((byte) 0xff); // NaN
    }
  }

  static double factor(String name, long address) {
    if (address == 0) {
      throw new LibraryError(DnnStatus.NULL_POINTER, "%s is null", name);
    }
    return ElementType.F32.get(Host.at(address, Float.BYTES), 0);
  }
}
