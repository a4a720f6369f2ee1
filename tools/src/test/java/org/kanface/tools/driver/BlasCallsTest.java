package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The simulated cuBLAS: what it computes, and what it refuses.
class BlasCallsTest {
  private final DriverState state = new DriverState(new SimSettings(90, 1 << 20, false));
  private final BlasCalls blas = new BlasCalls(state);
  private final GemmCalls gemm = new GemmCalls(blas);
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment out = arena.allocate(8, 8);
  private final long one = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1).address();
  private final long zero = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0).address();
  private long handle;

  @BeforeEach
  void open() {
    state.initialise();
    state.retain();
    state.setCurrent(true);
    blas.cublasCreate_v2(out.address());
    handle = out.get(ValueLayout.JAVA_LONG, 0);
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private long floats(float... values) {
    return block(MemorySegment.ofArray(values));
  }

  private long block(MemorySegment values) {
    long address = state.context().allocate(values.byteSize());
    state.context().device.memory(address, values.byteSize()).copyFrom(values);
    return address;
  }

  private MemorySegment content(long block, long bytes) {
    return state.context().device.peek(block, bytes);
  }

  /// `c = op(a)·op(b)`, all 2 × 2.
  private void product(int transA, int transB, long a, long b, long c) {
    gemm.cublasSgemm_v2(handle, transA, transB, 2, 2, 2, one, a, 2, b, 2, zero, c, 2);
  }

  private static void fails(LibraryStatus status, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(LibraryError.class, e -> assertThat(e.status()).isSameAs(status))
        .hasMessageContaining(text);
  }

  @Test
  void matricesAreColumnMajor() {
    long a = floats(1, 2, 3, 4); // 1 3 / 2 4
    long b = floats(5, 6, 7, 8); // 5 7 / 6 8
    long c = state.context().allocate(16);
    product(0, 0, a, b, c);
    assertThat(content(c, 16).toArray(ValueLayout.JAVA_FLOAT)).containsExactly(23, 34, 31, 46);
    product(1, 0, a, b, c);
    assertThat(content(c, 16).toArray(ValueLayout.JAVA_FLOAT)).containsExactly(17, 39, 23, 53);
    product(0, 1, a, b, c);
    assertThat(content(c, 16).toArray(ValueLayout.JAVA_FLOAT)).containsExactly(26, 38, 30, 44);
  }

  @Test
  void factorsMayLieOnTheDevice() {
    blas.cublasSetPointerMode_v2(handle, 1);
    long c = floats(1, 1, 1, 1);
    long two = floats(2);
    long half = floats(0.5f);
    long a = floats(1, 0, 0, 1);
    gemm.cublasSgemm_v2(handle, 0, 0, 2, 2, 2, two, a, 2, a, 2, half, c, 2);
    assertThat(content(c, 16).toArray(ValueLayout.JAVA_FLOAT))
        .containsExactly(2.5f, 0.5f, 0.5f, 2.5f);
    assertThatThrownBy(
            () -> gemm.cublasSgemm_v2(handle, 0, 0, 2, 2, 2, one, a, 2, a, 2, half, c, 2))
        .hasMessageContaining("in no block of the device");
  }

  @Test
  void batchesAreStrided() {
    long a = floats(1, 2, 3, 4);
    long b = floats(10);
    long c = state.context().allocate(16);
    gemm.cublasSgemmStridedBatched(handle, 0, 0, 1, 1, 1, one, a, 1, 1, b, 1, 0, zero, c, 1, 1, 4);
    assertThat(content(c, 16).toArray(ValueLayout.JAVA_FLOAT)).containsExactly(10, 20, 30, 40);
    fails(
        BlasStatus.INVALID_VALUE,
        "strideC",
        () ->
            gemm.cublasSgemmStridedBatched(
                handle, 0, 0, 1, 1, 1, one, a, 1, 1, b, 1, 0, zero, c, 1, 0, 4));
  }

  @Test
  void halvesAccumulateInSingle() {
    short[] halves = {Float.floatToFloat16(1024), Float.floatToFloat16(1 / 1024f)};
    long a = block(MemorySegment.ofArray(halves));
    long b = block(MemorySegment.ofArray(new short[] {0x3c00, 0x3c00})); // ones
    long c = state.context().allocate(4);
    gemm.cublasGemmEx(handle, 1, 0, 1, 1, 2, one, a, 2, 2, b, 2, 2, zero, c, 0, 1, 68, -1);
    assertThat(content(c, 4).get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(1024 + 1 / 1024f);
    long brains = block(MemorySegment.ofArray(new short[] {0x3f80, 0x4000})); // 1, 2
    gemm.cublasGemmEx(
        handle, 1, 0, 1, 1, 2, one, brains, 14, 2, brains, 14, 2, zero, c, 14, 1, 68, 99);
    assertThat(content(c, 2).get(ValueLayout.JAVA_SHORT, 0)).isEqualTo((short) 0x40a0); // 5
    fails(
        BlasStatus.NOT_SUPPORTED,
        "no product of types 2 and 14",
        () ->
            gemm.cublasGemmEx(
                handle, 0, 0, 1, 1, 1, one, a, 2, 1, b, 14, 1, zero, c, 0, 1, 68, -1));
    fails(
        BlasStatus.INVALID_VALUE,
        "algorithm",
        () ->
            gemm.cublasGemmEx(handle, 0, 0, 1, 1, 1, one, a, 2, 1, b, 2, 1, zero, c, 0, 1, 68, 50));
  }

  /// 1 + 2⁻¹² is 1 in TF32 and F16, 1 + 2⁻⁹ is 1 in BF16 too.
  @Test
  void factorsAreRoundedWhereTheModeAllowsIt() {
    long a = floats(1 + 0x1p-12f);
    long b = floats(1 + 0x1p-9f);
    long c = state.context().allocate(4);
    for (int compute : new int[] {68, 69, 74, 75, 77}) {
      gemm.cublasGemmEx(handle, 0, 0, 1, 1, 1, one, a, 0, 1, b, 0, 1, zero, c, 0, 1, compute, -1);
      float expected =
          switch (compute) {
            case 74, 77 -> 1 + 0x1p-9f;
            case 75 -> 1;
            default -> (1 + 0x1p-12f) * (1 + 0x1p-9f);
          };
      assertThat(content(c, 4).get(ValueLayout.JAVA_FLOAT, 0))
          .as("%d", compute)
          .isEqualTo(expected);
    }
    blas.cublasSetMathMode(handle, 3); // TF32
    gemm.cublasSgemm_v2(handle, 0, 0, 1, 1, 1, one, a, 1, b, 1, zero, c, 1);
    assertThat(content(c, 4).get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(1 + 0x1p-9f);
    gemm.cublasGemmEx(handle, 0, 0, 1, 1, 1, one, a, 0, 1, b, 0, 1, zero, c, 0, 1, 69, -1);
    assertThat(content(c, 4).get(ValueLayout.JAVA_FLOAT, 0)).isNotEqualTo(1 + 0x1p-9f); // pedantic
  }

  /// Sums of half products are float32: 2⁻²⁴ is lost beside 1 at once.
  @Test
  void sumsOfHalvesAreRoundedAsTheyGrow() {
    short[] halves = {Float.floatToFloat16(1), Float.floatToFloat16(0x1p-12f)};
    var many = new short[5];
    Arrays.fill(many, halves[1]);
    many[0] = halves[0];
    long a = block(MemorySegment.ofArray(many));
    long c = state.context().allocate(4);
    gemm.cublasGemmEx(handle, 1, 0, 1, 1, 5, one, a, 2, 5, a, 2, 5, zero, c, 0, 1, 68, -1);
    assertThat(content(c, 4).get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(1);
    fails(
        BlasStatus.INVALID_VALUE,
        "not aligned",
        () ->
            gemm.cublasGemmEx(
                handle, 0, 0, 1, 1, 1, one, a + 1, 2, 1, a, 2, 1, zero, c, 0, 1, 68, -1));
  }

  @Test
  void refusesBadArguments() {
    long a = floats(1, 2, 3, 4);
    long c = state.context().allocate(16);
    fails(
        BlasStatus.INVALID_VALUE,
        "transb: expected 0, 1 or 2, got 3",
        () -> product(0, 3, a, a, c));
    fails(
        BlasStatus.INVALID_VALUE,
        "lda: expected at least 2, got 1",
        () -> gemm.cublasSgemm_v2(handle, 0, 0, 2, 2, 2, one, a, 1, a, 2, zero, c, 2));
    fails(
        BlasStatus.INVALID_VALUE,
        "ldb: expected at least 3, got 2",
        () -> gemm.cublasSgemm_v2(handle, 0, 1, 2, 3, 1, one, a, 2, a, 2, zero, c, 2));
    fails(
        BlasStatus.INVALID_VALUE,
        "m: expected at least 0, got -1",
        () -> gemm.cublasSgemm_v2(handle, 0, 0, -1, 2, 2, one, a, 2, a, 2, zero, c, 2));
    fails(
        BlasStatus.INVALID_VALUE,
        "alpha: expected a pointer",
        () -> gemm.cublasSgemm_v2(handle, 0, 0, 2, 2, 2, 0, a, 2, a, 2, zero, c, 2));
    fails(BlasStatus.INVALID_VALUE, "C overlaps an operand", () -> product(0, 0, a, a, a));
    fails(BlasStatus.INVALID_VALUE, "an operand's pointer is null", () -> product(0, 0, 0, a, c));
    fails(
        BlasStatus.INVALID_VALUE,
        "there is no math mode 7",
        () -> blas.cublasSetMathMode(handle, 7));
    fails(
        BlasStatus.NOT_INITIALIZED,
        "there is no cuBLAS handle",
        () -> blas.cublasSetStream_v2(12345, 0));
    assertThatThrownBy(() -> blas.cublasSetStream_v2(handle, 12345))
        .hasMessageContaining("there is no stream");
  }

  @Test
  void operandsLieInLiveBlocks() {
    long a = floats(1, 2, 3, 4);
    long c = state.context().allocate(12);
    assertThatThrownBy(() -> product(0, 0, a, a, c))
        .isInstanceOf(CudaError.class)
        .hasMessageContaining("leave a block of 12 bytes");
    long d = state.context().allocate(16);
    state.context().free(a);
    assertThatThrownBy(() -> product(0, 0, a, a, d))
        .isInstanceOf(CudaError.class)
        .hasMessageContaining("use after free");
  }

  @Test
  void handlesAreReturned() {
    blas.cublasCreate_v2(out.address());
    blas.cublasDestroy_v2(handle);
    fails(
        BlasStatus.NOT_INITIALIZED,
        "was destroyed before",
        () -> blas.cublasSetStream_v2(handle, 0));
    state.release();
    assertThat(state.leaks()).containsExactly("1 cuBLAS handles");
  }

  @Test
  void textsSayWhatWentWrong() {
    var failures = new LibraryFailures("cuBLAS", BlasStatus.codes());
    assertThat(failures.refused("cublasDgemm_v2")).isEqualTo(15);
    assertThat(Host.string(blas.cublasGetStatusString(15)))
        .isEqualTo("CUBLAS_STATUS_NOT_SUPPORTED (cublasDgemm_v2: not in the simulated cuBLAS)");
    assertThat(Host.string(blas.cublasGetStatusName(7))).isEqualTo("CUBLAS_STATUS_INVALID_VALUE");
  }
}
