package org.kanface.kernels.cuda;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.Conv2d;
import org.kanface.kernels.ConvKernels;
import org.kanface.kernels.Memory;

/// Convolutions, each the way that suits it: depthwise ones through `depthwise.cu`, those whose
/// windows do not overlap (1×1, the stems that cut an image into patches) as one matrix product,
/// all others through cuDNN, which only these need.
final class ConvCuda implements ConvKernels {
  private static final long MOST = Integer.MAX_VALUE; // elements of an image that cuDNN takes
  private static final int ALIGNMENT = 16; // of what it reads and writes

  private final CudaContext context;
  private final GemmCuda gemm;
  private final DepthwiseCuda depthwise;
  private final PatchConvCuda patches;

  ConvCuda(CudaContext context, GemmCuda gemm, ElementwiseCuda elementwise) {
    this.context = context;
    this.gemm = gemm;
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
              var result = new Aligned(scratch, part(y, first, outputs(part)));
              dnn(part)
                  .forward(
                      aligned(scratch, part(x, first, inputs(part))),
                      aligned(scratch, whole(weight, s.weightNumel())),
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
              var result = new Aligned(scratch, part(dx, first, inputs(part)));
              dnn(part)
                  .gradInput(
                      aligned(scratch, part(dy, first, outputs(part))),
                      aligned(scratch, whole(weight, s.weightNumel())),
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
      try (var whole = context.scratch().lease()) {
        var result = new Aligned(whole, whole(dweight, s.weightNumel()));
        each(
            s,
            (part, first) -> {
              try (var scratch = context.scratch().lease()) {
                dnn(part)
                    .gradWeight(
                        aligned(scratch, part(x, first, inputs(part))),
                        aligned(scratch, part(dy, first, outputs(part))),
                        result.target(),
                        first > 0);
              }
            });
        result.store();
      }
    }
  }

  private CudnnConvolution dnn(Conv2d part) {
    return context.dnn().convolution(part);
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

  /// The block itself, or a copy where it does not begin where cuDNN wants it to.
  private DevicePointer aligned(Scratch.Lease scratch, CudaMemory block) {
    if (isAligned(block)) {
      return block.pointer();
    }
    CudaMemory copy = scratch.take(Math.ceilDiv(block.byteSize(), Float.BYTES));
    context.copy(block, copy, block.byteSize());
    return copy.pointer();
  }

  private static boolean isAligned(CudaMemory block) {
    return block.pointer().address() % ALIGNMENT == 0;
  }

  /// A block to be written: itself, or a stand-in that is copied to it afterwards.
  private final class Aligned {
    private final CudaMemory block;
    private final CudaMemory written;

    Aligned(Scratch.Lease scratch, CudaMemory block) {
      this.block = block;
      written =
          isAligned(block) ? block : scratch.take(Math.ceilDiv(block.byteSize(), Float.BYTES));
    }

    DevicePointer target() {
      return written.pointer();
    }

    void store() {
      if (written != block) {
        context.copy(written, block, block.byteSize());
      }
    }
  }
}
