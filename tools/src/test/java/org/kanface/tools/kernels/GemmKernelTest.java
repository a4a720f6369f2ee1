package org.kanface.tools.kernels;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.Epilogue;
import org.kanface.kernels.Epilogue.Activation;
import org.kanface.kernels.Gemm;
import org.kanface.kernels.GemmKernels;
import org.kanface.tools.ptx.Dim3;

/// `gemm.cu` against the plain loops: rows longer than what is used of them, every part present and
/// absent.
final class GemmKernelTest {
  private static final GemmKernels REFERENCE = Workbench.REFERENCE.gemm();

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, NONE",
    "5, 33, 40, RELU",
    "17, 31, 31, SILU",
    "9, 64, 65, GELU",
    "31, 60, 64, GELU",
    "70, 100, 100, NONE",
    "3, 1100, 1100, RELU"
  })
  void epilogue(int rows, int cols, int leading, Activation activation) {
    try (var b = new Workbench("gemm", cols)) {
      long n = (long) rows * leading;
      Twin c = b.in("c", n, -4, 4);
      Twin bias = b.in("bias", cols);
      Twin kept = b.in("kept", n);
      Twin scale = b.in("scale", cols);
      Twin residual = b.in("residual", n);
      var shape = Gemm.of(false, false, rows, cols, 0).leading(0, cols, leading).accumulating();
      launch(b, c, bias, kept, scale, residual, rows, cols, leading, activation);
      REFERENCE.gemm(
          shape,
          c.host(),
          c.host(),
          c.host(),
          new Epilogue(bias.host(), activation, kept.host(), scale.host(), residual.host()));
      b.requireEqual(c, 8, 1);
      b.requireEqual(kept, 2, 1);
      launch(b, c, 0L, 0L, 0L, 0L, rows, cols, leading, activation);
      REFERENCE.gemm(
          shape, c.host(), c.host(), c.host(), new Epilogue(null, activation, null, null, null));
      b.requireEqual(c, 16, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1, 1, NONE",
    "9, 115, 192, 192, 192, 115, GELU",
    "7, 30, 19, 21, 20, 33, RELU",
    "49, 60, 400, 404, 400, 60, SILU",
    "3, 5, 130, 130, 131, 5, NONE"
  })
  void small(int m, int n, int k, int lda, int ldb, int ldc, Activation activation) {
    try (var b = new Workbench("gemm", m + n)) {
      Twin x = b.in("x", (long) m * lda);
      Twin w = b.in("w", (long) n * ldb);
      Twin y = b.in("y", (long) m * ldc);
      Twin bias = b.in("bias", n);
      Twin kept = b.in("kept", (long) m * ldc);
      Twin scale = b.in("scale", n);
      Twin residual = b.in("residual", (long) m * ldc);
      var shape = Gemm.of(false, true, m, n, k).leading(lda, ldb, ldc).scaled(0.5);
      b.launch(
          "gemm_small_f32",
          Dim3.of(2, 3),
          Dim3.of(32, 8),
          0,
          x,
          w,
          y,
          bias,
          kept,
          scale,
          residual,
          (long) m,
          (long) n,
          (long) k,
          (long) lda,
          (long) ldb,
          (long) ldc,
          0.5f,
          activation.ordinal());
      REFERENCE.gemm(
          shape,
          x.host(),
          w.host(),
          y.host(),
          new Epilogue(bias.host(), activation, kept.host(), scale.host(), residual.host()));
      b.requireEqual(y, 32, 1);
      b.requireEqual(kept, 32, 1);
    }
  }

  private static void launch(
      Workbench b,
      Twin c,
      Object bias,
      Object kept,
      Object scale,
      Object residual,
      long rows,
      long cols,
      long leading,
      Activation activation) {
    b.launch(
        "gemm_epilogue_f32",
        Dim3.of(2),
        Dim3.of(128),
        0,
        c,
        bias,
        kept,
        scale,
        residual,
        rows,
        cols,
        leading,
        activation.ordinal());
  }
}
