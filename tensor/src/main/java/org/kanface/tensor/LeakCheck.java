package org.kanface.tensor;

/// Counts the blocks that a piece of work leaves allocated on a device, for tests.
///
/// `try (var _ = LeakCheck.on(device)) { … }` fails with [AssertionError] where more or fewer
/// blocks are alive after the work than before. Other work on the device at the same time disturbs
/// it.
public final class LeakCheck implements AutoCloseable {
  private final Device device;
  private final MemoryPool.Stats before;

  private LeakCheck(Device device) {
    this.device = device;
    this.before = device.pool().stats();
  }

  public static LeakCheck on(Device device) {
    return new LeakCheck(device);
  }

  /// Blocks alive now that were not at the beginning; those of an empty tensor count too.
  public long newBlocks() {
    return device.pool().stats().liveBlocks() - before.liveBlocks();
  }

  @Override
  public void close() {
    long blocks = newBlocks();
    if (blocks != 0) {
      long bytes = device.pool().stats().liveBytes() - before.liveBytes();
      throw new AssertionError(
          "device "
              + device
              + ": "
              + Math.abs(blocks)
              + (blocks > 0 ? " blocks leaked (" : " blocks too many were freed (")
              + Math.abs(bytes)
              + " bytes)");
    }
  }
}
