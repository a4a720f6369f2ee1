package org.kanface.bench;

import org.kanface.kernels.Conv2d;

/// Convolutions of the networks.
@SuppressWarnings("ImmutableEnumChecker") // a record of numbers
public enum ConvShape {
  DEPTHWISE3_32_28(depthwise(32, 28, 3)),
  DEPTHWISE3_128_28(depthwise(128, 28, 3)),
  DEPTHWISE3_34_7(depthwise(34, 7, 3)),
  DEPTHWISE5_64_14(depthwise(64, 14, 5)),
  DEPTHWISE7_100_14(depthwise(100, 14, 7)),
  DEPTHWISE7_100_7(depthwise(100, 7, 7)),
  DEPTHWISE9_192_7(depthwise(192, 7, 9)),
  DEPTHWISE9_192_3(depthwise(192, 3, 9)),
  STEM_4X4(Conv2d.of(32, 112, 112, 3, 32, 4, 4, 0, 1)),
  DOWN_2X2_32_64(Conv2d.of(32, 28, 28, 32, 64, 2, 2, 0, 1)),
  DOWN_2X2_100_192(Conv2d.of(32, 7, 7, 100, 192, 2, 2, 0, 1)),
  IRESNET_STEM(Conv2d.of(8, 112, 112, 3, 64, 3, 1, 1, 1)),
  IRESNET_64_56(Conv2d.of(8, 56, 56, 64, 64, 3, 1, 1, 1)),
  IRESNET_64_56_STRIDE2(Conv2d.of(8, 56, 56, 64, 64, 3, 2, 1, 1)),
  IRESNET_128_28(Conv2d.of(8, 28, 28, 128, 128, 3, 1, 1, 1)),
  IRESNET_256_14(Conv2d.of(8, 14, 14, 256, 256, 3, 1, 1, 1)),
  IRESNET_512_7(Conv2d.of(8, 7, 7, 512, 512, 3, 1, 1, 1)),
  IRESNET_SHORTCUT_64_128(Conv2d.of(8, 56, 56, 64, 128, 1, 2, 0, 1));

  final Conv2d conv;

  ConvShape(Conv2d conv) {
    this.conv = conv;
  }

  private static Conv2d depthwise(long channels, long map, int kernel) {
    return Conv2d.of(32, map, map, channels, channels, kernel, 1, kernel / 2, channels);
  }
}
