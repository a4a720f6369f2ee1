package org.kanface.kernels.cuda;

import jcuda.driver.CUdeviceptr;

/// A device pointer whose address can be read, to be packed among a kernel's arguments. Equal are
/// those to the same address.
final class DevicePointer extends CUdeviceptr {
  DevicePointer() {}

  private DevicePointer(DevicePointer base, long offset) {
    super(base, offset);
  }

  DevicePointer plus(long bytes) {
    return new DevicePointer(this, bytes);
  }

  long address() {
    return getNativePointer() + getByteOffset();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DevicePointer p && p.address() == address();
  }

  @Override
  public int hashCode() {
    return Long.hashCode(address());
  }
}
