package org.kanface.kernels.cuda;

import static jcuda.driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED;
import static jcuda.driver.JCudaDriver.cuGraphAddChildGraphNode;
import static jcuda.driver.JCudaDriver.cuGraphAddKernelNode;
import static jcuda.driver.JCudaDriver.cuGraphCreate;
import static jcuda.driver.JCudaDriver.cuGraphDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecDestroy;
import static jcuda.driver.JCudaDriver.cuGraphExecKernelNodeSetParams;
import static jcuda.driver.JCudaDriver.cuGraphInstantiate;
import static jcuda.driver.JCudaDriver.cuGraphLaunch;
import static jcuda.driver.JCudaDriver.cuStreamBeginCapture;
import static jcuda.driver.JCudaDriver.cuStreamEndCapture;
import static org.kanface.kernels.cuda.CudaException.check;

import java.util.List;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;

/// Some calls, one after the other, as a CUDA graph. Launches are nodes of it, whose arguments can
/// change; everything else is captured from a stream of its own.
final class CallGraph implements AutoCloseable {
  private static final int SHORTEST = 3; // calls that are worth a graph

  private final CudaContext context;
  private final DeviceCall[] calls;
  private final CUgraphNode[] nodes;
  private final @Nullable CUgraph graph;
  private final CUgraphExec executable = new CUgraphExec();
  private long updates;

  private CallGraph(CudaContext context, DeviceCall[] calls) {
    this.context = context;
    this.calls = calls;
    nodes = new CUgraphNode[calls.length];
    graph = calls.length < SHORTEST ? null : build();
  }

  static CallGraph of(CudaContext context, List<DeviceCall> calls) {
    return new CallGraph(context, calls.toArray(DeviceCall[]::new));
  }

  private CUgraph build() {
    var made = new CUgraph();
    check(cuGraphCreate(made, 0), "making a graph on %s", context);
    try {
      fill(made);
    } catch (CudaException e) {
      check(cuGraphDestroy(made), "freeing a graph");
      throw e;
    }
    return made;
  }

  /// Throws [CudaException] where a call cannot be part of a graph.
  private void fill(CUgraph made) {
    for (int i = 0; i < calls.length; i++) {
      nodes[i] = new CUgraphNode();
      var before = i == 0 ? new CUgraphNode[0] : new CUgraphNode[] {nodes[i - 1]};
      if (calls[i] instanceof Launch launch) {
        check(
            cuGraphAddKernelNode(nodes[i], made, before, before.length, launch.node()),
            "putting %s into a graph on %s",
            launch,
            context);
      } else {
        CUgraph captured = capture(calls[i]);
        check(
            cuGraphAddChildGraphNode(nodes[i], made, before, before.length, captured),
            "putting a call into a graph on %s",
            context);
        check(cuGraphDestroy(captured), "freeing a captured call");
      }
    }
    check(
        cuGraphInstantiate(executable, made, 0),
        "making a graph of %d calls on %s ready",
        calls.length,
        context);
  }

  private CUgraph capture(DeviceCall call) {
    var captured = new CUgraph();
    CUstream stream = context.captures();
    check(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_RELAXED), "capturing a call");
    try {
      call.enqueue(stream);
    } finally {
      check(cuStreamEndCapture(stream, captured), "capturing a call");
    }
    return captured;
  }

  int size() {
    return calls.length;
  }

  /// How often a launch got other arguments.
  long updates() {
    return updates;
  }

  /// Whether call number `at` is this one; another one's arguments replace its own where both are
  /// launches of the same kernel and size.
  boolean takes(int at, DeviceCall call) {
    if (calls[at] instanceof Launch own && call instanceof Launch launch) {
      if (!own.isLike(launch)) {
        return false;
      }
      if (!own.hasArgumentsOf(launch)) {
        own.takeArgumentsOf(launch);
        updates++;
        if (graph != null) {
          check(
              cuGraphExecKernelNodeSetParams(executable, nodes[at], own.node()),
              "changing the arguments of %s in a graph",
              own);
        }
      }
      return true;
    }
    return calls[at].equals(call);
  }

  /// Enqueues all of it.
  void enqueue() {
    if (graph == null) {
      enqueueFirst(calls.length);
    } else {
      check(
          cuGraphLaunch(executable, context.stream().handle()),
          "launching a graph of %d calls on %s",
          calls.length,
          context);
    }
  }

  /// Enqueues its first calls, one by one.
  void enqueueFirst(int count) {
    for (int i = 0; i < count; i++) {
      calls[i].enqueue(context.stream().handle());
    }
  }

  @Override
  public void close() {
    if (graph != null) {
      check(cuGraphExecDestroy(executable), "freeing a graph");
      check(cuGraphDestroy(graph), "freeing a graph");
    }
  }
}
