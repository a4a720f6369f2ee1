package org.kanface.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kanface.tensor.Tensor;

/// A differentiable operation: its inputs and attributes, forward pass and gradient, in one record.
///
/// Values and gradients are contiguous tensors. An op from any package joins the graph through
/// [Graph#apply(Op)]; checks of shapes belong to its constructor.
public interface Op {
  /// What error messages call it.
  default String name() {
    String n = getClass().getSimpleName();
    return Character.toLowerCase(n.charAt(0)) + n.substring(1);
  }

  /// Everything that the result depends on and gradients may flow to.
  List<Var> inputs();

  /// The inputs whose values the gradient reads; the others may be freed as soon as nobody else
  /// needs them.
  default List<Var> reads() {
    return inputs();
  }

  /// Whether the gradient reads the output's value ([Frame#output()]).
  default boolean readsOutput() {
    return false;
  }

  /// Computes the output: a new tensor (see [Frame#empty]) or a view of an input. What the gradient
  /// needs besides values goes to [Frame#save].
  Tensor forward(Frame frame);

  /// The vector-Jacobian product: one gradient for each input, in its shape, each a tensor of its
  /// own (or `dy.retain()`); null where [Frame#needs] says that nobody wants it.
  List<@Nullable Tensor> vjp(Frame frame, Tensor dy);
}
