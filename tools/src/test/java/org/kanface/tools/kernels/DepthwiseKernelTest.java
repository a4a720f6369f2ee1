package org.kanface.tools.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.tools.ptx.Dim3;

/// `depthwise.cu` and `depthwise_strips.cu` against the plain loops: channels that are no
/// multiple of 32, strides, padding, images smaller than the kernel.
final class DepthwiseKernelTest {
  private static final ConvKernels REFERENCE = Workbench.REFERENCE.conv();
  private static final Dim3 WARPS = Dim3.of(32, 8);

  static byte[] bytes(Conv2d s, int vector) {
    int[] sizes = {
      (int) s.n(),
      (int) s.h(),
      (int) s.w(),
      (int) s.c(),
      (int) s.outH(),
      (int) s.outW(),
      s.kh(),
      s.kw(),
      s.strideH(),
      s.strideW(),
      s.padH(),
      s.padW(),
      s.dilationH(),
      s.dilationW(),
      vector
    };
    var out = ByteBuffer.allocate(sizes.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int size : sizes) {
      out.putInt(size);
    }
    return out.array();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4, 4, 5, 3, 1, 1", "1, 1, 1, 1, 3, 1, 1", "2, 5, 7, 33, 3, 1, 1", "1, 7, 5, 31, 5, 1, 2",
    "1, 4, 6, 32, 7, 1, 3", "1, 3, 3, 5, 9, 1, 4", "2, 8, 7, 40, 3, 2, 1", "1, 9, 9, 6, 5, 2, 0",
    "1, 6, 6, 65, 2, 2, 0"
  })
  void convolution(long n, long h, long w, long c, int kernel, int stride, int padding) {
    var s = Conv2d.of(n, h, w, c, c, kernel, stride, padding, c);
    int taps = kernel * kernel;
    try (var b = new Workbench(List.of("depthwise", "depthwise_strips"), c)) {
      Twin x = b.in("x", s.inputNumel());
      Twin weight = b.in("weight", s.weightNumel());
      Twin bias = b.in("bias", c);
      Twin y = b.out("y", s.outputNumel());
      for (boolean biased : new boolean[] {true, false}) {
        b.launch(
            "depthwise_forward_f32",
            Dim3.of(1, 2),
            WARPS,
            taps * 132,
            x,
            weight,
            biased ? bias : 0L,
            y,
            bytes(s, 1));
        REFERENCE.forward(s, x.host(), weight.host(), biased ? bias.host() : null, y.host());
        b.requireSum(y, taps, 1);
      }
      Twin dy = b.in("dy", s.outputNumel());
      Twin dx = b.out("dx", s.inputNumel());
      b.launch(
          "depthwise_backward_input_f32",
          Dim3.of(2, 2),
          WARPS,
          taps * 132,
          dy,
          weight,
          dx,
          bytes(s, 1));
      REFERENCE.gradInput(s, dy.host(), weight.host(), dx.host());
      b.requireSum(dx, taps, 1);
      long rows = n * s.outH();
      long span = Math.max(1, (rows + 2) / 3);
      int chunks = (int) Math.max(1, (rows + span - 1) / span);
      Twin partial = b.out("partial", chunks * s.weightNumel());
      Twin dw = b.out("dweight", s.weightNumel());
      b.launch(
          "depthwise_backward_weight_f32",
          new Dim3(1, 3, chunks),
          WARPS,
          0,
          x,
          dy,
          partial,
          bytes(s, 1),
          span);
      REFERENCE.gradWeight(s, x.host(), dy.host(), dw.host());
      b.requireChunks(partial, dw, rows * s.outW(), 1);
    }
  }

  /// The kernels that work on strips: one channel or four a thread, channels beyond the last lane,
  /// images smaller than a strip or the window, padding up to more than the window reaches.
  @ParameterizedTest
  @CsvSource({
    "0, 4, 4, 5, 3, 1, 1, 1",
    "1, 1, 1, 1, 3, 1, 1, 1",
    "2, 5, 7, 33, 3, 1, 1, 1",
    "2, 5, 6, 36, 3, 1, 1, 4",
    "1, 2, 15, 8, 3, 1, 1, 4",
    "2, 4, 9, 12, 3, 1, 3, 4",
    "2, 7, 8, 7, 3, 2, 1, 1",
    "1, 9, 11, 20, 3, 2, 0, 4",
    "1, 7, 5, 31, 5, 1, 2, 1",
    "2, 6, 4, 8, 5, 1, 0, 4",
    "1, 4, 6, 13, 7, 1, 3, 1",
    "2, 7, 7, 20, 7, 1, 3, 4",
    "2, 7, 7, 8, 7, 1, 0, 4",
    "1, 3, 3, 5, 9, 1, 4, 1",
    "2, 3, 3, 12, 9, 1, 4, 4"
  })
  void strips(long n, long h, long w, long c, int kernel, int stride, int padding, int vector) {
    var s = Conv2d.of(n, h, w, c, c, kernel, stride, padding, c);
    int taps = kernel * kernel;
    int lanes = (int) Math.ceilDiv(c / vector, 2);
    try (var b = new Workbench(List.of("depthwise", "depthwise_strips"), c)) {
      Twin x = b.in("x", s.inputNumel());
      Twin weight = b.in("weight", s.weightNumel());
      Twin bias = b.in("bias", c);
      Twin y = b.out("y", s.outputNumel());
      String forward = "depthwise_forward_k%d_f32".formatted(kernel);
      int shared = taps * (lanes * vector + 4) * Float.BYTES;
      for (boolean biased : new boolean[] {true, false}) {
        b.launch(
            forward,
            Dim3.of(biased ? 1 : 2, 2),
            Dim3.of(lanes, 3),
            shared,
            x,
            weight,
            biased ? bias : 0L,
            y,
            bytes(s, vector),
            0);
        REFERENCE.forward(s, x.host(), weight.host(), biased ? bias.host() : null, y.host());
        b.requireSum(y, taps, 1);
      }
      Twin dy = b.in("dy", s.outputNumel());
      if (stride == 1) {
        Twin dx = b.out("dx", s.inputNumel());
        var back = Conv2d.of(n, s.outH(), s.outW(), c, c, kernel, 1, kernel - 1 - padding, c);
        b.launch(
            forward,
            Dim3.of(1, 3),
            Dim3.of(lanes, 2),
            shared,
            dy,
            weight,
            0L,
            dx,
            bytes(back, vector),
            1);
        REFERENCE.gradInput(s, dy.host(), weight.host(), dx.host());
        b.requireSum(dx, taps, 1);
      }
      int depth = kernel == 9 ? 1 : 3;
      long strips = n * Math.ceilDiv(s.outW(), 7) * s.outH();
      long span = Math.max(1, Math.ceilDiv(strips, 3));
      int chunks = (int) Math.max(1, Math.ceilDiv(strips, span));
      Twin partial = b.out("partial", chunks * s.weightNumel());
      Twin dw = b.out("dweight", s.weightNumel());
      b.launch(
          "depthwise_backward_weight_k%d_f32".formatted(kernel),
          Dim3.of(1, chunks),
          new Dim3(lanes, kernel, depth),
          depth * shared,
          x,
          dy,
          partial,
          bytes(s, vector),
          span);
      REFERENCE.gradWeight(s, x.host(), dy.host(), dw.host());
      b.requireChunks(partial, dw, n * s.outH() * s.outW(), 1);
    }
  }
}
