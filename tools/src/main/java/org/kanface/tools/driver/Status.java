package org.kanface.tools.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Results of driver calls, with CUDA's numbers and names.
enum Status {
  SUCCESS(0, "no error"),
  INVALID_VALUE(1, "invalid argument"),
  OUT_OF_MEMORY(2, "out of memory"),
  NOT_INITIALIZED(3, "initialization error"),
  INVALID_DEVICE(101, "invalid device ordinal"),
  INVALID_IMAGE(200, "device kernel image is invalid"),
  INVALID_CONTEXT(201, "invalid device context"),
  NO_BINARY_FOR_GPU(209, "no kernel image is available for execution on the device"),
  INVALID_PTX(218, "a PTX JIT compilation failed"),
  UNSUPPORTED_PTX_VERSION(222, "the provided PTX was compiled with an unsupported toolchain."),
  INVALID_HANDLE(400, "invalid resource handle"),
  NOT_FOUND(500, "named symbol not found"),
  NOT_READY(600, "device not ready"),
  ILLEGAL_ADDRESS(700, "an illegal memory access was encountered"),
  LAUNCH_OUT_OF_RESOURCES(701, "too many resources requested for launch"),
  LAUNCH_TIMEOUT(702, "the launch timed out and was terminated"),
  ASSERT(710, "device-side assert triggered"),
  MISALIGNED_ADDRESS(716, "misaligned address"),
  LAUNCH_FAILED(719, "unspecified launch failure"),
  NOT_SUPPORTED(801, "operation not supported"),
  STREAM_CAPTURE_UNSUPPORTED(900, "operation not permitted when stream is capturing"),
  ILLEGAL_STATE(401, "the operation cannot be performed in the present state"),
  UNKNOWN(999, "unknown error");

  private static final int LONGEST = 4096; // bytes of a text, with its zero

  final int code;
  final String text;
  private final long symbol; // addresses, for the life of the process
  private final long said;

  Status(int code, String text) {
    this.code = code;
    this.text = text;
    symbol =
        Arena.global().allocateFrom(code == 0 ? "CUDA_SUCCESS" : "CUDA_ERROR_" + name()).address();
    MemorySegment space = Arena.global().allocate(LONGEST);
    space.setString(0, text);
    said = space.address();
  }

  /// As in `cuda.h`.
  long symbol() {
    return symbol;
  }

  /// CUDA's text, and what went wrong the last time.
  long said() {
    return said;
  }

  /// Keeps what went wrong.
  synchronized void say(String detail) {
    String whole = "%s (%s)".formatted(text, detail);
    Host.at(said, LONGEST)
        .setString(0, whole.substring(0, Math.min(whole.length(), LONGEST / 3 - 1)));
  }
}
