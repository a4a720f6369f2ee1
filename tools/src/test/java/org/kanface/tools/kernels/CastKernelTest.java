package org.kanface.tools.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kanface.kernels.DType;
import org.kanface.kernels.Halves;
import org.kanface.kernels.Images;
import org.kanface.kernels.Images.Channels;
import org.kanface.tools.ptx.Dim3;

/// `cast.cu` against the plain loops, bit for bit.
final class CastKernelTest {
  private static final Dim3 GRID = Dim3.of(2);
  private static final Dim3 BLOCK = Dim3.of(64);
  private static final Dim3 WARPS = Dim3.of(32, 8);
  private static final DType[] HALVES = {DType.F16, DType.BF16};
  private static final float[] EDGES = {
    0,
    -0f,
    1 + 0x1p-11f,
    1 + 0x3p-11f,
    -1 - 0x1p-8f,
    1 + 0x3p-8f,
    65_519,
    65_520,
    0x1p-25f,
    0x3p-25f,
    1e-40f,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  private static String name(DType half) {
    return half == DType.F16 ? "f16" : "bf16";
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 31, 33, 1021})
  void narrowAndWiden(long n) {
    try (var b = new Workbench("cast", n)) {
      for (DType half : HALVES) {
        Twin x =
            b.values(
                "x", n, i -> i % 2 == 0 ? EDGES[(int) i / 2 % EDGES.length] : 1e5 * b.nextDouble());
        Twin y = b.outBytes("y", n, Short.BYTES);
        Twin back = b.out("back", n);
        b.launch("cast_narrow_" + name(half), GRID, BLOCK, 0, x, y, n);
        b.launch("cast_widen_" + name(half), GRID, BLOCK, 0, y, back, n);
        Workbench.REFERENCE.cast().narrow(half, n, x.host(), y.host());
        Workbench.REFERENCE.cast().widen(half, n, y.host(), back.host());
        b.requireEqual(back, 0, 0);
      }
    }
  }

  /// Slices of wider matrices, a batch of two levels, rows padded to multiples of 8.
  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 5, 9",
    "1, 1, 1, 1, 1",
    "2, 3, 5, 7, 12",
    "3, 1, 33, 35, 40",
    "1, 2, 9, 64, 64"
  })
  void pack(long outer, long inner, long rows, long cols, long leading) {
    long innerStride = rows * leading + 3;
    long outerStride = inner * innerStride + 5;
    long packed = (cols + 7) / 8 * 8;
    long all = outer * inner * rows;
    try (var b = new Workbench("cast", rows)) {
      for (DType half : HALVES) {
        Twin x = b.in("x", outer * outerStride);
        Twin y = b.outBytes("y", all * packed, Short.BYTES);
        b.launch(
            "cast_pack_" + name(half),
            Dim3.of(2, 2),
            WARPS,
            0,
            x,
            y,
            all,
            inner,
            rows,
            cols,
            outerStride,
            innerStride,
            leading,
            packed);
        short[] got = b.shorts(y);
        for (long r = 0; r < all; r++) {
          long matrix = r / rows;
          long from =
              matrix / inner * outerStride + matrix % inner * innerStride + r % rows * leading;
          for (long j = 0; j < cols; j++) {
            assertThat(got[(int) (r * packed + j)])
                .isEqualTo(Halves.of(half, x.get((int) (from + j))));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 3, 3", "1, 1, 1", "3, 5, 11", "2, 17, 43"})
  void images(long n, long height, long width) {
    var mean = new Channels(0.485f, 0.456f, 0.406f);
    var std = new Channels(0.229f, 0.224f, 0.225f);
    var s = new Images(n, height, width, mean, std);
    try (var b = new Workbench("cast", n)) {
      Twin bytes = b.bytes("bytes", s.numel());
      Twin turns = b.bytes("turns", n);
      for (DType to : new DType[] {DType.F32, DType.F16, DType.BF16}) {
        for (boolean mirrored : new boolean[] {false, true}) {
          Twin y = b.outBytes("y", s.numel(), to.bytes());
          b.launch(
              "cast_image_" + (to == DType.F32 ? "f32" : name(to)),
              Dim3.of(2, 2),
              WARPS,
              0,
              bytes,
              mirrored ? turns : 0L,
              y,
              n * height,
              height,
              width,
              mean.red(),
              mean.green(),
              mean.blue(),
              std.red(),
              std.green(),
              std.blue());
          Workbench.REFERENCE
              .cast()
              .images(s, bytes.host(), mirrored ? turns.host() : null, to, y.host());
          if (to == DType.F32) {
            b.requireEqual(y, 0, 0);
          } else {
            long length = 2L * y.size();
            assertThat(b.shorts(y))
                .isEqualTo(y.host().segment().asSlice(0, length).toArray(ValueLayout.JAVA_SHORT));
          }
        }
      }
    }
  }
}
