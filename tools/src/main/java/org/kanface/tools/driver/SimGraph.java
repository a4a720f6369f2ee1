package org.kanface.tools.driver;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kanface.tools.ptx.SimKernel;

/// A graph of calls. A node can only depend on older ones, so that the order in which they came is
/// one that they can run in.
final class SimGraph {
  /// One call.
  ///
  /// @param kernel what it launches; null where it launches nothing
  record Node(SimGraph graph, @Nullable SimKernel kernel, Runnable work, Set<Node> before) {}

  private final List<Node> nodes = new ArrayList<>();
  private @Nullable String unsupported;

  Node add(@Nullable SimKernel kernel, Runnable work, Set<Node> before) {
    for (Node b : before) {
      if (b.graph != this) {
        throw new CudaError(Status.INVALID_VALUE, "a node depends on one of another graph");
      }
    }
    var node = new Node(this, kernel, work, before);
    nodes.add(node);
    return node;
  }

  /// A call after all others, as a stream has them.
  void append(Runnable work) {
    add(null, work, nodes.isEmpty() ? Set.of() : Set.of(nodes.getLast()));
  }

  /// Notes that it holds what no graph can have inside.
  void cannotBeChild(String why) {
    unsupported = why;
  }

  /// All calls as one, as they are now.
  Runnable asChild() {
    if (unsupported != null) {
      throw new CudaError(Status.NOT_SUPPORTED, unsupported);
    }
    var calls = nodes.stream().map(Node::work).toList();
    return () -> calls.forEach(Runnable::run);
  }

  int size() {
    return nodes.size();
  }

  Executable instantiate() {
    return new Executable(nodes);
  }

  /// What a graph was when it was made ready, but for what has been changed here.
  static final class Executable {
    private final Map<Node, Runnable> calls = new LinkedHashMap<>();

    Executable(List<Node> nodes) {
      nodes.forEach(n -> calls.put(n, n.work));
    }

    void replace(Node node, SimKernel kernel, Runnable work) {
      if (!calls.containsKey(node)) {
        throw new CudaError(Status.INVALID_VALUE, "the node is not part of this graph");
      }
      if (node.kernel != kernel) {
        throw new CudaError(
            Status.INVALID_VALUE,
            "the node launches %s, it cannot launch '%s'",
            node.kernel == null ? "nothing" : "'" + node.kernel.name() + "'",
            kernel.name());
      }
      calls.put(node, work);
    }

    void run() {
      calls.values().forEach(Runnable::run);
    }
  }
}
