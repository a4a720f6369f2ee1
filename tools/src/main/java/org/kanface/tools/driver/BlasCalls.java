package org.kanface.tools.driver;

import static org.kanface.tools.driver.BlasStatus.INVALID_VALUE;
import static org.kanface.tools.driver.BlasStatus.NOT_INITIALIZED;

import java.util.Set;

/// cuBLAS's handles and what is set on them.
final class BlasCalls {
  private static final int VERSION = 120_600; // 12.6
  private static final long CUDART = 12_060;
  private static final int DEVICE = 1; // pointer mode
  private static final int TENSOR_OP_MATH = 1;
  private static final int TF32_TENSOR_OP_MATH = 3;
  private static final Set<Integer> MATH_MODES = Set.of(0, 1, 2, 3, 16, 17, 18, 19);

  /// A handle's settings.
  static final class Handle {
    private long stream;
    private int pointerMode;
    private int mathMode;
    private int atomicsMode;
    private boolean hasWorkspace;

    boolean pointsToDevice() {
      return pointerMode == DEVICE;
    }

    long stream() {
      return stream;
    }

    boolean hasWorkspace() {
      return hasWorkspace;
    }

    /// Whether float32 may be rounded to TF32.
    boolean allowsTf32() {
      return mathMode == TENSOR_OP_MATH || mathMode == TF32_TENSOR_OP_MATH;
    }
  }

  private final DriverState state;

  BlasCalls(DriverState state) {
    this.state = state;
  }

  SimContext context() {
    return state.context();
  }

  /// A live handle of the current context.
  Handle handle(long handle) {
    try {
      return state.context().blas.get(handle);
    } catch (CudaError e) {
      throw new LibraryError(NOT_INITIALIZED, e);
    }
  }

  int cublasCreate_v2(long handle) {
    requirePointer(handle);
    Host.putLong(handle, state.context().blas.add(new Handle()));
    return 0;
  }

  int cublasDestroy_v2(long handle) {
    handle(handle);
    state.context().blas.remove(handle);
    return 0;
  }

  int cublasGetVersion_v2(long handle, long version) {
    requirePointer(version);
    Host.putInt(version, VERSION);
    return 0;
  }

  /// `MAJOR_VERSION` 0, `MINOR_VERSION` 1, `PATCH_LEVEL` 2.
  int cublasGetProperty(int type, long value) {
    requirePointer(value);
    if (type < 0 || type > 2) {
      throw new LibraryError(INVALID_VALUE, "there is no property %d", type);
    }
    Host.putInt(value, new int[] {12, 6, 0}[type]);
    return 0;
  }

  long cublasGetCudartVersion() {
    return CUDART;
  }

  int cublasSetStream_v2(long handle, long stream) {
    Handle h = handle(handle);
    state.context().requireStream(stream);
    h.stream = stream;
    h.hasWorkspace = false; // cuBLAS goes back to its own
    return 0;
  }

  int cublasGetStream_v2(long handle, long stream) {
    requirePointer(stream);
    Host.putLong(stream, handle(handle).stream);
    return 0;
  }

  /// Memory of the caller that replaces the handle's own; not needed here, but checked.
  int cublasSetWorkspace_v2(long handle, long workspace, long bytes) {
    Handle h = handle(handle);
    if (workspace % 256 != 0) {
      throw new LibraryError(INVALID_VALUE, "the workspace is not aligned to 256 bytes");
    }
    state.context().requireInside(workspace, bytes);
    h.hasWorkspace = true;
    return 0;
  }

  int cublasSetPointerMode_v2(long handle, int mode) {
    Handle h = handle(handle);
    requireMode("pointer mode", mode, mode == 0 || mode == DEVICE);
    h.pointerMode = mode;
    return 0;
  }

  int cublasGetPointerMode_v2(long handle, long mode) {
    requirePointer(mode);
    Host.putInt(mode, handle(handle).pointerMode);
    return 0;
  }

  int cublasSetMathMode(long handle, int mode) {
    Handle h = handle(handle);
    requireMode("math mode", mode, MATH_MODES.contains(mode));
    h.mathMode = mode;
    return 0;
  }

  int cublasGetMathMode(long handle, long mode) {
    requirePointer(mode);
    Host.putInt(mode, handle(handle).mathMode);
    return 0;
  }

  int cublasSetAtomicsMode(long handle, int mode) {
    Handle h = handle(handle);
    requireMode("atomics mode", mode, mode == 0 || mode == 1);
    h.atomicsMode = mode;
    return 0;
  }

  int cublasGetAtomicsMode(long handle, long mode) {
    requirePointer(mode);
    Host.putInt(mode, handle(handle).atomicsMode);
    return 0;
  }

  long cublasGetStatusName(int status) {
    return BlasStatus.of(status).symbol();
  }

  long cublasGetStatusString(int status) {
    return BlasStatus.of(status).said();
  }

  private static void requireMode(String what, int mode, boolean known) {
    if (!known) {
      throw new LibraryError(INVALID_VALUE, "there is no %s %d", what, mode);
    }
  }

  private static void requirePointer(long address) {
    if (address == 0) {
      throw new LibraryError(INVALID_VALUE, "a result's pointer is null");
    }
  }
}
