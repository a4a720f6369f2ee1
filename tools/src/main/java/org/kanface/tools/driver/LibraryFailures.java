package org.kanface.tools.driver;

/// What a library above the driver returns where a call fails.
///
/// @param library as people know it
/// @param codes what it returns for what the calls themselves do not name
record LibraryFailures(String library, Codes codes) implements Upcalls.Failures {
  /// @param execution a pointer that is no memory of the device, or a device that has failed
  /// @param memory too little memory on the host
  /// @param notSupported a function that is not here
  /// @param internal everything else
  record Codes(
      LibraryStatus execution,
      LibraryStatus memory,
      LibraryStatus notSupported,
      LibraryStatus internal) {}

  @Override
  public int failed(String function, Throwable thrown) {
    LibraryStatus status =
        switch (thrown) {
          case LibraryError e -> e.status();
          case CudaError _ -> codes.execution;
          case OutOfMemoryError _ -> codes.memory;
          default -> codes.internal;
        };
    boolean known = thrown instanceof LibraryError || thrown instanceof CudaError;
    status.say("%s: %s".formatted(function, known ? thrown.getMessage() : thrown));
    return status.code;
  }

  @Override
  public int refused(String function) {
    return failed(
        function, new LibraryError(codes.notSupported, "not in the simulated %s", library));
  }
}
