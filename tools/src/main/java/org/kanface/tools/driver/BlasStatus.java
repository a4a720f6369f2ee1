package org.kanface.tools.driver;

import java.util.List;

/// Results of cuBLAS calls, with its numbers and names.
final class BlasStatus {
  static final LibraryStatus SUCCESS = new LibraryStatus(0, "CUBLAS_STATUS_SUCCESS");
  static final LibraryStatus NOT_INITIALIZED =
      new LibraryStatus(1, "CUBLAS_STATUS_NOT_INITIALIZED");
  static final LibraryStatus ALLOC_FAILED = new LibraryStatus(3, "CUBLAS_STATUS_ALLOC_FAILED");
  static final LibraryStatus INVALID_VALUE = new LibraryStatus(7, "CUBLAS_STATUS_INVALID_VALUE");
  static final LibraryStatus ARCH_MISMATCH = new LibraryStatus(8, "CUBLAS_STATUS_ARCH_MISMATCH");
  static final LibraryStatus EXECUTION_FAILED =
      new LibraryStatus(13, "CUBLAS_STATUS_EXECUTION_FAILED");
  static final LibraryStatus INTERNAL_ERROR = new LibraryStatus(14, "CUBLAS_STATUS_INTERNAL_ERROR");
  static final LibraryStatus NOT_SUPPORTED = new LibraryStatus(15, "CUBLAS_STATUS_NOT_SUPPORTED");

  private static final List<LibraryStatus> ALL =
      List.of(
          SUCCESS,
          NOT_INITIALIZED,
          ALLOC_FAILED,
          INVALID_VALUE,
          ARCH_MISMATCH,
          EXECUTION_FAILED,
          INTERNAL_ERROR,
          NOT_SUPPORTED);

  private BlasStatus() {}

  static LibraryFailures.Codes codes() {
    return new LibraryFailures.Codes(EXECUTION_FAILED, ALLOC_FAILED, NOT_SUPPORTED, INTERNAL_ERROR);
  }

  static LibraryStatus of(int code) {
    return ALL.stream().filter(s -> s.code == code).findFirst().orElse(INTERNAL_ERROR);
  }
}
