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

/// JCuda's natives for cuBLAS 12, made to ask for cuBLAS 13.
class NeededLibraryTest {
  private static final String OLD = "libcublas.so.12";
  private static final String NEW = "libcublas.so.13";

  @Test
  void nameAndVersionNodeChangeTogether(@TempDir Path folder) throws IOException {
    byte[] original;
    String resource = "/lib/libJCublas2-12.6.0-linux-x86_64.so";
    try (var in = NeededLibraryTest.class.getResourceAsStream(resource)) {
      original = Objects.requireNonNull(in).readAllBytes();
    }
    Path file = Files.write(folder.resolve("natives.so"), original);

    NeededLibrary.replace(file, OLD, NEW);
    byte[] changed = Files.readAllBytes(file);

    assertThat(new String(changed, StandardCharsets.ISO_8859_1).contains('\0' + NEW + '\0'))
        .isTrue();
    int different = 0;
    for (int i = 0; i < original.length; i++) {
      different += original[i] == changed[i] ? 0 : 1;
    }
    assertThat(different).as("the digit in the name, the last byte of its hash").isEqualTo(2);
    assertThatThrownBy(() -> NeededLibrary.replace(file, OLD, NEW))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": expected it to need libcublas.so.12");

    NeededLibrary.replace(file, NEW, OLD);
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
