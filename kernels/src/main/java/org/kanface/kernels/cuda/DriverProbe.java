package org.kanface.kernels.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Optional;

/// What can be found out about NVIDIA's driver before JCuda is loaded: JCuda itself fails with a
/// page of stack traces where there is none.
///
/// @param platform whether JCuda has natives for this operating system and processor
/// @param found whether `libcuda.so.1` can be loaded
/// @param status what `cuInit` returned
/// @param version of CUDA that the driver supports, times 1000
/// @param devices how many GPUs it sees
record DriverProbe(boolean platform, boolean found, int status, int version, int devices) {
  private static final int OLDEST = 12000;
  private static final int NO_DEVICE = 100;

  /// Looks at this machine.
  static DriverProbe here() {
    boolean platform =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")
            && System.getProperty("os.arch", "").equals("amd64");
    if (!platform) {
      return new DriverProbe(false, false, 0, 0, 0);
    }
    try (var arena = Arena.ofConfined()) {
      return ask(library(), arena.allocate(ValueLayout.JAVA_INT));
    } catch (IllegalArgumentException _) { // no such library
      return new DriverProbe(true, false, 0, 0, 0);
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
    return new DriverProbe(true, true, status, version, devices);
  }

  private static int value(MemorySegment number) {
    return number.get(ValueLayout.JAVA_INT, 0);
  }

  @SuppressWarnings("restricted")
  private static int call(SymbolLookup cuda, String name, Object argument) {
    var layout = argument instanceof Integer ? ValueLayout.JAVA_INT : ValueLayout.ADDRESS;
    var function =
        Linker.nativeLinker()
            .downcallHandle(
                cuda.findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, layout));
    try {
      return (int) function.invoke(argument);
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
    if (status == NO_DEVICE || status == 0 && devices == 0) {
      return Optional.of("the NVIDIA driver sees no GPU");
    }
    if (status != 0) {
      return Optional.of("the NVIDIA driver does not start: cuInit returned error " + status);
    }
    if (ordinal >= devices) {
      return Optional.of(
          devices == 1
              ? "there is GPU 0 alone, got " + ordinal
              : "there are GPUs 0 to %d, got %d".formatted(devices - 1, ordinal));
    }
    return Optional.empty();
  }
}
