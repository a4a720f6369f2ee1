package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Copies from pinned memory: the block must keep what it held until the program has waited for
/// them, itself or through events.
class PinnedCopyTest {
  private static final long BYTES = 64;
  private static final String CHANGED =
      "was written to before its copy to the device was waited for";

  private final Arena arena = Arena.ofConfined();
  private final DriverState state = new DriverState(new SimSettings(80, 1 << 20, false));
  private final DeviceCalls device = new DeviceCalls(state);
  private final MemoryCalls memory = new MemoryCalls(state);
  private final StreamCalls streams = new StreamCalls(state);
  private final MemorySegment out = arena.allocate(8, 8);
  private long copies;
  private long compute;
  private long event;
  private long host;
  private long target;

  @BeforeEach
  void open() {
    device.cuInit(0);
    device.cuDevicePrimaryCtxRetain(out.address(), 0);
    device.cuCtxSetCurrent(result());
    streams.cuStreamCreate(out.address(), 1);
    copies = result();
    streams.cuStreamCreate(out.address(), 1);
    compute = result();
    streams.cuEventCreate(out.address(), 2);
    event = result();
    memory.cuMemHostAlloc(out.address(), BYTES, 0);
    host = result();
    memory.cuMemAlloc_v2(out.address(), BYTES);
    target = result();
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private long result() {
    return out.get(ValueLayout.JAVA_LONG, 0);
  }

  private void copy() {
    memory.cuMemcpyHtoDAsync_v2(target, host, BYTES, copies);
  }

  private void write() {
    Host.putInt(host + 8, 42);
  }

  @Test
  void mayBeWrittenToAfterTheEvent() {
    copy();
    streams.cuEventRecord(event, copies);
    assertThat(streams.cuEventSynchronize(event)).isZero();
    write();
    copy();
    streams.cuEventRecord(event, copies);
    streams.cuStreamWaitEvent(
        compute, event, 0); // what waits for the event has waited for the copy
    assertThat(streams.cuStreamSynchronize(compute)).isZero();
    write();
    copy();
    assertThat(device.cuCtxSynchronize()).isZero();
    write();
    assertThat(memory.cuMemFreeHost(host)).isZero();
  }

  @Test
  void isNotToBeWrittenToBefore() {
    copy();
    streams.cuEventRecord(event, copies);
    streams.cuStreamSynchronize(compute); // another stream, which waits for nothing
    write();
    assertThatThrownBy(() -> streams.cuEventSynchronize(event))
        .isInstanceOf(CudaError.class)
        .hasMessageContaining("byte 8 of the pinned memory")
        .hasMessageContaining(CHANGED);
  }

  @Test
  void isNotToBeWrittenToAfterAnEarlierEvent() {
    streams.cuEventRecord(event, copies);
    copy();
    assertThat(streams.cuEventSynchronize(event)).isZero();
    write();
    assertThatThrownBy(() -> streams.cuStreamSynchronize(copies)).hasMessageContaining(CHANGED);
  }

  @Test
  void isNotToBeCopiedAgainBefore() {
    copy();
    assertThatThrownBy(this::copy).hasMessageContaining("copied again before its last copy");
    assertThat(streams.cuStreamSynchronize(copies)).isZero();
    copy();
  }

  /// Such memory has been copied elsewhere when the call returns.
  @Test
  void otherMemoryMayChangeAtOnce() {
    MemorySegment plain = arena.allocate(BYTES);
    memory.cuMemcpyHtoDAsync_v2(target, plain.address(), BYTES, copies);
    plain.fill((byte) 1);
    assertThat(streams.cuStreamSynchronize(copies)).isZero();
  }
}
