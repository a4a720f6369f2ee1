package org.kanface.tools.kernels;

import java.lang.foreign.ValueLayout;
import org.kanface.kernels.HostMemory;

/// One block twice: for the plain loops on the host, and on the simulated device.
///
/// @param device its address there
/// @param size elements
record Twin(String name, HostMemory host, long device, int size) {
  float get(int i) {
    return host.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
  }
}
