package org.kanface.kernels.cuda;

import org.kanface.kernels.Conv2d;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Precision;

/// Convolutions through cuDNN: a batch in as many parts as its plan says, images and weights in the
/// order of axes, the precision and at the addresses that cuDNN is to have them. Gradients of
/// weights are summed over the parts in order.
final class DenseConvCuda {
  private static final int ALIGNMENT = 16; // of what cuDNN reads and writes

  private final CudaContext context;
  private final Precision precision;
  private final ElementwiseCuda elementwise;
  private final CastCuda casts;
  private final LayoutCuda layouts;

  DenseConvCuda(
      CudaContext context, Precision precision, ElementwiseCuda elementwise, CastCuda casts) {
    this.context = context;
    this.precision = precision;
    this.elementwise = elementwise;
    this.casts = casts;
    layouts = new LayoutCuda(context);
  }

  void forward(Conv2d s, Memory x, Memory weight, Memory y) {
    CudnnPlan plan = plan(s, CudnnPass.FORWARD);
    try (var whole = context.scratch().lease()) {
      DevicePointer w = factor(whole, plan, weights(s, weight));
      each(
          s,
          plan,
          (part, first) -> {
            try (var scratch = context.scratch().lease()) {
              var result = new Result(scratch, plan, outputs(part, y, first));
              dnn(part, plan)
                  .compute(
                      CudnnPass.FORWARD,
                      plan.algorithm(),
                      factor(scratch, plan, inputs(part, x, first)),
                      w,
                      result.target());
              result.store();
            }
          });
    }
  }

  void gradInput(Conv2d s, Memory dy, Memory weight, Memory dx) {
    CudnnPlan plan = plan(s, CudnnPass.INPUT_GRADIENT);
    try (var whole = context.scratch().lease()) {
      DevicePointer w = factor(whole, plan, weights(s, weight));
      each(
          s,
          plan,
          (part, first) -> {
            try (var scratch = context.scratch().lease()) {
              var result = new Result(scratch, plan, inputs(part, dx, first));
              dnn(part, plan)
                  .compute(
                      CudnnPass.INPUT_GRADIENT,
                      plan.algorithm(),
                      factor(scratch, plan, outputs(part, dy, first)),
                      w,
                      result.target());
              result.store();
            }
          });
    }
  }

  void gradWeight(Conv2d s, Memory x, Memory dy, Memory dweight) {
    CudnnPlan plan = plan(s, CudnnPass.WEIGHT_GRADIENT);
    Planes sum = weights(s, dweight);
    each(
        s,
        plan,
        (part, first) -> {
          try (var scratch = context.scratch().lease()) {
            Planes share = first == 0 ? sum : weights(s, scratch.take(s.weightNumel()));
            var result = new Result(scratch, plan, share);
            dnn(part, plan)
                .compute(
                    CudnnPass.WEIGHT_GRADIENT,
                    plan.algorithm(),
                    factor(scratch, plan, inputs(part, x, first)),
                    factor(scratch, plan, outputs(part, dy, first)),
                    result.target());
            result.store();
            if (first > 0) {
              elementwise.axpy(s.weightNumel(), 1, share.block, sum.block);
            }
          }
        });
  }

  private CudnnPlan plan(Conv2d s, CudnnPass pass) {
    return context.dnn().plan(s, precision, pass);
  }

  private CudnnConvolution dnn(Conv2d part, CudnnPlan plan) {
    return context.dnn().convolution(part, precision, plan.format());
  }

  /// Some of the images.
  private interface Part {
    void run(Conv2d part, long first);
  }

  private static void each(Conv2d s, CudnnPlan plan, Part part) {
    for (long first = 0; first < s.n(); first += plan.images()) {
      part.run(CudnnPlan.of(s, Math.min(plan.images(), s.n() - first)), first);
    }
  }

  /// `block [n, pixels, channels]`: images, or weights, whose pixels are the window's.
  private record Planes(CudaMemory block, long n, long pixels, long channels) {
    long numel() {
      return n * pixels * channels;
    }
  }

  private Planes planes(Memory block, long first, long n, long pixels, long channels) {
    long each = pixels * channels * Float.BYTES;
    return new Planes(context.mine(block).slice(first * each, n * each), n, pixels, channels);
  }

  private Planes inputs(Conv2d part, Memory block, long first) {
    return planes(block, first, part.n(), part.h() * part.w(), part.c());
  }

  private Planes outputs(Conv2d part, Memory block, long first) {
    return planes(block, first, part.n(), part.outH() * part.outW(), part.outC());
  }

  private Planes weights(Conv2d s, Memory block) {
    return planes(block, 0, s.outC(), (long) s.kh() * s.kw(), s.c() / s.groups());
  }

  /// The block itself, or a copy where cuDNN is to have it in another order or in 16 bits, or where
  /// it does not begin where cuDNN wants it to.
  private DevicePointer factor(Scratch.Lease scratch, CudnnPlan plan, Planes planes) {
    CudaMemory block = planes.block;
    if (isTaken(plan, block)) {
      return block.pointer();
    }
    CudaMemory copy = standIn(scratch, planes);
    if (plan.isNchw()) {
      layouts.transpose(planes.n, planes.pixels, planes.channels, block, copy);
    } else if (precision.half().isPresent()) {
      casts.narrow(precision.half().get(), planes.numel(), block, copy);
    } else {
      context.copy(block, copy, block.byteSize());
    }
    return copy.pointer();
  }

  /// Whether cuDNN can have a block as it is.
  private boolean isTaken(CudnnPlan plan, CudaMemory block) {
    return !plan.isNchw() && precision.half().isEmpty() && LayoutCuda.isAligned(block, ALIGNMENT);
  }

  /// Room for a copy.
  private CudaMemory standIn(Scratch.Lease scratch, Planes planes) {
    long numel = planes.numel();
    return scratch.take(precision.half().isPresent() ? Math.ceilDiv(numel, 2) : numel);
  }

  /// A block to be written: itself, or a stand-in that is brought to it afterwards.
  private final class Result {
    private final CudnnPlan plan;
    private final Planes planes;
    private final CudaMemory written;

    Result(Scratch.Lease scratch, CudnnPlan plan, Planes planes) {
      this.plan = plan;
      this.planes = planes;
      written = isTaken(plan, planes.block) ? planes.block : standIn(scratch, planes);
    }

    DevicePointer target() {
      return written.pointer();
    }

    void store() {
      CudaMemory block = planes.block;
      if (plan.isNchw()) {
        layouts.transpose(planes.n, planes.channels, planes.pixels, written, block);
      } else if (precision.half().isPresent()) {
        casts.widen(precision.half().get(), planes.numel(), written, block);
      } else if (written != block) {
        context.copy(written, block, block.byteSize());
      }
    }
  }
}
