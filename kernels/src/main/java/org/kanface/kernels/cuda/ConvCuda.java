package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Precision;

/// Convolutions, each the way that suits it: depthwise ones through `depthwise.cu`, those whose
/// windows do not overlap (1×1, the stems that cut an image into patches) as one matrix product,
/// all others through cuDNN, which only these need.
final class ConvCuda implements ConvKernels {
  private static final long MOST = Integer.MAX_VALUE; // elements of an image that cuDNN takes
  private static final int ALIGNMENT = 16; // of what it reads and writes

  private final CudaContext context;
  private final Precision precision;
  private final GemmCuda gemm;
  private final ElementwiseCuda elementwise;
  private final CastCuda casts;
  private final DepthwiseCuda depthwise;
  private final PatchConvCuda patches;

  ConvCuda(
      CudaContext context,
      Precision precision,
      GemmCuda gemm,
      ElementwiseCuda elementwise,
      CastCuda casts) {
    this.context = context;
    this.precision = precision;
    this.gemm = gemm;
    this.elementwise = elementwise;
    this.casts = casts;
    depthwise = new DepthwiseCuda(context);
    patches = new PatchConvCuda(context, gemm, elementwise);
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
      each(
          s,
          (part, first) -> {
            try (var scratch = context.scratch().lease()) {
              var result = new Result(scratch, part(y, first, outputs(part)));
              dnn(part)
                  .forward(
                      factor(scratch, part(x, first, inputs(part))),
                      factor(scratch, whole(weight, s.weightNumel())),
                      result.target());
              result.store();
            }
          });
      gemm.addBias(s.outputNumel() / s.outC(), s.outC(), y, bias);
    }
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
      each(
          s,
          (part, first) -> {
            try (var scratch = context.scratch().lease()) {
              var result = new Result(scratch, part(dx, first, inputs(part)));
              dnn(part)
                  .gradInput(
                      factor(scratch, part(dy, first, outputs(part))),
                      factor(scratch, whole(weight, s.weightNumel())),
                      result.target());
              result.store();
            }
          });
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
      CudaMemory sum = whole(dweight, s.weightNumel());
      each(
          s,
          (part, first) -> {
            try (var scratch = context.scratch().lease()) {
              CudaMemory share = first == 0 ? sum : scratch.take(s.weightNumel());
              var result = new Result(scratch, share.slice(0, sum.byteSize()));
              dnn(part)
                  .gradWeight(
                      factor(scratch, part(x, first, inputs(part))),
                      factor(scratch, part(dy, first, outputs(part))),
                      result.target());
              result.store();
              if (first > 0) {
                elementwise.axpy(s.weightNumel(), 1, share, sum);
              }
            }
          });
    }
  }

  private CudnnConvolution dnn(Conv2d part) {
    return context.dnn().convolution(part, precision);
  }

  private void zero(Memory block, long elements) {
    context.fill(context.mine(block), (byte) 0, elements * Float.BYTES);
  }

  /// Some of the images.
  private interface Part {
    void run(Conv2d part, long first);
  }

  /// cuDNN counts elements in 32 bits: larger batches go in parts.
  private static void each(Conv2d s, Part part) {
    long most = Math.max(1, MOST / Math.max(image(s), result(s)));
    for (long first = 0; first < s.n(); first += most) {
      part.run(images(s, Math.min(most, s.n() - first)), first);
    }
  }

  private static Conv2d images(Conv2d s, long n) {
    return new Conv2d(
        n,
        s.h(),
        s.w(),
        s.c(),
        s.outC(),
        s.kh(),
        s.kw(),
        s.strideH(),
        s.strideW(),
        s.padH(),
        s.padW(),
        s.dilationH(),
        s.dilationW(),
        s.groups());
  }

  private static long image(Conv2d s) {
    return s.h() * s.w() * s.c();
  }

  private static long result(Conv2d s) {
    return s.outH() * s.outW() * s.outC();
  }

  /// How many images, and how many elements each has.
  private record Extent(long n, long image) {}

  private static Extent inputs(Conv2d part) {
    return new Extent(part.n(), image(part));
  }

  private static Extent outputs(Conv2d part) {
    return new Extent(part.n(), result(part));
  }

  private CudaMemory part(Memory block, long first, Extent extent) {
    long each = extent.image * Float.BYTES;
    return context.mine(block).slice(first * each, extent.n * each);
  }

  private CudaMemory whole(Memory block, long elements) {
    return context.mine(block).slice(0, elements * Float.BYTES);
  }

  /// The block itself, or a copy where it does not begin where cuDNN wants it to, or where cuDNN
  /// is to have it in 16 bits.
  private DevicePointer factor(Scratch.Lease scratch, CudaMemory block) {
    if (precision.half().isPresent()) {
      CudaMemory copy = half(scratch, block);
      casts.narrow(precision.half().get(), numel(block), block, copy);
      return copy.pointer();
    }
    if (isAligned(block)) {
      return block.pointer();
    }
    CudaMemory copy = scratch.take(Math.ceilDiv(block.byteSize(), Float.BYTES));
    context.copy(block, copy, block.byteSize());
    return copy.pointer();
  }

  private static long numel(CudaMemory block) {
    return block.byteSize() / Float.BYTES;
  }

  /// Room for as many 16-bit numbers as a block has floats.
  private static CudaMemory half(Scratch.Lease scratch, CudaMemory block) {
    return scratch.take(Math.ceilDiv(numel(block), 2));
  }

  private static boolean isAligned(CudaMemory block) {
    return block.pointer().address() % ALIGNMENT == 0;
  }

  /// A block to be written: itself, or a stand-in that is copied to it afterwards.
  private final class Result {
    private final CudaMemory block;
    private final CudaMemory written;

    Result(Scratch.Lease scratch, CudaMemory block) {
      this.block = block;
      written =
          precision.half().isPresent()
              ? half(scratch, block)
              : isAligned(block) ? block : scratch.take(numel(block));
    }

    DevicePointer target() {
      return written.pointer();
    }

    void store() {
      if (precision.half().isPresent()) {
        casts.widen(precision.half().get(), numel(block), written, block);
      } else if (written != block) {
        context.copy(written, block, block.byteSize());
      }
    }
  }
}
