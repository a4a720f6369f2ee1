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

/// What the simulated driver accepts, and how it refuses the rest.
class DriverCallsTest {
  static final String SCALE =
      """
      .version 7.0
      .target sm_75
      .address_size 64
      .visible .global .align 4 .f32 factor = 0f40000000;
      .visible .entry scale_f32(.param .u64 x, .param .u32 n)
      {
        .reg .pred %p<2>;
        .reg .b32 %r<6>;
        .reg .f32 %f<4>;
        .reg .b64 %rd<6>;
        ld.param.u64 %rd1, [x];
        ld.param.u32 %r1, [n];
        cvta.to.global.u64 %rd2, %rd1;
        mov.u32 %r2, %ctaid.x;
        mov.u32 %r3, %ntid.x;
        mov.u32 %r4, %tid.x;
        mad.lo.s32 %r5, %r2, %r3, %r4;
        setp.ge.u32 %p1, %r5, %r1;
        @%p1 bra DONE;
        mul.wide.u32 %rd3, %r5, 4;
        add.s64 %rd4, %rd2, %rd3;
        ld.global.f32 %f1, [%rd4];
        ld.global.f32 %f2, [factor];
        mul.f32 %f3, %f1, %f2;
        st.global.f32 [%rd4], %f3;
      DONE:
        ret;
      }
      """;

  private final Arena arena = Arena.ofConfined();
  private final DriverState state = new DriverState(new SimSettings(80, 1 << 20, false));
  private final DeviceCalls device = new DeviceCalls(state);
  private final MemoryCalls memory = new MemoryCalls(state);
  private final StreamCalls streams = new StreamCalls(state);
  private final ModuleCalls modules = new ModuleCalls(state);
  private final LaunchCalls launches = new LaunchCalls(state);
  private final MemorySegment out = arena.allocate(64, 8);

  @BeforeEach
  void open() {
    device.cuInit(0);
    device.cuDevicePrimaryCtxRetain(out.address(), 0);
    device.cuCtxSetCurrent(result());
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private long result() {
    return out.get(ValueLayout.JAVA_LONG, 0);
  }

  private long allocate(long bytes) {
    memory.cuMemAlloc_v2(out.address(), bytes);
    return result();
  }

  private long upload(float... values) {
    long block = allocate(4L * values.length);
    memory.cuMemcpyHtoD_v2(
        block, arena.allocateFrom(ValueLayout.JAVA_FLOAT, values).address(), 4L * values.length);
    return block;
  }

  private float[] download(long block, int n) {
    var host = arena.allocate(4L * n, 8);
    memory.cuMemcpyDtoH_v2(host.address(), block, 4L * n);
    return host.toArray(ValueLayout.JAVA_FLOAT);
  }

  private long load(String ptx) {
    modules.cuModuleLoadData(out.address(), arena.allocateFrom(ptx).address());
    return result();
  }

  private long scale() {
    modules.cuModuleGetFunction(
        out.address(), load(SCALE), arena.allocateFrom("scale_f32").address());
    return result();
  }

  private int launch(long function, int grid, int block, long x, int n) {
    var values = arena.allocateFrom(ValueLayout.JAVA_LONG, x, n);
    var pointers =
        arena.allocateFrom(ValueLayout.JAVA_LONG, values.address(), values.address() + 8);
    return launches.cuLaunchKernel(function, grid, 1, 1, block, 1, 1, 0, 0, pointers.address(), 0);
  }

  private static void fails(Status status, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            CudaError.class, e -> assertThat(e.status()).as(e.getMessage()).isEqualTo(status))
        .hasMessageContaining(text);
  }

  @Test
  void runsAKernel() {
    long x = upload(1, 2, 3, 4, 5);
    launch(scale(), 2, 3, x, 5);
    assertThat(download(x, 5)).containsExactly(2, 4, 6, 8, 10);
  }

