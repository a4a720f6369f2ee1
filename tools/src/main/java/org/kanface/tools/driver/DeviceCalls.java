package org.kanface.tools.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Initialisation, the device and its primary context.
final class DeviceCalls {
  private static final int VERSION = 12060;

  private final DriverState state;

  DeviceCalls(DriverState state) {
    this.state = state;
  }

  int cuInit(int flags) {
    if (flags != 0) {
      throw new CudaError(Status.INVALID_VALUE, "expected flags 0, got %d", flags);
    }
    state.initialise();
    return 0;
  }

  int cuDriverGetVersion(long version) {
    Host.putInt(version, VERSION);
    return 0;
  }

  int cuDeviceGetCount(long count) {
    state.requireInitialised();
    Host.putInt(count, 1);
    return 0;
  }

  int cuDeviceGet(long device, int ordinal) {
    state.requireDevice(ordinal);
    Host.putInt(device, DriverState.DEVICE);
    return 0;
  }

  int cuDeviceGetName(long name, int length, int device) {
    state.requireDevice(device);
    byte[] text = state.settings.name().getBytes(StandardCharsets.US_ASCII);
    if (length < 1) {
      throw new CudaError(Status.INVALID_VALUE, "a name of %d bytes", length);
    }
    var target = Host.at(name, length).fill((byte) 0);
    int bytes = Math.min(text.length, length - 1);
    MemorySegment.copy(text, 0, target, ValueLayout.JAVA_BYTE, 0, bytes);
    return 0;
  }

  int cuDeviceTotalMem_v2(long bytes, int device) {
    state.requireDevice(device);
    Host.putLong(bytes, state.settings.memory());
    return 0;
  }

  int cuDeviceGetAttribute(long value, int attribute, int device) {
    state.requireDevice(device);
    Host.putInt(
        value,
        switch (attribute) {
          case 1, 2, 3 -> 1024; // threads a block, in all and in x and y
          case 4 -> 64; // in z
          case 5 -> Integer.MAX_VALUE; // blocks a grid in x
          case 6, 7 -> 65535; // in y and z
          case 8 -> 48 << 10; // shared memory a block
          case 9 -> 64 << 10; // constant memory
          case 10 -> 32; // lanes
          case 12, 82 -> 65536; // registers a block, a multiprocessor
          case 13 -> 1_000_000; // kHz
          case 14 -> 512; // alignment of textures
          case 16 -> 4; // multiprocessors
          case 31, 41 -> 1; // kernels at a time; unified addresses
          case 39 -> 2048; // threads a multiprocessor
          case 40 -> 1; // copy engines
          case 75 -> state.settings.capability() / 10;
          case 76 -> state.settings.capability() % 10;
          case 81 -> 228 << 10; // shared memory a multiprocessor
          case 97 -> 227 << 10; // a block, where it opts in
          default ->
              throw new CudaError(
                  Status.NOT_SUPPORTED, "attribute %d is not in the simulated driver", attribute);
        });
    return 0;
  }

  int cuDevicePrimaryCtxRetain(long context, int device) {
    state.requireDevice(device);
    state.retain();
    Host.putLong(context, DriverState.CONTEXT);
    return 0;
  }

  int cuDevicePrimaryCtxRelease_v2(int device) {
    state.requireDevice(device);
    state.release();
    return 0;
  }

  int cuDevicePrimaryCtxGetState(int device, long flags, long active) {
    state.requireDevice(device);
    Host.putInt(flags, 0);
    Host.putInt(active, state.isActive() ? 1 : 0);
    return 0;
  }

  int cuCtxSetCurrent(long context) {
    state.requireInitialised();
    if (context != 0 && (context != DriverState.CONTEXT || !state.isActive())) {
      throw new CudaError(Status.INVALID_CONTEXT, "there is no context 0x%x", context);
    }
    state.setCurrent(context != 0);
    return 0;
  }

  int cuCtxGetCurrent(long context) {
    state.requireInitialised();
    Host.putLong(context, state.isCurrent() ? DriverState.CONTEXT : 0);
    return 0;
  }

  int cuCtxGetDevice(long device) {
    state.context();
    Host.putInt(device, DriverState.DEVICE);
    return 0;
  }

  int cuCtxSynchronize() {
    state.context().finishAll();
    return 0;
  }
}
