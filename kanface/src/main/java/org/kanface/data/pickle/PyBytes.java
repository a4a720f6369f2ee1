package org.kanface.data.pickle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A Python byte string (or a Python 2 `str`): a view of the pickle where it was stored verbatim.
///
/// Its memory lives as long as the pickle's own.
public record PyBytes(MemorySegment memory) {
  public static PyBytes of(byte[] bytes) {
    return new PyBytes(MemorySegment.ofArray(bytes));
  }

  public long size() {
    return memory.byteSize();
  }

  /// A copy of the bytes.
  public byte[] toArray() {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public String toString() {
    return "bytes[" + size() + "]";
  }
}
