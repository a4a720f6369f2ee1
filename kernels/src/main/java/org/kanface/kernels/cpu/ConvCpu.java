package org.kanface.kernels.cpu;

import static org.kanface.kernels.cpu.Address.SPACE;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.BatchNorm;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.cpu.GemmMatrix.Stored;

/// 2-d convolutions of float32 on the CPU, as products of matrices whose patches are gathered block
/// by block; large 3 × 3 ones by Winograd's method, depthwise ones directly.
final class ConvCpu implements ConvKernels {
  @Override
  public void forward(Conv2d shape, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    try (var address = new Address("conv2d")) {
      Pass.of(shape, address, x, weight, bias, y).run(null, false);
    }
  }

  @Override
  public void infer(Conv2d shape, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
    try (var address = new Address("conv2d")) {
      Pass.of(shape, address, x, weight, bias, y).run(null, true);
    }
  }

  @Override
  public void inferNorm(
      Conv2d shape,
      Memory x,
      Memory weight,
      @Nullable Memory bias,
      BatchNorm norm,
      Memory mean,
      Memory variance,
      Memory y) {
    try (var address = new Address("conv2d with batch norm")) {
      var pass = Pass.of(shape, address, x, weight, bias, y);
      long means = address.input("mean", mean, norm.cols());
      long variances = address.input("variance", variance, norm.cols());
      var batch = BatchNormCpu.of(address, norm);
      if (shape.isDepthwise()) {
        pass.run(null, true);
        batch.eval(pass.y, means, variances, pass.y);
      } else {
        pass.run(batch.columns(means, variances), true);
      }
    }
  }

  /// A forward pass over native addresses; `bias` is 0 where absent.
  private record Pass(Conv2d shape, long x, long weight, long bias, long y) {
    static Pass of(
        Conv2d shape, Address address, Memory x, Memory weight, @Nullable Memory bias, Memory y) {
      return new Pass(
          shape,
          address.input("x", x, shape.inputNumel()),
          address.input("weight", weight, shape.weightNumel()),
          address.input("bias", bias, shape.outC()),
          address.output("y", y, Math.max(0, shape.outputNumel())));
    }

    void run(NormRectify.@Nullable Columns norm, boolean inference) {
      if (shape.outputNumel() <= 0) {
        return;
      }
      if (shape.isDepthwise()) {
        DepthwiseCpu.forward(shape, x, weight, bias, y);
      } else if (ConvWinograd.handles(shape)) {
        ConvWinograd.forward(shape, x, weight, bias, norm, y, inference);
      } else {
        products(norm);
      }
    }

    private void products(NormRectify.@Nullable Columns norm) {
      long outputs = shape.outC() / shape.groups();
      long k = (long) shape.kh() * shape.kw() * (shape.c() / shape.groups());
      var epilogue = GemmEpilogue.of(bias, norm);
      for (long g = 0; g < shape.groups(); g++) {
        long o = g * outputs;
        GemmThreads.run(
            new GemmJob(
                shape.n() * shape.outH() * shape.outW(),
                outputs,
                k,
                patches(shape, x, g),
                new Stored(weight + o * k * Float.BYTES, Float.BYTES, k * Float.BYTES),
                y + o * Float.BYTES,
                shape.outC() * Float.BYTES,
                1,
                false,
                epilogue.from(o)));
      }
    }
  }

  /// `[n outH outW, kh kw c / groups]`, in place where every patch is one pixel.
  private static GemmMatrix patches(Conv2d s, long x, long group) {
    long channels = s.c() / s.groups();
    long pixel = s.c() * Float.BYTES;
    long image = x + group * channels * Float.BYTES;
    boolean pixels =
        s.kh() == 1
            && s.kw() == 1
            && s.strideH() == 1
            && s.strideW() == 1
            && s.padH() == 0
            && s.padW() == 0;
    return pixels
        ? new Stored(image, pixel, Float.BYTES)
        : new ConvPatches(
            image,
            pixel,
            s.h(),
            s.w(),
            channels,
            s.outH(),
            s.outW(),
            s.kh(),
            s.kw(),
            s.strideH(),
            s.strideW(),
            s.padH(),
            s.padW(),
            s.dilationH(),
            s.dilationW(),
            0,
            0);
  }

  @Override
  public void gradInput(Conv2d shape, Memory dy, Memory weight, Memory dx) {
    if (shape.inputNumel() == 0) {
      return;
    }
    try (var address = new Address("conv2d gradInput")) {
      long out = address.input("dy", dy, Math.max(0, shape.outputNumel()));
      long weights = address.input("weight", weight, shape.weightNumel());
      long in = address.output("dx", dx, shape.inputNumel());
      if (shape.outputNumel() <= 0) {
        zero(in, shape.inputNumel());
      } else if (shape.isDepthwise()) {
        DepthwiseCpu.gradInput(shape, out, weights, in);
      } else if (ConvWinograd.handles(shape)) {
        ConvWinograd.gradInput(shape, out, weights, in);
      } else if (ConvGradPatches.handles(shape)) {
        ConvGradPatches.run(shape, out, weights, in);
      } else if (ConvGradColumns.handles(shape)) {
        ConvGradColumns.run(shape, out, weights, in);
      } else {
        ConvGradInput.run(shape, out, weights, in);
      }
    }
  }

  @Override
  public void gradWeight(Conv2d shape, Memory x, Memory dy, Memory dweight) {
    try (var address = new Address("conv2d gradWeight")) {
      long in = address.input("x", x, shape.inputNumel());
      long out = address.input("dy", dy, Math.max(0, shape.outputNumel()));
      long weights = address.output("dweight", dweight, shape.weightNumel());
      if (shape.outputNumel() <= 0) {
        zero(weights, shape.weightNumel());
      } else if (shape.isDepthwise()) {
        DepthwiseGradWeight.run(shape, in, out, weights);
      } else if (ConvWinograd.handles(shape)) {
        ConvWinograd.gradWeight(shape, in, out, weights);
      } else {
        gradWeight(shape, in, out, weights);
      }
    }
  }

  private static void gradWeight(Conv2d s, long x, long dy, long dweight) {
    long outputs = s.outC() / s.groups();
    long n = (long) s.kh() * s.kw() * (s.c() / s.groups());
    for (long g = 0; g < s.groups(); g++) {
      long o = g * outputs * Float.BYTES;
      GemmThreads.run(
          new GemmJob(
              outputs,
              n,
              s.n() * s.outH() * s.outW(),
              new Stored(dy + o, Float.BYTES, s.outC() * Float.BYTES),
              patches(s, x, g),
              dweight + o * n,
              n * Float.BYTES,
              1,
              false,
              GemmEpilogue.NONE));
    }
  }

  private static void zero(long address, long floats) {
    SPACE.asSlice(address, floats * Float.BYTES).fill((byte) 0);
  }
}
