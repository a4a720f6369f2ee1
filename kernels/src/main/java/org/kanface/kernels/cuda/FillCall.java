package org.kanface.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuMemsetD8Async;

import jcuda.driver.CUstream;

/// Sets each byte of a block to `value`.
record FillCall(DevicePointer target, byte value, long bytes) implements DeviceCall {
  @Override
  public void enqueue(CUstream stream) {
    CudaException.check(
        cuMemsetD8Async(target, value, bytes, stream), "[fill] %,d bytes on the device", bytes);
  }
}
