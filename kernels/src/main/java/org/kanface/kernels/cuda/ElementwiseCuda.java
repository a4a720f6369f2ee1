package org.kanface.kernels.cuda;

import org.kanface.kernels.Binary;
import org.kanface.kernels.ElementwiseKernels;
import org.kanface.kernels.Memory;
import org.kanface.kernels.Strided;
import org.kanface.kernels.Unary;

/// `elementwise.cu`, and what of `columns.cu` is no norm. Of walks of more than eight axes the
/// first ones are loops here.
final class ElementwiseCuda implements ElementwiseKernels {
  private static final int BLOCK = 256;
  private static final int AXES = 8; // of a walk

  private final CudaContext context;
  private final CudaModule module;
  private final CudaModule columns;
  private final Sums sums;

  ElementwiseCuda(CudaContext context) {
    this.context = context;
    module = context.module("elementwise");
    columns = context.module("columns");
    sums = new Sums(context);
  }

  /// For kernels that move four elements at once.
  private Launch quads(String kernel, long n) {
    return module.launch(kernel).grid(Launch.blocks(n, 4 * BLOCK)).block(BLOCK);
  }

  /// The same where rows of both operands may allow it.
  private Launch walking(String kernel, Strided walk) {
    int last = walk.rank() - 1;
    return last >= 0 && walk.first(last) == 1 && walk.second(last) == 1
        ? quads(kernel, walk.numel())
        : module.launch(kernel).grid(Launch.blocks(walk.numel(), BLOCK)).block(BLOCK);
  }

  /// For kernels whose threads keep their columns.
  private Launch columns(String kernel, long n) {
    return Tiles.flat(columns.launch(kernel), n);
  }

  @Override
  public void fill(long n, double value, Memory y) {
    quads("elementwise_fill_f32", n).floats(y, n).i64(n).f32(value).run();
  }

  @Override
  public void affine(long n, double scale, double shift, Memory x, Memory y) {
    quads("elementwise_affine_f32", n).floats(x, n).floats(y, n).i64(n).f32(scale).f32(shift).run();
  }

  @Override
  public void axpy(long n, double alpha, Memory x, Memory y) {
    quads("elementwise_axpy_f32", n).floats(x, n).floats(y, n).i64(n).f32(alpha).run();
  }

  @Override
  public void unary(Unary f, long n, Memory x, Memory y) {
    quads("elementwise_unary_forward_f32", n).floats(x, n).floats(y, n).i64(n).i32(number(f)).run();
  }

  @Override
  public void unaryBackward(Unary f, long n, Memory x, Memory dy, Memory dx) {
    quads("elementwise_unary_backward_f32", n)
        .floats(x, n)
        .floats(dy, n)
        .floats(dx, n)
        .i64(n)
        .i32(number(f))
        .run();
  }

  @Override
  public void binary(Binary f, Strided walk, Memory a, Memory b, Memory y) {
    long n = walk.numel();
    if (walk.rank() == 1 && walk.first(0) == 1 && walk.second(0) == 1) {
      quads("elementwise_binary_same_f32", n)
          .floats(a, n)
          .floats(b, n)
          .floats(y, n)
          .i64(n)
          .i32(number(f))
          .run();
      return;
    }
    if (walk.rank() > AXES) {
      var inner = inner(walk);
      for (long i = 0; i < walk.dim(0); i++) {
        binary(
            f,
            inner,
            from(a, i * walk.first(0)),
            from(b, i * walk.second(0)),
            from(y, i * inner.numel()));
      }
      return;
    }
    walking("elementwise_binary_f32", walk)
        .memory(a)
        .memory(b)
        .floats(y, n)
        .i64(n)
        .i32(walk.rank())
        .structure(fields(walk))
        .i32(number(f))
        .run();
  }

  @Override
  public void copy(Strided walk, Memory source, Memory target) {
    if (walk.rank() > AXES) {
      var inner = inner(walk);
      for (long i = 0; i < walk.dim(0); i++) {
        copy(inner, from(source, i * walk.first(0)), from(target, i * walk.second(0)));
      }
      return;
    }
    walking("elementwise_copy_f32", walk)
        .memory(source)
        .memory(target)
        .i64(walk.numel())
        .i32(walk.rank())
        .structure(fields(walk))
        .run();
  }

