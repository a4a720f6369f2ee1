package org.kanface.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kanface.tensor.Check;
import org.kanface.tensor.Tensor;

/// One step's computation: records ops as they are applied and walks them backwards.
///
/// `try (Graph graph = Graph.training(seed)) { … graph.backward(loss); }`. The innermost open graph
/// of the thread is the current one. Everything that ops made in it is freed during the backward
/// pass, or when it closes; parameters and their gradients stay.
public final class Graph implements AutoCloseable {
  private static final ThreadLocal<@Nullable Graph> CURRENT = new ThreadLocal<>();

  private final @Nullable Graph outer;
  private final boolean inference;
  private final boolean recording;
  private final boolean recomputing;
  private final long seed;
  private @Nullable BiConsumer<Op, Var> observer; // of a tracing graph
  private long stream; // random streams handed out
  private final List<Node> tape = new ArrayList<>();
  private final List<Var> owned = new ArrayList<>();
  private boolean walked;
  private @Nullable Consumer<Op> watcher;

  private record Node(Op op, Frame frame, Var output) {}

  private Graph(boolean inference, boolean recording, boolean recomputing, long seed, long stream) {
    this.inference = inference;
    this.recording = recording;
    this.recomputing = recomputing;
    this.seed = seed;
    this.stream = stream;
    this.outer = CURRENT.get();
    CURRENT.set(this);
  }

  /// A graph that records for the backward pass. `seed` keys the random draws of dropout and the
  /// like.
  public static Graph training(long seed) {
    return new Graph(false, true, false, seed, 0);
  }

  /// A graph that records nothing: values live until it closes, or until their [#local] scope ends.
  public static Graph inference() {
    return new Graph(true, false, false, 0, 0);
  }

  /// An inference graph that shows every op and its output to `observer` right after it was
  /// computed, while all values that it read are still there: for exporters and the like.
  public static Graph tracing(BiConsumer<Op, Var> observer) {
    Graph graph = inference();
    graph.observer = observer;
    return graph;
  }

  /// A graph for a part of another one's work, whose random streams go on from where `stream`
  /// stood: not recording for the forward pass, recording to compute that part again in the
  /// backward pass.
  public static Graph replay(boolean recording, long seed, long stream) {
    Graph outer = CURRENT.get();
    boolean again = recording || (outer != null && outer.recomputing);
    boolean inference = !recording && (outer == null || outer.inference);
    return new Graph(inference, recording, again, seed, stream);
  }

  /// The innermost open graph of this thread; throws [IllegalStateException] where there is none.
  public static Graph current() {
    Graph graph = CURRENT.get();
    if (graph == null) {
      throw new IllegalStateException(
          "no graph is open: wrap the work in try (Graph graph = Graph.training(seed)) { … }");
    }
    return graph;
  }

  public boolean isRecording() {
    return recording;
  }

  /// Whether no backward pass follows, not even over what is computed here for the first time.
  public boolean isInference() {
    return inference;
  }

  /// The key of this graph's random draws.
  public long seed() {
    return seed;
  }

  /// A random stream that no other op of this graph gets.
  public long nextStream() {
    return stream++;
  }

  /// How many random streams were handed out.
  public long stream() {
    return stream;
  }

  /// Goes on with random stream `next`, after a [#replay] drew the ones before it.
  public void skipTo(long next) {
    stream = next;
  }

  /// Whether this work was done before, so that side effects (running statistics) are not to be
  /// repeated.
  public boolean isRecomputing() {
    return recomputing;
  }

  /// A value without gradient, such as a batch of images; the graph takes it over.
  public Var constant(Tensor value) {
    Var v = Var.result("constant", value, false);
    owned.add(v);
    return v;
  }

  /// Shows every op applied in this graph to `each`, its inputs' values computed, its own not yet.
  public void watch(Consumer<Op> each) {
    watcher = each;
  }

  /// Whether somebody looks at the ops that are applied here. Parts of a network that could take
  /// two ops in one then apply them one by one.
  public boolean isWatched() {
    return watcher != null || observer != null;
  }

  /// Applies an op in the current graph.
  public static Var apply(Op op) {
    return current().run(op);
  }

