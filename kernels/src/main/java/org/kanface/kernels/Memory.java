package org.kanface.kernels;

/// A block of memory on the host or on a device, with a length in bytes and an owner.
///
/// Kernels read and write from the block's first byte; [#slice] gives a view that starts elsewhere.
/// Closing the owner releases the block; closing a slice does nothing.
public sealed interface Memory extends AutoCloseable permits HostMemory, DeviceMemory {
  /// Length in bytes.
  long byteSize();

  /// A view of `bytes` bytes from `byteOffset` on; throws [IndexOutOfBoundsException] outside the
  /// block.
  Memory slice(long byteOffset, long bytes);

  @Override
  void close();
}
