package org.kanface.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Var;
import org.kanface.autograd.op.AveragePool;
import org.kanface.autograd.op.Convolution;
import org.kanface.autograd.op.L2Normalize;
import org.kanface.autograd.op.MaxPool;
import org.kanface.autograd.op.Permute;
import org.kanface.autograd.op.Softmax;
import org.kanface.nn.Init;
import org.kanface.nn.Module;
import org.kanface.nn.Packing;
import org.kanface.tensor.Shape;

/// Modules of single operations, for what cases ask of them and networks do not.
final class OneOp {
  private OneOp() {}

  /// A function without parameters.
  static Module of(UnaryOperator<Var> function) {
    return new Function(function);
  }

  /// A module as the only part of another one.
  static Module named(String name, Module part) {
    return new Named(name, part);
  }

  static Module softmax(GoldenCase c) {
    int axis = (int) c.number("axis", -1);
    return of(x -> onLast(x, axis, Softmax::of));
  }

  static Module l2Normalize(GoldenCase c) {
    int axis = (int) c.number("axis", -1);
    return of(x -> onLast(x, axis, y -> L2Normalize.of(y, -1, c.number("eps"))));
  }

  /// A function along the last axis, along another one.
  private static Var onLast(Var x, int axis, UnaryOperator<Var> function) {
    int rank = x.shape().rank();
    int at = x.shape().axis(axis);
    if (at == rank - 1) {
      return function.apply(x);
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      order.add(i);
    }
    order.set(at, rank - 1);
    order.set(rank - 1, at); // exchanges the two, so that it undoes itself
    int[] swap = order.stream().mapToInt(Integer::intValue).toArray();
    return Permute.of(function.apply(Permute.of(x, swap)), swap);
  }

  static Module maxPool(GoldenCase c) {
    int kernel = (int) c.integer("kernel");
    int stride = (int) c.number("stride", kernel);
    int padding = (int) c.number("padding", 0);
    boolean ceil = c.bool("ceil_mode", false);
    return of(x -> Graph.apply(new MaxPool(x, kernel, stride, padding, ceil)));
  }

  static Module averagePool(GoldenCase c) {
    int kernel = (int) c.integer("kernel");
    int stride = (int) c.number("stride", kernel);
    int padding = (int) c.number("padding", 0);
    boolean counts = c.bool("count_include_pad", true);
    return of(x -> AveragePool.of(x, kernel, stride, padding, counts));
  }

  /// A convolution whose taps lie `dilation` pixels apart.
  static Module dilated(GoldenCase c, Init init) {
    return new Dilated(c, init);
  }

  private static final class Function extends Module {
    private final UnaryOperator<Var> function;

    Function(UnaryOperator<Var> function) {
      this.function = function;
    }

    @Override
    protected Var compute(Var x) {
      return function.apply(x);
    }
  }

  private static final class Named extends Module {
    private final Module part;

    Named(String name, Module part) {
      this.part = register(name, part);
    }

    @Override
    protected Var compute(Var x) {
      return part.forward(x);
    }
  }

  private static final class Dilated extends Module {
    private final Var weight; // [out, kernel, kernel, in / groups]
    private final @Nullable Var bias; // [out]
    private final int stride;
    private final int padding;
    private final int dilation;
    private final long groups;

    Dilated(GoldenCase c, Init init) {
      long out = c.integer("out");
      groups = c.integer("groups");
      int kernel = (int) c.integer("kernel");
      stride = (int) c.integer("stride");
      padding = (int) c.integer("padding");
      dilation = (int) c.integer("dilation");
      var packing = Packing.conv(out, c.integer("in") / groups, kernel, kernel);
      weight = register(init.constant("weight", packing, 0));
      bias =
          c.bool("bias") ? register(init.constant("bias", Packing.plain(Shape.of(out)), 0)) : null;
    }

    @Override
    protected Var compute(Var x) {
      return Convolution.of(x, weight, bias, stride, padding, dilation, groups);
    }
  }
}
