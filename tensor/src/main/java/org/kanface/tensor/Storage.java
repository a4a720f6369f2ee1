package org.kanface.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import org.kanface.kernels.Memory;

/// A pooled block that tensors share; it goes back to the pool when the last of them closes.
final class Storage {
  private final Device device;
  private final Memory memory;
  private final AtomicInteger owners = new AtomicInteger(1);

  Storage(Device device, long bytes) {
    this.device = device;
    this.memory = device.pool().take(bytes);
  }

  Device device() {
    return device;
  }

  Memory memory() {
    return memory;
  }

  boolean isShared() {
    return owners.get() > 1;
  }

  void retain() {
    owners.incrementAndGet();
  }

  void release() {
    if (owners.decrementAndGet() == 0) {
      device.pool().giveBack(memory);
    }
  }
}
