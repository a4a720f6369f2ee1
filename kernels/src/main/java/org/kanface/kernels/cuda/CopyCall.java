package org.kanface.kernels.cuda;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;

import jcuda.driver.CUstream;

/// A copy on the device.
record CopyCall(DevicePointer source, DevicePointer target, long bytes) implements DeviceCall {
  @Override
  public void enqueue(CUstream stream) {
    CudaException.check(
        cuMemcpyDtoDAsync(target, source, bytes, stream), "[copy] %,d bytes on the device", bytes);
  }
}
