package org.kanface.kernels;

/// Memory of an accelerator: not addressable from Java.
public non-sealed interface DeviceMemory extends Memory {}
