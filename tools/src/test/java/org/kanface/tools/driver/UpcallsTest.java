package org.kanface.tools.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The libraries that are written here load, and their functions are Java methods.
@SuppressWarnings("restricted")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class UpcallsTest {
  static final class Calls {
    int cuTwice(int x) {
      return 2 * x;
    }

    int cuMixed(long a, byte b, float c, int d, int e, int f, int g, long h) {
      return (int) (a + b + c + d + e + f + g + h);
    }

    int cuThrows(long ignored) {
      throw new IllegalStateException("no");
    }
  }

  static final class Told implements Upcalls.Failures {
    final List<String> told = new ArrayList<>();

    @Override
    public int failed(String function, Throwable thrown) {
      told.add(function + ": " + thrown.getMessage());
      return 7;
    }

    @Override
    public int refused(String function) {
      told.add(function + " refused");
      return 8;
    }
  }

  @Test
  void functionsOfAWrittenLibraryAreMethods(@TempDir Path folder) throws Throwable {
    var told = new Told();
    new Upcalls(told, new Calls())
        .load(folder, "libkanfacetest.so.3", "KANFACE_3", List.of("cuTwice", "cuOne", "cuTwo"));
    assertThat(folder).isEmptyDirectory();
    assertThat(call("cuTwice", 21)).isEqualTo(42);
    assertThat(call("cuOne", 1)).isEqualTo(8);
    assertThat(call("cuTwo", 1)).isEqualTo(8);
    assertThat(call("cuThrows", 1)).isEqualTo(7);
    assertThat(told.told).containsExactly("cuOne refused", "cuTwo refused", "cuThrows: no");
    var mixed =
        Linker.nativeLinker()
            .downcallHandle(
                SymbolLookup.loaderLookup().find("cuMixed").orElseThrow(),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_BYTE,
                    ValueLayout.JAVA_FLOAT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    assertThat((int) mixed.invokeExact(1L, (byte) 2, 4f, 8, 16, 32, 64, 128L)).isEqualTo(255);
  }

  private static int call(String name, int argument) throws Throwable {
    var function =
        Linker.nativeLinker()
            .downcallHandle(
                SymbolLookup.loaderLookup().find(name).orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    return (int) function.invokeExact(argument);
  }

  @Test
  void readsWhatALibraryNeeds(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("libJCudaDriver.so");
    try (var in = getClass().getResourceAsStream("/lib/libJCudaDriver-12.6.0-linux-x86_64.so")) {
      Files.copy(in, file);
    }
    ElfImports imports = ElfImports.of(file);
    assertThat(imports.libraries()).contains("libcuda.so.1", "libc.so.6");
    assertThat(imports.symbols(s -> s.matches("cu[A-Z].*")))
        .hasSize(312)
        .contains("cuInit", "cuLaunchKernel", "cuMemAlloc_v2")
        .doesNotContain("JNI_OnLoad");
  }
}
