package org.kanface.tools.driver;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.kanface.tools.ptx.SimModule;

/// A module, and the functions and variables that were asked of it.
final class LoadedModule {
  private static final Pattern TARGET = Pattern.compile("(?m)^\\s*\\.target\\s+sm_(\\d+)");
  private static final Pattern VERSION = Pattern.compile("(?m)^\\s*\\.version\\s+(\\d+)\\.(\\d+)");
  private static final int NEWEST = 85; // PTX 8.5, of CUDA 12.6

  final SimModule module;
  final Map<String, Long> functions = new HashMap<>();
  private final Map<Long, Long> variables = new HashMap<>(); // sizes by address

  private LoadedModule(SimModule module) {
    this.module = module;
  }

  /// Compiles PTX as a driver of CUDA 12.6 for `context`'s device does.
  static LoadedModule of(SimContext context, String ptx) {
    var version = VERSION.matcher(ptx);
    var target = TARGET.matcher(ptx);
    if (!version.find() || !target.find()) {
      throw new CudaError(
          Status.INVALID_IMAGE, "expected PTX text with .version and .target, got something else");
    }
    int number = 10 * Integer.parseInt(version.group(1)) + Integer.parseInt(version.group(2));
    if (number > NEWEST) {
      throw new CudaError(
          Status.UNSUPPORTED_PTX_VERSION,
          "PTX %s.%s is newer than the driver's 8.5",
          version.group(1),
          version.group(2));
    }
    int wanted = Integer.parseInt(target.group(1));
    int has = context.settings.capability();
    if (wanted > has) {
      throw new CudaError(
          Status.NO_BINARY_FOR_GPU,
          "the PTX is for sm_%d and newer, the device is an sm_%d",
          wanted,
          has);
    }
    return new LoadedModule(context.device.load(ptx));
  }

  long variable(String name) {
    long address = module.global(name);
    variables.put(address, module.globalBytes(name));
    return address;
  }

  boolean holds(long address, long bytes) {
    for (var v : variables.entrySet()) {
      if (address >= v.getKey() && address - v.getKey() <= v.getValue() - bytes) {
        return true;
      }
    }
    return false;
  }
}
