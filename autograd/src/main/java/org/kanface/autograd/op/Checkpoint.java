package org.kanface.autograd.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kanface.autograd.Frame;
import org.kanface.autograd.Graph;
import org.kanface.autograd.Op;
import org.kanface.autograd.Var;
import org.kanface.tensor.Tensor;

/// A part of a network that keeps only its input and is computed again in the backward pass
/// (arXiv:1604.06174): less memory for a second forward pass.
///
/// `y = body(x)`, equal to the bit to the part without a checkpoint, random draws included.
///
/// @param parameters everything else that `body` reads and gradients may flow to; they collect
///     their gradients directly
/// @param stream the random stream that `body` begins with
public record Checkpoint(
    Function<Var, Var> body, Var x, List<Var> parameters, long seed, long stream) implements Op {
  public Checkpoint {
    parameters = List.copyOf(parameters);
  }

  /// `body(x)` itself in a graph that does not record.
  public static Var of(Function<Var, Var> body, Var x, List<Var> parameters) {
    Graph graph = Graph.current();
    return graph.isRecording()
        ? Graph.apply(new Checkpoint(body, x, parameters, graph.seed(), graph.stream()))
        : body.apply(x);
  }

  @Override
  public List<Var> inputs() {
    var inputs = new ArrayList<Var>();
    inputs.add(x);
    inputs.addAll(parameters);
    return inputs;
  }

  @Override
  public Tensor forward(Frame f) {
    Graph outer = Graph.current();
    try (Graph graph = Graph.replay(false, seed, stream)) {
      Tensor y = body.apply(x).value().retain();
      outer.skipTo(graph.stream());
      return y;
    }
  }

  @Override
  public List<@Nullable Tensor> vjp(Frame f, Tensor dy) {
    List<@Nullable Tensor> grads = new ArrayList<>(Collections.nCopies(inputs().size(), null));
    Tensor value = x.value().retain();
    try (Graph graph = Graph.replay(true, seed, stream);
        Var input = f.needs(0) ? Var.parameter("x", value) : Var.buffer("x", value)) {
      Var y = body.apply(input);
      if (y.requiresGrad()) {
        graph.backward(y, dy.retain());
      }
      if (input.hasGrad()) {
        grads.set(0, input.grad().retain());
      }
    }
    return grads;
  }
}
