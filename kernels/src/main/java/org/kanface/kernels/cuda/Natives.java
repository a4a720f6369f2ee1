package org.kanface.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import jcuda.LibUtils;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DriverStandIn;

/// JCuda's JNI libraries, unpacked where nobody else can write.
///
/// JCuda looks for them under fixed names in the temp folder and loads what it finds there. So it
/// is
/// shown a private folder, with the right files already in it, for as long as it loads them.
final class Natives {
  private static final String VERSION = "12.6.0";

  private Natives() {}

  /// Loads the driver's JNI library against NVIDIA's driver, or against `standIn`.
  ///
  /// Throws [UnsatisfiedLinkError] where it cannot be loaded.
  static void load(@Nullable DriverStandIn standIn) {
    try {
      Path folder = Files.createTempDirectory("kanface-cuda");
      try {
        Path library = unpack("JCudaDriver", folder);
        if (standIn != null) {
          standIn.load(library);
        }
        initialise(folder);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new IllegalStateException("JCuda's libraries cannot be unpacked: " + e.getMessage(), e);
    }
  }

  private static Path unpack(String name, Path folder) throws IOException {
    String file = "lib" + LibUtils.createPlatformLibraryName(name + "-" + VERSION) + ".so";
    try (var in = JCudaDriver.class.getResourceAsStream("/lib/" + file)) {
      if (in == null) {
        throw new IOException(file + " is not on the class path");
      }
      Path target = folder.resolve(file);
      Files.copy(in, target);
      return target;
    }
  }

  private static void initialise(Path folder) {
    String before = System.getProperty("java.io.tmpdir");
    System.setProperty("java.io.tmpdir", folder.toString());
    try {
      JCudaDriver.setExceptionsEnabled(false); // its class loads the library when first used
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }
  }

  /// A loaded library needs its file no more.
  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
