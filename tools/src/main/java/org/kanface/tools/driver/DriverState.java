package org.kanface.tools.driver;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The driver's side of the process: one device, its primary context, and which thread uses it.
final class DriverState {
  static final int DEVICE = 0;
  static final long CONTEXT = 0x5900_0000_0000L; // the handle of the primary context

  final SimSettings settings;
  private final ThreadLocal<Boolean> current = ThreadLocal.withInitial(() -> false);
  private boolean initialised;
  private int retained;
  private @Nullable SimContext primary;
  private List<String> leaks = List.of();

  DriverState(SimSettings settings) {
    this.settings = settings;
  }

  void initialise() {
    initialised = true;
  }

  void requireInitialised() {
    if (!initialised) {
      throw new CudaError(Status.NOT_INITIALIZED, "cuInit has not been called");
    }
  }

  void requireDevice(int device) {
    requireInitialised();
    if (device != DEVICE) {
      throw new CudaError(Status.INVALID_DEVICE, "there is device 0 alone, got %d", device);
    }
  }

  void retain() {
    if (primary == null) {
      primary = new SimContext(settings);
    }
    retained++;
  }

  void release() {
    if (primary == null) {
      throw new CudaError(Status.INVALID_CONTEXT, "the primary context is not retained");
    }
    if (--retained == 0) {
      leaks = primary.close();
      primary = null;
      if (!leaks.isEmpty()) {
        System.getLogger("org.kanface.driver")
            .log(
                System.Logger.Level.WARNING,
                "the context was destroyed with {0} still in it",
                String.join(", ", leaks));
      }
    }
  }

  boolean isActive() {
    return primary != null;
  }

  void setCurrent(boolean isCurrent) {
    current.set(isCurrent);
  }

  boolean isCurrent() {
    return current.get();
  }

  /// The calling thread's context, in working order.
  SimContext context() {
    requireInitialised();
    if (!current.get()) {
      throw new CudaError(Status.INVALID_CONTEXT, "no context is current on this thread");
    }
    if (primary == null) {
      throw new CudaError(Status.INVALID_CONTEXT, "the current context was destroyed");
    }
    primary.requireHealthy();
    return primary;
  }

  /// What the last context that was destroyed still held.
  List<String> leaks() {
    return leaks;
  }
}
