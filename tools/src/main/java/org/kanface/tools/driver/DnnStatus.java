package org.kanface.tools.driver;

import java.util.List;

/// Results of cuDNN calls, with the numbers and names of version 9.
final class DnnStatus {
  static final LibraryStatus SUCCESS = new LibraryStatus(0, "CUDNN_STATUS_SUCCESS");
  static final LibraryStatus NOT_INITIALIZED =
      new LibraryStatus(1001, "CUDNN_STATUS_NOT_INITIALIZED");
  static final LibraryStatus BAD_PARAM = new LibraryStatus(2000, "CUDNN_STATUS_BAD_PARAM");
  static final LibraryStatus NULL_POINTER =
      new LibraryStatus(2002, "CUDNN_STATUS_BAD_PARAM_NULL_POINTER");
  static final LibraryStatus MISALIGNED =
      new LibraryStatus(2003, "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER");
  static final LibraryStatus NOT_FINALIZED =
      new LibraryStatus(2004, "CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED");
  static final LibraryStatus TOO_SMALL =
      new LibraryStatus(2006, "CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT");
  static final LibraryStatus SHAPE_MISMATCH =
      new LibraryStatus(2008, "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH");
  static final LibraryStatus NOT_SUPPORTED = new LibraryStatus(3000, "CUDNN_STATUS_NOT_SUPPORTED");
  static final LibraryStatus INTERNAL_ERROR =
      new LibraryStatus(4000, "CUDNN_STATUS_INTERNAL_ERROR");
  static final LibraryStatus ALLOCATION_FAILED =
      new LibraryStatus(4003, "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED");
  static final LibraryStatus EXECUTION_FAILED =
      new LibraryStatus(5000, "CUDNN_STATUS_EXECUTION_FAILED");

  private static final List<LibraryStatus> ALL =
      List.of(
          SUCCESS,
          NOT_INITIALIZED,
          BAD_PARAM,
          NULL_POINTER,
          MISALIGNED,
          NOT_FINALIZED,
          TOO_SMALL,
          SHAPE_MISMATCH,
          NOT_SUPPORTED,
          INTERNAL_ERROR,
          ALLOCATION_FAILED,
          EXECUTION_FAILED);

  private DnnStatus() {}

  static LibraryFailures.Codes codes() {
    return new LibraryFailures.Codes(
        EXECUTION_FAILED, ALLOCATION_FAILED, NOT_SUPPORTED, INTERNAL_ERROR);
  }

  static LibraryStatus of(int code) {
    return ALL.stream().filter(s -> s.code == code).findFirst().orElse(INTERNAL_ERROR);
  }

  static void require(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new LibraryError(BAD_PARAM, message, arguments);
    }
  }
}