  private Var run(Op op) {
    if (watcher != null) {
      watcher.accept(op);
    }
    List<Var> inputs = op.inputs();
    boolean wanted = recording && inputs.stream().anyMatch(Var::requiresGrad);
    var frame = new Frame(inputs, wanted);
    Tensor y = op.forward(frame);
    Var output = Var.result(op.name(), y, wanted);
    owned.add(output);
    if (wanted) {
      op.reads().forEach(Var::pin);
      if (op.readsOutput()) {
        output.pin();
        frame.output(y);
      }
      tape.add(new Node(op, frame, output));
    } else {
      frame.close();
    }
    if (observer != null) {
      observer.accept(op, output);
    }
    return output;
  }

  /// Runs a part of the network and frees what it made, but for its result and for what gradients
  /// will read. Nothing else that was made inside may be used afterwards.
  public static Var local(Supplier<Var> body) {
    Graph graph = current();
    int mark = graph.owned.size();
    Var result = body.get();
    List<Var> inside = graph.owned.subList(mark, graph.owned.size());
    inside.removeIf(
        v -> {
          if (v == result || v.isPinned() || v.isKept()) {
            return false;
          }
          v.freeValue();
          return !v.requiresGrad(); // else the backward pass may leave a gradient there
        });
    return result;
  }

  /// Gradients of a scalar with respect to every parameter that it depends on, added to theirs.
  public void backward(Var loss) {
    checkStart(loss);
    Check.that(loss.shape().numel() == 1, "backward", "%s: expected a scalar", loss.shape());
    backward(loss, Tensor.full(loss.value().device(), loss.dtype(), loss.shape(), 1));
  }

  /// The same for any output and the gradient `dy` that reaches it; takes `dy` over.
  ///
  /// Throws [IllegalStateException] the second time: the first walk freed what it read.
  public void backward(Var output, Tensor dy) {
    checkStart(output);
    Check.that(
        output.shape().equals(dy.shape()),
        "backward",
        "%s: gradient is %s",
        output.shape(),
        dy.shape());
    walked = true;
    output.keep();
    output.accumulate(dy);
    for (Node node : tape.reversed()) {
      Var y = node.output;
      if (y.hasGrad()) {
        step(node);
      }
      node.frame.close();
      node.op.reads().forEach(Var::unpin);
      if (!y.isKept()) {
        y.freeValue();
      }
    }
    tape.clear();
  }

  private void checkStart(Var output) {
    if (walked) {
      throw new IllegalStateException(
          "[backward] this graph was walked already: add the losses up, or open a graph for each");
    }
    Check.that(
        output.requiresGrad(),
        "backward",
        "%s %s depends on no parameter of a recording graph",
        output.name(),
        output.shape());
  }

  private static void step(Node node) {
    try (Tensor dy = node.output.takeGrad()) {
      List<Var> inputs = node.op.inputs();
      List<@Nullable Tensor> grads = node.op.vjp(node.frame, dy);
      for (int i = 0; i < inputs.size(); i++) {
        Tensor g = grads.get(i);
        if (g == null) {
          continue;
        }
        Var input = inputs.get(i);
        if (!g.shape().equals(input.shape())) { // first, since a name is made anew each time
          Check.that(
              false,
              node.op.name(),
              "gradient of input %d is %s, expected %s",
              i,
              g.shape(),
              input.shape());
        }
        if (input.requiresGrad()) {
          input.accumulate(g);
        } else {
          g.close();
        }
      }
    }
  }

  /// The first recorded op whose value is not finite and the last parameter read by then, or the
  /// first parameter that is not finite itself: for the message after a loss went bad. Looks at
  /// values that are still there.
  public Optional<String> firstNonFinite() {
    String last = "";
    for (Node node : tape) {
      for (Var input : node.op.inputs()) {
        if (!input.isLeaf() || !input.dtype().isFloating()) {
          continue;
        }
        if (!input.value().isFinite()) {
          return Optional.of("parameter " + input.name() + " " + input.shape());
        }
        last = input.requiresGrad() ? ", at parameter " + input.name() : last;
      }
      if (node.output.hasValue() && !node.output.value().isFinite()) {
        return Optional.of("op " + node.op.name() + " → " + node.output.shape() + last);
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    for (Node node : tape) {
      node.frame.close();
    }
    tape.clear();
    owned.forEach(Var::close);
    owned.clear();
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }
}
