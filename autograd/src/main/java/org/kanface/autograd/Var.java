package org.kanface.autograd;

import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DType;
import org.kanface.tensor.Check;
import org.kanface.tensor.Shape;
import org.kanface.tensor.Tensor;

/// A tensor that gradients can flow to.
///
/// Parameters live as long as their owner keeps them and collect gradients until [#zeroGrad()]. All
/// others belong to the [Graph] that made them and are freed by it.
public final class Var implements AutoCloseable {
  private String name;
  private final Shape shape;
  private final DType dtype;
  private final boolean requiresGrad;
  private final boolean leaf;
  private @Nullable Tensor value;
  private @Nullable Tensor grad;
  private int pins; // recorded gradients that will read the value
  private boolean kept;

  private Var(String name, Tensor value, boolean requiresGrad, boolean leaf) {
    Check.that(value.layout().isContiguous(), name, "%s is not contiguous", value.layout());
    this.name = name;
    this.shape = value.shape();
    this.dtype = value.dtype();
    this.value = value;
    this.requiresGrad = requiresGrad;
    this.leaf = leaf;
  }

  /// A leaf that collects gradients; takes over `value`.
  public static Var parameter(String name, Tensor value) {
    return new Var(name, value, true, true);
  }

  /// A leaf without gradient (a buffer, fixed weights); takes over `value`.
  public static Var buffer(String name, Tensor value) {
    return new Var(name, value, false, true);
  }

  static Var result(String op, Tensor value, boolean requiresGrad) {
    return new Var(op, value, requiresGrad, false);
  }

  /// The parameter's name, or that of the op that made it.
  public String name() {
    return name;
  }

  /// Another name for messages, such as the key in a state dict.
  public void rename(String newName) {
    name = newName;
  }

  public Shape shape() {
    return shape;
  }

  /// Size of an axis; a negative one counts from the end.
  public long dim(int axis) {
    return shape.dim(axis);
  }

  public DType dtype() {
    return dtype;
  }

  public boolean requiresGrad() {
    return requiresGrad;
  }

  /// Whether it is a parameter or buffer, owned outside of graphs.
  public boolean isLeaf() {
    return leaf;
  }

  /// Its elements. Throws [IllegalStateException] after they were freed.
  public Tensor value() {
    if (value == null) {
      throw new IllegalStateException(
          "[" + name + "] " + shape + ": the value was freed; keep() it to read it later");
    }
    return value;
  }

  boolean hasValue() {
    return value != null;
  }

  /// The gradient collected so far; throws [IllegalStateException] where there is none.
  public Tensor grad() {
    if (grad == null) {
      throw new IllegalStateException("[" + name + "] " + shape + " has no gradient");
    }
    return grad;
  }

  public boolean hasGrad() {
    return grad != null;
  }

  /// Adds to a parameter's gradient and takes `contribution` over.
  public void addGrad(Tensor contribution) {
    Check.that(
        contribution.shape().equals(shape),
        name,
        "%s: gradient is %s",
        shape,
        contribution.shape());
    accumulate(contribution);
  }

  /// Forgets the gradient.
  public void zeroGrad() {
    if (grad != null) {
      grad.close();
      grad = null;
    }
  }

  /// Holds the value until its graph closes, through the backward pass too. Returns this.
  public Var keep() {
    kept = true;
    return this;
  }

  boolean isKept() {
    return kept;
  }

  void pin() {
    pins++;
  }

  void unpin() {
    pins--;
  }

  boolean isPinned() {
    return pins > 0;
  }

  /// Adds a gradient and takes it over. The order of calls is the order of the sum.
  void accumulate(Tensor contribution) {
    if (grad == null) {
      grad = contribution;
      return;
    }
    if (grad.isShared()) { // somebody else looks at it: do not write into it
      Tensor own = grad.copy();
      grad.close();
      grad = own;
    }
    grad.kernels().elementwise().axpy(grad.numel(), 1, contribution.memory(), grad.memory());
    contribution.close();
  }

  /// Takes the gradient away from this variable.
  Tensor takeGrad() {
    Tensor taken = grad();
    grad = null;
    return taken;
  }

  void freeValue() {
    if (value != null) {
      value.close();
      value = null;
    }
  }

  /// Frees value and gradient; for parameters, by their owner.
  @Override
  public void close() {
    freeValue();
    zeroGrad();
  }

  @Override
  public String toString() {
    return name + " " + dtype + " " + shape;
  }
}
