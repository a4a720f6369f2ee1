package org.kanface.tools.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Set;
import org.kanface.tools.ptx.Dim3;
import org.kanface.tools.ptx.SimKernel;

/// Graphs: made of kernels and of other graphs, or captured from a stream.
final class GraphCalls {
  private static final int MODES = 3; // of a capture
  private static final long NODE_BYTES = 72; // CUDA_KERNEL_NODE_PARAMS_v2
  private static final long SHARED = 32; // offsets in it
  private static final long PARAMETERS = 40;
  private static final long EXTRA = 48;

  private final DriverState state;

  GraphCalls(DriverState state) {
    this.state = state;
  }

  int cuGraphCreate(long graph, int flags) {
    requireNone(flags);
    Host.putLong(graph, state.context().graphs.add(new SimGraph()));
    return 0;
  }

  int cuGraphDestroy(long graph) {
    state.context().graphs.remove(graph);
    return 0;
  }

  int cuGraphAddKernelNode_v2(long node, long graph, long before, long count, long parameters) {
    SimContext context = state.context();
    SimKernel kernel = kernel(context, parameters);
    Runnable work = launch(context, kernel, parameters);
    add(context, node, context.graphs.get(graph).add(kernel, work, nodes(context, before, count)));
    return 0;
  }

  int cuGraphAddChildGraphNode(long node, long graph, long before, long count, long child) {
    SimContext context = state.context();
    Runnable work = context.graphs.get(child).asChild();
    add(context, node, context.graphs.get(graph).add(null, work, nodes(context, before, count)));
    return 0;
  }

  int cuGraphGetNodes(long graph, long nodes, long count) {
    if (nodes != 0) {
      throw new CudaError(Status.NOT_SUPPORTED, "only the number of nodes is told here");
    }
    Host.putLong(count, state.context().graphs.get(graph).size());
    return 0;
  }

  int cuGraphInstantiateWithFlags(long executable, long graph, long flags) {
    requireNone(flags);
    SimContext context = state.context();
    SimGraph made = context.graphs.get(graph);
    Host.putLong(executable, context.executables.add(made.instantiate()));
    return 0;
  }

  int cuGraphExecKernelNodeSetParams_v2(long executable, long node, long parameters) {
    SimContext context = state.context();
    SimKernel kernel = kernel(context, parameters);
    context
        .executables
        .get(executable)
        .replace(context.graphNodes.get(node), kernel, launch(context, kernel, parameters));
    return 0;
  }

  int cuGraphLaunch(long executable, long stream) {
    SimContext context = state.context();
    context.requireStream(stream);
    SimGraph.Executable calls = context.executables.get(executable);
    context.enqueue(stream, calls::run);
    return 0;
  }

  int cuGraphExecDestroy(long executable) {
    state.context().executables.remove(executable);
    return 0;
  }

  int cuStreamBeginCapture_v2(long stream, int mode) {
    SimContext context = state.context();
    context.requireStream(stream);
    if (mode < 0 || mode >= MODES || stream <= 2) {
      throw new CudaError(
          Status.STREAM_CAPTURE_UNSUPPORTED, "mode %d on stream 0x%x", mode, stream);
    }
    if (context.captures.putIfAbsent(stream, new SimGraph()) != null) {
      throw new CudaError(Status.ILLEGAL_STATE, "the stream captures a graph already");
    }
    return 0;
  }

  int cuStreamEndCapture(long stream, long graph) {
    SimContext context = state.context();
    context.requireStream(stream);
    SimGraph captured = context.captures.remove(stream);
    if (captured == null) {
      throw new CudaError(Status.ILLEGAL_STATE, "the stream captures no graph");
    }
    Host.putLong(graph, context.graphs.add(captured));
    return 0;
  }

  private static void add(SimContext context, long handle, SimGraph.Node node) {
    Host.putLong(handle, context.graphNodes.add(node));
  }

  private static Set<SimGraph.Node> nodes(SimContext context, long before, long count) {
    var nodes = new HashSet<SimGraph.Node>();
    for (long i = 0; i < count; i++) {
      if (!nodes.add(context.graphNodes.get(Host.getLong(before + Long.BYTES * i)))) {
        throw new CudaError(Status.INVALID_VALUE, "a node depends on another one twice");
      }
    }
    return nodes;
  }

  private static SimKernel kernel(SimContext context, long parameters) {
    return context.functions.get(Host.getLong(parameters));
  }

  private static Runnable launch(SimContext context, SimKernel kernel, long parameters) {
    MemorySegment node = Host.at(parameters, NODE_BYTES);
    return LaunchCalls.launch(
        context,
        kernel,
        sizes(kernel, "grid", node, 8),
        sizes(kernel, "block", node, 20),
        node.get(ValueLayout.JAVA_INT, SHARED),
        node.get(ValueLayout.JAVA_LONG, PARAMETERS),
        node.get(ValueLayout.JAVA_LONG, EXTRA));
  }

  private static Dim3 sizes(SimKernel kernel, String what, MemorySegment node, long at) {
    return LaunchCalls.sizes(
        kernel,
        what,
        node.get(ValueLayout.JAVA_INT, at),
        node.get(ValueLayout.JAVA_INT, at + 4),
        node.get(ValueLayout.JAVA_INT, at + 8));
  }

  private static void requireNone(long flags) {
    if (flags != 0) {
      throw new CudaError(Status.INVALID_VALUE, "expected flags 0, got %d", flags);
    }
  }
}
