package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Graphs of the simulated driver: what they run and when, and how misuse is refused.
class GraphCallsTest {
  private static final int RELAXED = 2;
  private static final int FLOATS = 8;

  private final Arena arena = Arena.ofConfined();
  private final DriverState state = new DriverState(new SimSettings(80, 1 << 20, false));
  private final DeviceCalls device = new DeviceCalls(state);
  private final MemoryCalls memory = new MemoryCalls(state);
  private final StreamCalls streams = new StreamCalls(state);
  private final ModuleCalls modules = new ModuleCalls(state);
  private final GraphCalls graphs = new GraphCalls(state);
  private final MemorySegment out = arena.allocate(64, 8);
  private long stream;
  private long kernel;
  private long block;

  @BeforeEach
  void open() {
    device.cuInit(0);
    device.cuDevicePrimaryCtxRetain(out.address(), 0);
    device.cuCtxSetCurrent(result());
    streams.cuStreamCreate(out.address(), 1);
    stream = result();
    modules.cuModuleLoadData(out.address(), arena.allocateFrom(DriverCallsTest.SCALE).address());
    modules.cuModuleGetFunction(out.address(), result(), arena.allocateFrom("scale_f32").address());
    kernel = result();
    memory.cuMemAlloc_v2(out.address(), 4 * FLOATS);
    block = result();
    memory.cuMemsetD32_v2(block, Float.floatToIntBits(1), FLOATS);
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private long result() {
    return out.get(ValueLayout.JAVA_LONG, 0);
  }

  private float first() {
    memory.cuMemcpyDtoH_v2(out.address(), block, 4);
    return out.get(ValueLayout.JAVA_FLOAT, 0);
  }

  /// Doubles the first `n` floats of the block.
  private long launch(int n) {
    MemorySegment x = arena.allocateFrom(ValueLayout.JAVA_LONG, block);
    MemorySegment count = arena.allocateFrom(ValueLayout.JAVA_INT, n);
    MemorySegment pointers =
        arena.allocateFrom(ValueLayout.JAVA_LONG, x.address(), count.address());
    MemorySegment node = arena.allocate(72, 8);
    node.set(ValueLayout.JAVA_LONG, 0, kernel);
    for (int i = 8; i < 32; i += 4) {
      node.set(ValueLayout.JAVA_INT, i, i == 20 ? 32 : 1);
    }
    node.set(ValueLayout.JAVA_LONG, 40, pointers.address());
    return node.address();
  }

  private long graph() {
    graphs.cuGraphCreate(out.address(), 0);
    return result();
  }

  private long add(long graph, int n, long... before) {
    MemorySegment dependencies = arena.allocateFrom(ValueLayout.JAVA_LONG, before);
    graphs.cuGraphAddKernelNode_v2(
        out.address(), graph, dependencies.address(), before.length, launch(n));
    return result();
  }

  private long ready(long graph) {
    graphs.cuGraphInstantiateWithFlags(out.address(), graph, 0);
    return result();
  }

  private static void refused(Status status, String said, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(CudaError.class, e -> assertThat(e.status()).isEqualTo(status))
        .hasMessageContaining(said);
  }

  @Test
  void nodesRunAtEveryLaunchAndNotBefore() {
    long graph = graph();
    long one = add(graph, FLOATS);
    add(graph, FLOATS, one);
    long ready = ready(graph);
    assertThat(first()).isEqualTo(1);
    graphs.cuGraphLaunch(ready, stream);
    assertThat(first()).isEqualTo(4);
    graphs.cuGraphLaunch(ready, stream);
    assertThat(first()).isEqualTo(16);
  }

  @Test
  void otherParametersReachTheReadyGraphAlone() {
    long graph = graph();
    long node = add(graph, FLOATS);
    long ready = ready(graph);
    graphs.cuGraphExecKernelNodeSetParams_v2(ready, node, launch(0)); // doubles nothing
    graphs.cuGraphLaunch(ready, stream);
    assertThat(first()).isEqualTo(1);
    graphs.cuGraphLaunch(ready(graph), stream);
    assertThat(first()).isEqualTo(2);
  }

  @Test
  void aCapturedStreamRunsNothingUntilItsGraphDoes() {
    graphs.cuStreamBeginCapture_v2(stream, RELAXED);
    memory.cuMemsetD32Async(block, Float.floatToIntBits(5), FLOATS, stream);
    refused(
        Status.STREAM_CAPTURE_UNSUPPORTED, "captures", () -> streams.cuStreamSynchronize(stream));
    graphs.cuStreamEndCapture(stream, out.address());
    long captured = result();
    assertThat(first()).isEqualTo(1);
    long graph = graph();
    graphs.cuGraphAddChildGraphNode(out.address(), graph, 0, 0, captured);
    add(graph, FLOATS, result());
    graphs.cuGraphLaunch(ready(graph), stream);
    assertThat(first()).isEqualTo(10);
  }

  @Test
  void misuseIsRefused() {
    long graph = graph();
    long node = add(graph, FLOATS);
    long other = graph();
    refused(Status.INVALID_VALUE, "another graph", () -> add(other, 1, node));
    long ready = ready(other);
    refused(
        Status.INVALID_VALUE,
        "not part of this graph",
        () -> graphs.cuGraphExecKernelNodeSetParams_v2(ready, node, launch(1)));
    graphs.cuGraphExecDestroy(ready);
    refused(Status.INVALID_HANDLE, "destroyed before", () -> graphs.cuGraphLaunch(ready, stream));
    refused(
        Status.ILLEGAL_STATE,
        "captures no graph",
        () -> graphs.cuStreamEndCapture(stream, out.address()));
    graphs.cuStreamBeginCapture_v2(stream, RELAXED);
    refused(
        Status.ILLEGAL_STATE,
        "captures a graph already",
        () -> graphs.cuStreamBeginCapture_v2(stream, RELAXED));
  }
}
