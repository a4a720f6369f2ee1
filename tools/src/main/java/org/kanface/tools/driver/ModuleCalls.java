package org.kanface.tools.driver;

import org.kanface.tools.ptx.SimKernel;

/// Modules of PTX, their functions and variables.
final class ModuleCalls {
  private final DriverState state;

  ModuleCalls(DriverState state) {
    this.state = state;
  }

  int cuModuleLoadData(long module, long image) {
    SimContext context = state.context();
    var loaded = LoadedModule.of(context, Host.string(image));
    Host.putLong(module, context.modules.add(loaded));
    return 0;
  }

  /// Options of the compiler are accepted and have no effect.
  int cuModuleLoadDataEx(long module, long image, int count, long options, long values) {
    return cuModuleLoadData(module, image);
  }

  int cuModuleUnload(long module) {
    SimContext context = state.context();
    LoadedModule unloaded = context.modules.remove(module);
    unloaded.functions.values().forEach(context.functions::remove);
    unloaded.module.close();
    return 0;
  }

  int cuModuleGetFunction(long function, long module, long name) {
    SimContext context = state.context();
    LoadedModule from = context.modules.get(module);
    String wanted = Host.string(name);
    Long known = from.functions.get(wanted);
    if (known == null) {
      if (!from.module.kernels().contains(wanted)) {
        throw new CudaError(
            Status.NOT_FOUND,
            "there is no kernel '%s'; the module has %s",
            wanted,
            String.join(", ", from.module.kernels()));
      }
      known = context.functions.add(from.module.kernel(wanted));
      from.functions.put(wanted, known);
    }
    Host.putLong(function, known);
    return 0;
  }

  int cuModuleGetGlobal_v2(long pointer, long bytes, long module, long name) {
    LoadedModule from = state.context().modules.get(module);
    String wanted = Host.string(name);
    long address;
    try {
      address = from.variable(wanted);
    } catch (IllegalArgumentException e) {
      throw new CudaError(Status.NOT_FOUND, "%s", String.valueOf(e.getMessage()));
    }
    if (pointer != 0) {
      Host.putLong(pointer, address);
    }
    if (bytes != 0) {
      Host.putLong(bytes, from.module.globalBytes(wanted));
    }
    return 0;
  }

  int cuFuncGetAttribute(long value, int attribute, long function) {
    SimKernel kernel = state.context().functions.get(function);
    Host.putInt(
        value,
        switch (attribute) {
          case 0 -> 1024; // most threads a block
          case 1 -> kernel.sharedBytes();
          default ->
              throw new CudaError(
                  Status.NOT_SUPPORTED, "attribute %d is not in the simulated driver", attribute);
        });
    return 0;
  }

  /// More dynamic shared memory than 48 KiB has to be asked for first.
  int cuFuncSetAttribute(long function, int attribute, int value) {
    SimContext context = state.context();
    SimKernel kernel = context.functions.get(function);
    if (attribute != 8) {
      throw new CudaError(
          Status.NOT_SUPPORTED, "attribute %d is not in the simulated driver", attribute);
    }
    if (value < 0 || value > LaunchCalls.MOST_SHARED - kernel.sharedBytes()) {
      throw new CudaError(
          Status.INVALID_VALUE, "%d bytes of dynamic shared memory for '%s'", value, kernel.name());
    }
    context.optedIn.put(kernel, value);
    return 0;
  }
}
