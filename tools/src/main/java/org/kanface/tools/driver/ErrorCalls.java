package org.kanface.tools.driver;

import org.kanface.tools.ptx.Fault;
import org.kanface.tools.ptx.ir.PtxException;

/// Names and texts of errors. The text of a status is CUDA's, followed by what went wrong the last
/// time that a call returned it: the one place where a caller of the real API would look.
final class ErrorCalls implements Upcalls.Failures {
  @Override
  public int failed(String function, Throwable thrown) {
    Status status =
        switch (thrown) {
          case CudaError e -> e.status();
          case PtxException _ -> Status.INVALID_PTX;
          case Fault _ -> Status.INVALID_VALUE;
          case IllegalArgumentException _, IndexOutOfBoundsException _ -> Status.INVALID_VALUE;
          case OutOfMemoryError _ -> Status.OUT_OF_MEMORY;
          default -> Status.UNKNOWN;
        };
    String detail = thrown instanceof CudaError ? thrown.getMessage() : thrown.toString();
    if (thrown instanceof PtxException || thrown instanceof Fault) {
      detail = thrown.getMessage();
    }
    status.say("%s: %s".formatted(function, detail));
    return status.code;
  }

  @Override
  public int refused(String function) {
    return failed(function, new CudaError(Status.NOT_SUPPORTED, "not in the simulated driver"));
  }

  int cuGetErrorName(int error, long target) {
    Host.putLong(target, status(error).symbol());
    return 0;
  }

  int cuGetErrorString(int error, long target) {
    Host.putLong(target, status(error).said());
    return 0;
  }

  private static Status status(int error) {
    for (Status s : Status.values()) {
      if (s.code == error) {
        return s;
      }
    }
    throw new CudaError(Status.INVALID_VALUE, "%d is no error of this driver", error);
  }
}
