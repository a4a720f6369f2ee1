package org.kanface.tools.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A copy from pinned memory that was enqueued. The simulated device has made it at once, a real
/// one
/// makes it some time before the program has waited for it: until then the block must keep what it
/// held.
final class HostRead {
  private final long address;
  private final MemorySegment source;
  private final MemorySegment content;
  private boolean done;

  HostRead(long address, long bytes) {
    this.address = address;
    source = Host.at(address, bytes);
    content = MemorySegment.ofArray(source.toArray(ValueLayout.JAVA_BYTE));
  }

  boolean isDone() {
    return done;
  }

  boolean overlaps(long other, long bytes) {
    return other < address + source.byteSize() && address < other + bytes;
  }

  /// The program has waited for it. Throws where the block was written to before.
  void finish() {
    if (done) {
      return;
    }
    done = true;
    long changed = source.mismatch(content);
    if (changed >= 0) {
      throw new CudaError(
          Status.LAUNCH_FAILED,
          "byte %,d of the pinned memory at 0x%x was written to before its copy to the device was"
              + " waited for",
          changed,
          address);
    }
  }
}
