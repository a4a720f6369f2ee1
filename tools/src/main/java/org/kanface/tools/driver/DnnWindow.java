package org.kanface.tools.driver;

/// How a convolution's window moves.
record DnnWindow(
    int padH,
    int padW,
    int strideH,
    int strideW,
    int dilationH,
    int dilationW,
    int groups,
    int mathType) {
  private static final int ALLOW_CONVERSION = 2; // math types
  private static final int FMA = 3;

  DnnWindow {
    DnnStatus.require(padH >= 0 && padW >= 0, "expected paddings of at least 0");
    DnnStatus.require(strideH > 0 && strideW > 0, "expected strides of at least 1");
    DnnStatus.require(dilationH > 0 && dilationW > 0, "expected dilations of at least 1");
    DnnStatus.require(groups > 0, "expected at least 1 group, got %d", groups);
    DnnStatus.require(mathType >= 0 && mathType <= FMA, "there is no math type %d", mathType);
  }

  /// What images and weights of a type are rounded to: float32 may become TF32 unless only fused
  /// multiply-adds are allowed, and 16 bits where conversions are.
  Factors factors(ElementType type, int capability) {
    if (type != ElementType.F32) {
      return Factors.of(type);
    }
    return switch (mathType) {
      case FMA -> Factors.EXACT;
      case ALLOW_CONVERSION -> Factors.F16;
      default -> Factors.tf32(capability);
    };
  }

  DnnWindow grouped(int number) {
    return new DnnWindow(padH, padW, strideH, strideW, dilationH, dilationW, number, mathType);
  }

  DnnWindow computing(int math) {
    return new DnnWindow(padH, padW, strideH, strideW, dilationH, dilationW, groups, math);
  }

  int outH(DnnTensor x, DnnFilter w) {
    return (x.h() + 2 * padH - dilationH * (w.h() - 1) - 1) / strideH + 1;
  }

  int outW(DnnTensor x, DnnFilter w) {
    return (x.w() + 2 * padW - dilationW * (w.w() - 1) - 1) / strideW + 1;
  }
}
