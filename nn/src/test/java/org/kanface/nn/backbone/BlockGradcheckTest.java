package org.kanface.nn.backbone;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kanface.kernels.KanLinear.Reduction;
import org.kanface.nn.HashFill;
import org.kanface.nn.Module;
import org.kanface.nn.ModuleGradcheck;
import org.kanface.nn.kan.KANLinear;
import org.kanface.nn.layer.BatchNorm;
import org.kanface.nn.layer.Flatten;
import org.kanface.nn.layer.GaussianPool;
import org.kanface.nn.layer.LowRankLinear;
import org.kanface.nn.layer.PRelu;
import org.kanface.tensor.Shape;

class BlockGradcheckTest {
  private static final Encoding ENCODING = new Encoding(0.6, 2);

  /// Layer scales of their initial 1e-6 would hide the branches, so all parameters are filled.
  private static void check(Module module, Shape x) {
    try (module) {
      HashFill.fill(module);
      ModuleGradcheck.check(module, x, 7);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 0", "5, 0", "3, 0.4"})
  void convolutionalBlock(int kernel, double dropPath) {
    check(
        new ConvEncoder(ModuleGradcheck.init(1), 4, kernel, ENCODING, dropPath),
        Shape.of(3, 3, 2, 4));
  }

  @ParameterizedTest
  @CsvSource({"4, 2, 1, 2", "6, 2, 3, 2", "7, 1, 3, 7"})
  void crossCovarianceAttention(long dim, long heads, long samples, long tokens) {
    check(new Xca(ModuleGradcheck.init(1), dim, heads, 0.6), Shape.of(samples, tokens, dim));
  }

  @ParameterizedTest
  @CsvSource({"4, 2, false", "6, 3, true", "5, 3, false", "4, 1, false", "6, 2, true"})
  void splitAttentionBlock(long dim, int scales, boolean position) {
    long heads = dim % 2 == 0 ? 2 : 1;
    var config = new SdtaEncoder.Config(dim, heads, scales, position, ENCODING, 0);
    check(new SdtaEncoder(ModuleGradcheck.init(1), config), Shape.of(2, 2, 3, dim));
  }

  @ParameterizedTest
  @CsvSource({"SUM, 3", "MEAN, 3", "NONE, 3", "MEAN, 2"})
  void kanLayer(Reduction reduction, int order) {
    check(
        new KANLinear(ModuleGradcheck.init(1), KANLinear.Config.of(3, 2, 5, order, reduction)),
        Shape.of(4, 3));
  }

  @ParameterizedTest
  @CsvSource({"3, 3, 1, false", "3, 4, 2, true", "2, 3, 1, true"})
  void iResNetBlock(long in, long out, int stride, boolean projects) {
    for (boolean recompute : new boolean[] {false, true}) {
      var config = new IBasicBlock.Config(in, out, stride, projects, recompute);
      check(new IBasicBlock(ModuleGradcheck.init(1), config), Shape.of(2, 3, 5, in));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 6, 3, true", "0.6, 6, 2, false", "0, 5, 1, false"})
  void edgeNextBlocks(double ratio, long dim, int scales, boolean position) {
    var encoding = new Encoding(ratio, 2);
    var config = new SdtaEncoder.Config(dim, dim == 6 ? 2 : 1, scales, position, encoding, 0);
    check(new EdgeSplitBlock(ModuleGradcheck.init(1), config), Shape.of(2, 2, 3, dim));
    check(new EdgeConvBlock(ModuleGradcheck.init(1), dim, 3, encoding), Shape.of(2, 3, 2, dim));
  }

  @Test
  void depthwiseSeparableConvolution() {
    check(new DepthwiseSeparable(ModuleGradcheck.init(1), 3, 4), Shape.of(2, 4, 3, 3));
  }

  @Test
  void layers() {
    check(new LowRankLinear(ModuleGradcheck.init(1), 5, 7, 0.6), Shape.of(3, 5));
    check(new GaussianPool(3, 2), Shape.of(2, 3, 3, 2));
    check(new Flatten(), Shape.of(2, 2, 3, 2));
    check(new PRelu(ModuleGradcheck.init(1), 3), Shape.of(2, 4, 3));
    check(Downsample.between(ModuleGradcheck.init(1), 3, 4), Shape.of(1, 5, 4, 3));
  }

  @Test
  void batchNorm() {
    try (var module = new BatchNorm(ModuleGradcheck.init(1), BatchNorm.Config.of(3))) {
      ModuleGradcheck.check(module, Shape.of(5, 3), 7);
      module.zeroGrad();
      module.train(false);
      ModuleGradcheck.check(module, Shape.of(2, 2, 2, 3), 8);
    }
  }
}
