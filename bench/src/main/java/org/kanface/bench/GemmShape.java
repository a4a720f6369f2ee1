package org.kanface.bench;

import org.kanface.kernels.Gemm;

/// Matrix products of the networks, at batch 32 where not said otherwise.
///
/// `forward` is `x·wᵀ`, `input` the gradient `dy·w`, `weight` the gradient `dyᵀ·x`.
@SuppressWarnings("ImmutableEnumChecker") // a record of numbers
public enum GemmShape {
  SQUARE_1024(Gemm.of(false, false, 1024, 1024, 1024)),
  SQUARE_1023(Gemm.of(false, false, 1023, 1023, 1023)),
  SQUARE_1025(Gemm.of(false, false, 1025, 1025, 1025)),
  LINEAR_4096_192_512(forward(4096, 192, 512)),
  LINEAR_784_60_400(forward(784, 60, 400)),
  KAN_DENSE_256_5376_512(forward(256, 5376, 512)),
  STAGE0_DOWN_32_19(forward(25088, 32, 19)),
  STAGE0_UP_19_128(forward(25088, 19, 128)),
  STAGE0_INPUT_128_19(Gemm.of(false, false, 25088, 19, 128)),
  STAGE0_WEIGHT_128_19(Gemm.of(true, false, 128, 19, 25088)),
  STAGE1_DOWN_100_60(forward(6272, 100, 60)),
  STAGE1_UP_60_400(forward(6272, 60, 400)),
  STAGE1_WEIGHT_400_60(Gemm.of(true, false, 400, 60, 6272)),
  STAGE2_DOWN_192_115(forward(1152, 192, 115)),
  STAGE2_UP_115_768(forward(1152, 115, 768)),
  XCA_QK_16_196(attention(true, false, 16, 16, 196)),
  XCA_AV_196_16(attention(false, true, 196, 16, 16)),
  XCA_QK_48_9(attention(true, false, 48, 48, 9)),
  XCA_AV_9_48(attention(false, true, 9, 48, 48)),
  HEAD_192_512(forward(128, 192, 512)),
  LOGITS_512_20000(forward(32, 512, 20000)),
  CONV1_FORWARD_576_64(forward(25088, 576, 64)),
  CONV1_WEIGHT_64_576(Gemm.of(true, false, 64, 576, 25088)),
  CONV3_FORWARD_2304_256(forward(6272, 2304, 256)),
  CONV3_WEIGHT_256_2304(Gemm.of(true, false, 256, 2304, 6272));

  final Gemm gemm;

  GemmShape(Gemm gemm) {
    this.gemm = gemm;
  }

  private static Gemm forward(long rows, long in, long out) {
    return Gemm.of(false, true, rows, out, in);
  }

  /// 32 images of 4 heads.
  private static Gemm attention(boolean transA, boolean transB, long m, long n, long k) {
    return Gemm.of(transA, transB, m, n, k)
        .batched(new Gemm.Batch(32, 4, 4 * m * k, m * k, 4 * n * k, n * k, 4 * m * n, m * n));
  }
}
