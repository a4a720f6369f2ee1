package org.kanface.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// JCuda's natives for libraries of CUDA 12, made to ask for those of CUDA 13.
class NeededLibraryTest {
  private static final String OLD = "libcublas.so.12";
  private static final String NEW = "libcublas.so.13";

  @Test
  void nameAndVersionNodeOfCublasChangeTogether(@TempDir Path folder) throws IOException {
    check(folder, "JCublas2", OLD, NEW);
  }

  @Test
  void nameAndVersionNodeOfNvrtcChangeTogether(@TempDir Path folder) throws IOException {
    check(folder, "JNvrtc", "libnvrtc.so.12", "libnvrtc.so.13");
  }

  private static void check(Path folder, String natives, String needed, String found)
      throws IOException {
    byte[] original;
    String resource = "/lib/lib%s-12.6.0-linux-x86_64.so".formatted(natives);
    try (var in = NeededLibraryTest.class.getResourceAsStream(resource)) {
      original = Objects.requireNonNull(in).readAllBytes();
    }
    Path file = Files.write(folder.resolve("natives.so"), original);

    NeededLibrary.replace(file, needed, found);
    byte[] changed = Files.readAllBytes(file);

    assertThat(new String(changed, StandardCharsets.ISO_8859_1).contains('\0' + found + '\0'))
        .isTrue();
    int different = 0;
    for (int i = 0; i < original.length; i++) {
      different += original[i] == changed[i] ? 0 : 1;
    }
    assertThat(different).as("the digit in the name, the last byte of its hash").isEqualTo(2);
    assertThatThrownBy(() -> NeededLibrary.replace(file, needed, found))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": expected it to need " + needed);

    NeededLibrary.replace(file, found, needed);
    assertThat(Files.readAllBytes(file)).isEqualTo(original);
  }

  @Test
  void onlyLibrariesAreChanged(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("text.so"), "text");

    assertThatThrownBy(() -> NeededLibrary.replace(file, OLD, NEW))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": expected a 64-bit ELF file");
    assertThatThrownBy(() -> NeededLibrary.replace(file, OLD, "libcublas.so"))
        .hasMessage("expected a name of 15 characters, got libcublas.so");
  }
}
