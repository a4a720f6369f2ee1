package org.kanface.kernels.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What can be found out about NVIDIA's driver before JCuda is loaded: JCuda itself fails with a
/// page of stack traces where there is none.
///
/// @param platform whether JCuda has natives for this operating system and processor
/// @param found whether `libcuda.so.1` can be loaded
/// @param status what `cuInit` returned
/// @param version of CUDA that the driver supports, times 1000
/// @param capabilities the compute capability of each GPU that it sees, times 10
record DriverProbe(
    boolean platform, boolean found, int status, int version, List<Integer> capabilities) {
  private static final int OLDEST = 12000;
  private static final int OLDEST_GPU = 75; // what the oldest PTX is for
  private static final int NO_DEVICE = 100;

  /// Looks at this machine.
  static DriverProbe here() {
    boolean platform =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")
            && System.getProperty("os.arch", "").equals("amd64");
    if (!platform) {
      return new DriverProbe(false, false, 0, 0, List.of());
    }
    try (var arena = Arena.ofConfined()) {
      return ask(library(), arena.allocate(ValueLayout.JAVA_INT));
    } catch (IllegalArgumentException _) { // no such library
      return new DriverProbe(true, false, 0, 0, List.of());
    }
  }

  /// Stays loaded: a driver that was started does not like to be unloaded.
  @SuppressWarnings("restricted")
  private static SymbolLookup library() {
    return SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());
  }

  private static DriverProbe ask(SymbolLookup cuda, MemorySegment number) {
    int version = call(cuda, "cuDriverGetVersion", number) == 0 ? value(number) : 0;
    int status = call(cuda, "cuInit", 0);
    int devices = status == 0 && call(cuda, "cuDeviceGetCount", number) == 0 ? value(number) : 0;
    var capabilities = new ArrayList<Integer>();
    for (int ordinal = 0; ordinal < devices; ordinal++) {
      capabilities.add(
          10 * attribute(cuda, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, ordinal, number)
              + attribute(cuda, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, ordinal, number));
    }
    return new DriverProbe(true, true, status, version, List.copyOf(capabilities));
  }

  /// 0 where the driver does not say.
  private static int attribute(SymbolLookup cuda, int which, int ordinal, MemorySegment number) {
    return call(cuda, "cuDeviceGet", number, ordinal) == 0
            && call(cuda, "cuDeviceGetAttribute", number, which, value(number)) == 0
        ? value(number)
        : 0;
  }

  private static int value(MemorySegment number) {
    return number.get(ValueLayout.JAVA_INT, 0);
  }

  @SuppressWarnings("restricted")
  private static int call(SymbolLookup cuda, String name, Object... arguments) {
    var layouts =
        Arrays.stream(arguments)
            .map(a -> a instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS)
            .toArray(MemoryLayout[]::new);
    var function =
        Linker.nativeLinker()
            .downcallHandle(
                cuda.findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts));
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name + " cannot be called", e);
    }
  }

  /// Empty where device `ordinal` can be used, else what is missing.
  Optional<String> missing(int ordinal) {
    if (!platform) {
      return Optional.of("JCuda's natives here are for Linux on x86-64 alone");
    }
    if (!found) {
      return Optional.of("there is no NVIDIA driver (libcuda.so.1 is not installed)");
    }
    if (version < OLDEST) {
      return Optional.of(
          "the NVIDIA driver is too old: it supports CUDA %d.%d, expected 12.0 or newer"
              .formatted(version / 1000, version % 1000 / 10));
    }
    if (status == NO_DEVICE || status == 0 && capabilities.isEmpty()) {
      return Optional.of("the NVIDIA driver sees no GPU");
    }
    if (status != 0) {
      return Optional.of("the NVIDIA driver does not start: cuInit returned error " + status);
    }
    int devices = capabilities.size();
    if (ordinal >= devices) {
      return Optional.of(
          devices == 1
              ? "there is GPU 0 alone, got " + ordinal
              : "there are GPUs 0 to %d, got %d".formatted(devices - 1, ordinal));
    }
    int capability = capabilities.get(ordinal);
    return capability >= OLDEST_GPU
        ? Optional.empty()
        : Optional.of(
            "GPU %d has compute capability %d.%d, expected 7.5 or newer"
                .formatted(ordinal, capability / 10, capability % 10));
  }
}