  @Test
  void parametersMayComeInOnePiece() {
    long x = upload(1, 2);
    var packed = arena.allocateFrom(ValueLayout.JAVA_LONG, x, 2);
    var bytes = arena.allocateFrom(ValueLayout.JAVA_LONG, 12);
    var extra =
        arena.allocateFrom(ValueLayout.JAVA_LONG, 1, packed.address(), 2, bytes.address(), 0);
    long kernel = scale();
    launches.cuLaunchKernel(kernel, 1, 1, 1, 32, 1, 1, 0, 0, 0, extra.address());
    assertThat(download(x, 2)).containsExactly(2, 4);
    bytes.set(ValueLayout.JAVA_LONG, 0, 16);
    fails(
        Status.INVALID_VALUE,
        "'scale_f32': its 2 parameters have 12 bytes, got 16",
        () -> launches.cuLaunchKernel(kernel, 1, 1, 1, 32, 1, 1, 0, 0, 0, extra.address()));
  }

  @Test
  void variablesOfAModuleCanBeWritten() {
    long module = load(SCALE);
    var name = arena.allocateFrom("factor");
    modules.cuModuleGetGlobal_v2(out.address(), out.address() + 8, module, name.address());
    assertThat(out.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(4);
    memory.cuMemsetD32_v2(result(), Float.floatToIntBits(3), 1);
    modules.cuModuleGetFunction(out.address(), module, arena.allocateFrom("scale_f32").address());
    long kernel = result();
    long x = upload(1, 2);
    launch(kernel, 1, 2, x, 2);
    assertThat(download(x, 2)).containsExactly(3, 6);
  }

  @Test
  void refusesCopiesOutsideABlock() {
    long block = allocate(16);
    long host = arena.allocate(64).address();
    fails(
        Status.INVALID_VALUE,
        "16 bytes from byte 8 on leave a block of 16 bytes",
        () -> memory.cuMemcpyHtoD_v2(block + 8, host, 16));
    memory.cuMemFree_v2(block);
    fails(
        Status.INVALID_VALUE,
        "use after free: byte 4 of a block of 16 bytes",
        () -> memory.cuMemcpyDtoH_v2(host, block + 4, 4));
    fails(Status.INVALID_VALUE, "was freed before", () -> memory.cuMemFree_v2(block));
    fails(Status.INVALID_VALUE, "in no block", () -> memory.cuMemcpyDtoH_v2(host, 77, 4));
    fails(Status.INVALID_VALUE, "not aligned", () -> memory.cuMemsetD32_v2(upload(1) + 1, 0, 1));
  }

  @Test
  void memoryEnds() {
    allocate(1 << 19);
    fails(
        Status.OUT_OF_MEMORY,
        "1,048,576 bytes asked for, 524,288 free of 1,048,576",
        () -> allocate(1 << 20));
  }

  @Test
  void refusesBadLaunches() {
    long kernel = scale();
    long x = upload(1);
    fails(Status.INVALID_VALUE, "expected a grid of at least 1", () -> launch(kernel, 0, 1, x, 1));
    fails(Status.INVALID_VALUE, "expected a block of", () -> launch(kernel, 1, 0, x, 1));
    assertThatThrownBy(() -> launch(kernel, 1, 1025, x, 1))
        .hasMessageContaining("at most 1024 threads");
    fails(Status.INVALID_HANDLE, "there is no function", () -> launch(99, 1, 1, x, 1));
    fails(
        Status.INVALID_VALUE,
        "has 2 parameters, got none",
        () -> launches.cuLaunchKernel(kernel, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0));
    fails(
        Status.INVALID_HANDLE,
        "there is no stream",
        () -> launches.cuLaunchKernel(kernel, 1, 1, 1, 1, 1, 1, 0, 12345, 0, 0));
    fails(
        Status.INVALID_VALUE,
        "have to be asked for",
        () -> launches.cuLaunchKernel(kernel, 1, 1, 1, 1, 1, 1, 60 << 10, 0, 0, 0));
  }

  @Test
  void aFaultStaysInTheContext() {
    long kernel = scale();
    long x = upload(1, 2, 3);
    fails(
        Status.ILLEGAL_ADDRESS, "scale_f32<<<1,1,1, 32,1,1>>>", () -> launch(kernel, 1, 32, x, 32));
    fails(Status.ILLEGAL_ADDRESS, "out of bounds", () -> allocate(4));
    fails(Status.ILLEGAL_ADDRESS, "out of bounds", device::cuCtxSynchronize);
  }

  @Test
  void modulesAreForTheDevice() {
    fails(Status.NO_BINARY_FOR_GPU, "sm_90", () -> load(SCALE.replace("sm_75", "sm_90")));
    fails(Status.UNSUPPORTED_PTX_VERSION, "9.0", () -> load(SCALE.replace("7.0", "9.0")));
    fails(Status.INVALID_IMAGE, "expected PTX text", () -> load("nothing"));
    long module = load(SCALE);
    fails(
        Status.NOT_FOUND,
        "there is no kernel 'nobody'; the module has scale_f32",
        () ->
            modules.cuModuleGetFunction(
                out.address(), module, arena.allocateFrom("nobody").address()));
    modules.cuModuleUnload(module);
    fails(Status.INVALID_HANDLE, "was destroyed before", () -> modules.cuModuleUnload(module));
  }

  @Test
  void callsNeedAContext() {
    device.cuCtxSetCurrent(0);
    fails(Status.INVALID_CONTEXT, "no context is current", () -> allocate(4));
    fails(Status.INVALID_DEVICE, "got 3", () -> device.cuDeviceGet(out.address(), 3));
    var fresh = new DeviceCalls(new DriverState(new SimSettings(80, 1, false)));
    fails(Status.NOT_INITIALIZED, "cuInit", () -> fresh.cuDeviceGetCount(out.address()));
  }

  @Test
  void eventsTellTime() {
    streams.cuStreamCreate(out.address(), 1);
    long stream = result();
    streams.cuEventCreate(out.address(), 0);
    long from = result();
    streams.cuEventCreate(out.address(), 0);
    long to = result();
    streams.cuEventRecord(from, stream);
    fails(
        Status.INVALID_HANDLE,
        "not recorded",
        () -> streams.cuEventElapsedTime(out.address(), from, to));
    streams.cuEventRecord(to, stream);
    streams.cuEventElapsedTime(out.address(), from, to);
    assertThat(out.get(ValueLayout.JAVA_FLOAT, 0)).isNotNegative();
  }

  @Test
  void leaksAreReported() {
    allocate(100);
    streams.cuStreamCreate(out.address(), 0);
    memory.cuMemHostAlloc(out.address(), 64, 0);
    device.cuDevicePrimaryCtxRelease_v2(0);
    assertThat(state.leaks())
        .containsExactly("1 blocks of 100 bytes", "1 pinned host blocks", "1 streams");
    fails(Status.INVALID_CONTEXT, "was destroyed", () -> allocate(4));
  }

  @Test
  void sanitizersCanWatch() {
    var watched = new DriverState(new SimSettings(80, 1 << 20, true));
    watched.initialise();
    watched.retain();
    watched.setCurrent(true);
    var context = watched.context();
    long x = context.allocate(8); // never written
    var kernel = LoadedModule.of(context, SCALE);
    long function = context.functions.add(kernel.module.kernel("scale_f32"));
    var values = arena.allocateFrom(ValueLayout.JAVA_LONG, x, 2);
    var pointers =
        arena.allocateFrom(ValueLayout.JAVA_LONG, values.address(), values.address() + 8);
    fails(
        Status.LAUNCH_FAILED,
        "uninit",
        () ->
            new LaunchCalls(watched)
                .cuLaunchKernel(function, 1, 1, 1, 2, 1, 1, 0, 0, pointers.address(), 0));
  }
}
