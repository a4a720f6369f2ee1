package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Precision;

/// Convolutions, each the way that suits it: depthwise ones through `depthwise.cu`, those whose
/// windows do not overlap (1×1, the stems that cut an image into patches) as one matrix product,
/// all others through cuDNN, which only these need.
final class ConvCuda implements ConvKernels {
  private final CudaContext context;
  private final GemmCuda gemm;
  private final NormCuda norms;
  private final DepthwiseCuda depthwise;
  private final PatchConvCuda patches;
  private final DenseConvCuda dense;

  ConvCuda(
      CudaContext context,
      Precision precision,
      GemmCuda gemm,
      NormCuda norms,
      ElementwiseCuda elementwise,
      CastCuda casts) {
    this.context = context;
    this.gemm = gemm;
    this.norms = norms;
    depthwise = new DepthwiseCuda(context);
    patches = new PatchConvCuda(context, gemm, elementwise);
    dense = new DenseConvCuda(context, precision, elementwise, casts);
  }

  @Override
  public void forward(Conv2d s, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    if (DepthwiseCuda.has(s)) {
      depthwise.forward(s, x, weight, bias, y);
    } else if (s.outputNumel() == 0) {
      return;
    } else if (PatchConvCuda.has(s)) {
      patches.forward(s, x, weight, bias, y);
    } else {
      dense.forward(s, x, weight, y);
      gemm.addBias(s.outputNumel() / s.outC(), s.outC(), y, bias);
    }
  }

  @Override
  public void inferNorm(
      Conv2d s,
      Memory x,
      Memory weight,
      @Nullable Memory bias,
      BatchNorm norm,
      Memory mean,
      Memory variance,
      Memory y) {
    forward(s, x, weight, bias, y);
    norms.batchNormEval(norm, y, mean, variance, y);
  }

  @Override
  public void gradInput(Conv2d s, Memory dy, Memory weight, Memory dx) {
    if (DepthwiseCuda.has(s)) {
      depthwise.gradInput(s, dy, weight, dx);
    } else if (s.inputNumel() == 0) {
      return;
    } else if (s.outputNumel() == 0) {
      zero(dx, s.inputNumel());
    } else if (PatchConvCuda.has(s)) {
      patches.gradInput(s, dy, weight, dx);
    } else {
      dense.gradInput(s, dy, weight, dx);
    }
  }

  @Override
  public void gradWeight(Conv2d s, Memory x, Memory dy, Memory dweight) {
    if (DepthwiseCuda.has(s)) {
      depthwise.gradWeight(s, x, dy, dweight);
    } else if (s.outputNumel() == 0) {
      zero(dweight, s.weightNumel());
    } else if (PatchConvCuda.has(s)) {
      patches.gradWeight(s, x, dy, dweight);
    } else {
      dense.gradWeight(s, x, dy, dweight);
    }
  }

  private void zero(Memory block, long elements) {
    context.fill(context.mine(block), (byte) 0, elements * Float.BYTES);
  }
}
