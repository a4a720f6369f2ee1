package org.kanface.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import jcuda.jcudnn.cudnnTensorFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Precision;

/// In which parts a batch goes through the simulated cuDNN, whose workspaces are as large as those
/// of the real one.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class CudnnPlanTest {
  private static final int NHWC = cudnnTensorFormat.CUDNN_TENSOR_NHWC;
  private static final int NCHW = cudnnTensorFormat.CUDNN_TENSOR_NCHW;
  private static final int PRECOMPUTED = 1;
  private static final int FFT_OF_WEIGHTS = 2;
  private static final long MIB = 1 << 20;

  private final CudaDnn dnn = CudaDriver.context(CudaDriver.Kind.SIMULATED, 0).dnn();

  private CudnnPlan plan(Conv2d s, CudnnPass pass, long limit) {
    return CudnnPlan.of(dnn, s, Precision.F32, pass, limit);
  }

  /// Two spectra of 16.5 KiB for each of 128 images and 128 channels, and those of 64 x 64 windows:
  /// 594 MiB, two parts of 330.
  @Test
  void theBatchGoesInEqualParts() {
    var s = Conv2d.of(128, 56, 56, 64, 64, 3, 1, 1, 1);
    CudnnPass pass = CudnnPass.WEIGHT_GRADIENT;
    assertThat(plan(s, pass, 512 * MIB)).isEqualTo(new CudnnPlan(NCHW, FFT_OF_WEIGHTS, 64));
    assertThat(plan(s, pass, 300 * MIB).images()).isEqualTo(32);
    assertThat(plan(s, pass, 1024 * MIB).images()).isEqualTo(128);
    var odd = Conv2d.of(101, 56, 56, 64, 64, 3, 1, 1, 1);
    assertThat(plan(odd, pass, 512 * MIB).images()).isEqualTo(101);
    assertThat(plan(odd, pass, 400 * MIB).images()).isEqualTo(51);
  }

  /// 490 MiB for copies of 128 images of 56 x 56 and 112 x 112 pixels in the other order.
  @Test
  void theAlgorithmDoesNotDependOnTheLimit() {
    var s = Conv2d.of(128, 112, 112, 64, 64, 3, 2, 1, 1);
    for (CudnnPass pass : new CudnnPass[] {CudnnPass.FORWARD, CudnnPass.INPUT_GRADIENT}) {
      assertThat(plan(s, pass, 512 * MIB)).isEqualTo(new CudnnPlan(NHWC, PRECOMPUTED, 128));
      assertThat(plan(s, pass, 256 * MIB)).isEqualTo(new CudnnPlan(NHWC, PRECOMPUTED, 64));
      assertThat(plan(s, pass, 5 * MIB)).isEqualTo(new CudnnPlan(NHWC, PRECOMPUTED, 1));
    }
  }

  /// Where one image wants more than the limit: the next one with a fixed order of sums, and where
  /// there is none, the same with a larger workspace; never one without that order.
  @Test
  void theOrderOfSumsIsKept() {
    var s = Conv2d.of(8, 112, 112, 64, 64, 3, 2, 1, 1);
    assertThat(plan(s, CudnnPass.FORWARD, MIB)).isEqualTo(new CudnnPlan(NHWC, 0, 8));
    assertThat(plan(s, CudnnPass.INPUT_GRADIENT, MIB))
        .isEqualTo(new CudnnPlan(NHWC, PRECOMPUTED, 1));
    var fourier = Conv2d.of(8, 56, 56, 64, 64, 3, 1, 1, 1);
    assertThat(plan(fourier, CudnnPass.WEIGHT_GRADIENT, MIB))
        .isEqualTo(new CudnnPlan(NHWC, PRECOMPUTED, 8));
  }

  @Test
  void whereFourierTransformsPay() {
    assertThat(algorithm(9, CudnnPass.FORWARD)).isEqualTo(new CudnnPlan(NHWC, PRECOMPUTED, 2));
    assertThat(algorithm(10, CudnnPass.FORWARD)).isEqualTo(new CudnnPlan(NCHW, 4, 2));
    assertThat(algorithm(27, CudnnPass.FORWARD)).isEqualTo(new CudnnPlan(NCHW, 4, 2));
    assertThat(algorithm(28, CudnnPass.FORWARD)).isEqualTo(new CudnnPlan(NCHW, 5, 2));
    assertThat(algorithm(14, CudnnPass.INPUT_GRADIENT)).isEqualTo(new CudnnPlan(NCHW, 2, 2));
    assertThat(algorithm(56, CudnnPass.INPUT_GRADIENT)).isEqualTo(new CudnnPlan(NCHW, 3, 2));
    assertThat(algorithm(56, CudnnPass.WEIGHT_GRADIENT)).isEqualTo(new CudnnPlan(NCHW, 2, 2));
    assertThat(algorithm(64, CudnnPass.WEIGHT_GRADIENT).format()).isEqualTo(NHWC);
  }

  private CudnnPlan algorithm(long side, CudnnPass pass) {
    return plan(Conv2d.of(2, side, side, 64, 64, 3, 1, 1, 1), pass, 512 * MIB);
  }

  @Test
  void whatGoesThroughThem() {
    assertThat(format(Conv2d.of(2, 14, 14, 64, 64, 3, 1, 1, 1), Precision.F32)).isEqualTo(NCHW);
    assertThat(format(Conv2d.of(2, 14, 14, 64, 64, 3, 1, 1, 1), Precision.TF32)).isEqualTo(NHWC);
    assertThat(format(Conv2d.of(2, 14, 14, 63, 64, 3, 1, 1, 1), Precision.F32)).isEqualTo(NHWC);
    assertThat(format(Conv2d.of(2, 14, 14, 128, 128, 3, 1, 1, 2), Precision.F32)).isEqualTo(NHWC);
    assertThat(format(Conv2d.of(2, 14, 14, 64, 64, 5, 1, 2, 1), Precision.F32)).isEqualTo(NHWC);
    assertThat(format(Conv2d.of(2, 14, 14, 64, 64, 3, 2, 1, 1), Precision.F32)).isEqualTo(NHWC);
  }

  private int format(Conv2d s, Precision precision) {
    return CudnnPlan.of(dnn, s, precision, CudnnPass.FORWARD, 512 * MIB).format();
  }

  /// No block has more than 2³¹ elements.
  @Test
  void elementsAreCountedIn32Bits() {
    var s = Conv2d.of(4096, 112, 112, 64, 64, 3, 2, 1, 1);
    assertThat(plan(s, CudnnPass.FORWARD, 1L << 40).images()).isEqualTo(2048);
  }
}
