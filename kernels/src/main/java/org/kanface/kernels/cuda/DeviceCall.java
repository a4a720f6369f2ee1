package org.kanface.kernels.cuda;

import jcuda.driver.CUstream;

/// One call that a context enqueues: a kernel's launch, a call of a library, a copy or a fill on
/// the device. Two calls are equal where they do the same to the same blocks.
interface DeviceCall {
  /// Enqueues it on `stream`.
  void enqueue(CUstream stream);

  /// The same call in memory of its own, good for as long as its blocks.
  default DeviceCall kept() {
    return this;
  }
}
