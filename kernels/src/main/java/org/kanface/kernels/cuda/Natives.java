package org.kanface.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import jcuda.LibUtils;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;
import jcuda.nvrtc.JNvrtc;
import org.jspecify.annotations.Nullable;
import org.kanface.kernels.DriverStandIn;

/// JCuda's JNI libraries, unpacked where nobody else can write.
///
/// JCuda looks for them under fixed names in the temp folder and loads what it finds there. So it
/// is shown a private folder, with the right file already in it, for as long as it loads one.
enum Natives {
  DRIVER("JCudaDriver"),
  BLAS("JCublas2"),
  DNN("JCudnn"),
  NVRTC("JNvrtc");

  private static final String VERSION = "12.6.0";

  private final String library;

  Natives(String library) {
    this.library = library;
  }

  /// Loads the JNI library against NVIDIA's, or against what `standIn` puts in its place.
  ///
  /// Throws [UnsatisfiedLinkError] where it cannot be loaded.
  ///
  /// @param needed the library's name that it was built with
  /// @param found the name of the one that it shall use
  void load(@Nullable DriverStandIn standIn, String needed, String found) {
    try {
      Path folder = Files.createTempDirectory("kanface-cuda");
      try {
        Path unpacked = unpack(folder);
        if (!found.equals(needed)) {
          NeededLibrary.replace(unpacked, needed, found);
        }
        if (standIn != null) {
          standIn.load(unpacked);
        }
        initialise(folder);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new IllegalStateException("JCuda's libraries cannot be unpacked: " + e.getMessage(), e);
    }
  }

  private Path unpack(Path folder) throws IOException {
    String file = "lib" + LibUtils.createPlatformLibraryName(library + "-" + VERSION) + ".so";
    try (var in = JCudaDriver.class.getResourceAsStream("/lib/" + file)) {
      if (in == null) {
        throw new IOException(file + " is not on the class path");
      }
      Path target = folder.resolve(file);
      Files.copy(in, target);
      return target;
    }
  }

  /// A class loads its library when it is first used.
  private void initialise(Path folder) {
    String before = System.getProperty("java.io.tmpdir");
    System.setProperty("java.io.tmpdir", folder.toString());
    try {
      switch (this) {
        case DRIVER -> JCudaDriver.setExceptionsEnabled(false);
        case BLAS -> JCublas2.setExceptionsEnabled(false);
        case DNN -> JCudnn.setExceptionsEnabled(false);
        case NVRTC -> JNvrtc.setExceptionsEnabled(false);
      }
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