  /// The walk without its first axis.
  private static Strided inner(Strided walk) {
    int rank = walk.rank() - 1;
    var sizes = new long[rank];
    var first = new long[rank];
    var second = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      sizes[axis] = walk.dim(axis + 1);
      first[axis] = walk.first(axis + 1);
      second[axis] = walk.second(axis + 1);
    }
    return Strided.of(sizes, first, second);
  }

  private Memory from(Memory block, long element) {
    long at = element * Float.BYTES;
    return context.mine(block).slice(at, block.byteSize() - at);
  }

  /// Sizes and both strides, eight each, the last axis at the end.
  private static long[] fields(Strided walk) {
    var fields = new long[3 * AXES];
    for (int axis = 0; axis < walk.rank(); axis++) {
      int at = AXES - walk.rank() + axis;
      fields[at] = walk.dim(axis);
      fields[AXES + at] = walk.first(axis);
      fields[2 * AXES + at] = walk.second(axis);
    }
    return fields;
  }

  @Override
  public void clamp(long n, double low, double high, Memory x, Memory y) {
    quads("elementwise_clamp_forward_f32", n)
        .floats(x, n)
        .floats(y, n)
        .i64(n)
        .f32(low)
        .f32(high)
        .run();
  }

  @Override
  public void clampBackward(long n, double low, double high, Memory x, Memory dy, Memory dx) {
    quads("elementwise_clamp_backward_f32", n)
        .floats(x, n)
        .floats(dy, n)
        .floats(dx, n)
        .i64(n)
        .f32(low)
        .f32(high)
        .run();
  }

  @Override
  public void scaleResidual(
      long rows, long cols, Memory x, Memory scale, Memory residual, Memory y) {
    long n = rows * cols;
    columns("columns_scale_residual_f32", n)
        .floats(x, n)
        .floats(scale, cols)
        .floats(residual, n)
        .floats(y, n)
        .i64(rows)
        .i64(cols)
        .run();
  }

  @Override
  public void prelu(long rows, long cols, Memory x, Memory weight, Memory y) {
    long n = rows * cols;
    columns("columns_prelu_forward_f32", n)
        .floats(x, n)
        .floats(weight, cols)
        .floats(y, n)
        .i64(rows)
        .i64(cols)
        .run();
  }

  @Override
  public void preluBackward(
      long rows, long cols, Memory x, Memory weight, Memory dy, Memory dx, Memory dweight) {
    long n = rows * cols;
    var tiles = Tiles.of(rows, cols);
    try (var scratch = context.scratch().lease()) {
      CudaMemory partial = scratch.take(tiles.parts() * cols);
      tiles
          .on(columns.launch("columns_prelu_backward_f32"), tiles.parts())
          .floats(x, n)
          .floats(weight, cols)
          .floats(dy, n)
          .floats(dx, n)
          .memory(partial)
          .i64(rows)
          .i64(cols)
          .i64(tiles.cut().span())
          .run();
      sums.finish(tiles.parts(), cols, partial, dweight);
    }
  }

  /// The kernels' number of a function.
  private static int number(Unary f) {
    return switch (f) {
      case NEGATE -> 0;
      case ABS -> 1;
      case SQUARE -> 2;
      case SQRT -> 3;
      case RECIPROCAL -> 4;
      case EXP -> 5;
      case LOG -> 6;
      case SIN -> 7;
      case COS -> 8;
      case RELU -> 9;
      case SILU -> 10;
      case GELU -> 11;
      case SIGMOID -> 12;
      case TANH -> 13;
    };
  }

  private static int number(Binary f) {
    return switch (f) {
      case ADD -> 0;
      case SUBTRACT -> 1;
      case MULTIPLY -> 2;
      case DIVIDE -> 3;
      case MAXIMUM -> 4;
      case MINIMUM -> 5;
    };
  }
}
