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
  private static final int WINOGRAD = 7;
  private static final long MIB = 1 << 20;

  private final CudaDnn dnn = CudaDriver.context(CudaDriver.Kind.SIMULATED, 0).dnn();

  private CudnnPlan plan(Conv2d s, CudnnPass pass, long limit) {
    return CudnnPlan.of(dnn, s, Precision.F32, pass, limit);
  }

  /// 1,764 MiB for 128 images, and the windows': four parts of 441 MiB.
  @Test
  void theBatchGoesInEqualParts() {
    var s = Conv2d.of(128, 112, 112, 64, 64, 3, 1, 1, 1);
    assertThat(plan(s, CudnnPass.FORWARD, 512 * MIB)).isEqualTo(new CudnnPlan(NCHW, WINOGRAD, 32));
    assertThat(plan(s, CudnnPass.WEIGHT_GRADIENT, 512 * MIB).images()).isEqualTo(32);
    assertThat(plan(s, CudnnPass.FORWARD, 2048 * MIB).images()).isEqualTo(128);
    var odd = Conv2d.of(101, 112, 112, 64, 64, 3, 1, 1, 1);
    assertThat(plan(odd, CudnnPass.FORWARD, 512 * MIB).images()).isEqualTo(34);
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
    var winograd = Conv2d.of(8, 56, 56, 64, 64, 3, 1, 1, 1);
    assertThat(plan(winograd, CudnnPass.WEIGHT_GRADIENT, MIB))
        .isEqualTo(new CudnnPlan(NHWC, PRECOMPUTED, 8));
  }

  @Test
  void whatWinogradComputes() {
    assertThat(format(Conv2d.of(2, 8, 8, 32, 32, 3, 1, 1, 1), Precision.F32)).isEqualTo(NCHW);
    assertThat(format(Conv2d.of(2, 8, 8, 32, 32, 3, 1, 1, 1), Precision.TF32)).isEqualTo(NHWC);
    assertThat(format(Conv2d.of(2, 8, 8, 31, 64, 3, 1, 1, 1), Precision.F32)).isEqualTo(NHWC);
    assertThat(format(Conv2d.of(2, 8, 8, 64, 64, 3, 1, 1, 2), Precision.F32)).isEqualTo(NHWC);
    assertThat(format(Conv2d.of(2, 8, 8, 64, 64, 5, 1, 2, 1), Precision.F32)).isEqualTo(NHWC);
    assertThat(format(Conv2d.of(2, 8, 8, 64, 64, 3, 2, 1, 1), Precision.F32)).isEqualTo(NHWC);
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
