package org.kanface.kernels.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A library that NVIDIA ships apart from the driver, in a major version that JCuda's natives can
/// be
/// used with: looked for where the system loads libraries from, then in the usual folders of CUDA.
///
/// @param name as people know it
/// @param stem of the file's name
/// @param major version
/// @param pip the packages of Python that it comes in, for CUDA 12 and 13
/// @param first what has to be loaded before it where it lies in a folder of CUDA: files whose
/// names
///     begin so
record NvidiaLibrary(String name, String stem, int major, String pip, List<String> first) {
  static final NvidiaLibrary CUBLAS =
      new NvidiaLibrary("cuBLAS", "cublas", 12, "nvidia-cublas-cu12", List.of("libcublasLt.so.12"));

  /// What comes with CUDA 13; the natives are made to ask for it ([NeededLibrary]).
  static final NvidiaLibrary CUBLAS_13 =
      new NvidiaLibrary("cuBLAS", "cublas", 13, "nvidia-cublas", List.of("libcublasLt.so.13"));

  /// One name for both versions of CUDA: it brings what it needs of either.
  static final NvidiaLibrary CUDNN =
      new NvidiaLibrary(
          "cuDNN",
          "cudnn",
          9,
          "nvidia-cudnn-cu12 or nvidia-cudnn-cu13",
          List.of(
              "libnvrtc.so.12",
              "libcublasLt.so.12",
              "libcublas.so.12",
              "libnvrtc.so.13",
              "libcublasLt.so.13",
              "libcublas.so.13"));

  /// Looks for its builtins by a name that ends in the minor version.
  static final NvidiaLibrary NVRTC =
      new NvidiaLibrary(
          "NVRTC", "nvrtc", 12, "nvidia-cuda-nvrtc-cu12", List.of("libnvrtc-builtins.so.12"));

  static final NvidiaLibrary NVRTC_13 =
      new NvidiaLibrary(
          "NVRTC", "nvrtc", 13, "nvidia-cuda-nvrtc", List.of("libnvrtc-builtins.so.13"));

  /// Where CUDA and what belongs to it is installed when nobody says otherwise.
  static List<Path> folders(Map<String, String> environment) {
    var roots = new ArrayList<Path>();
    for (String variable : List.of("CUDNN_PATH", "CUDA_PATH", "CUDA_HOME")) {
      String value = environment.get(variable);
      if (value != null && !value.isBlank()) {
        roots.add(Path.of(value));
      }
    }
    roots.add(Path.of("/usr/local/cuda"));
    roots.add(Path.of("/usr/local/cuda-12"));
    roots.add(Path.of("/usr/local/cuda-13"));
    return roots.stream().flatMap(r -> Stream.of(r.resolve("lib64"), r.resolve("lib"))).toList();
  }

  /// Its file's name.
  String file() {
    return "lib%s.so.%d".formatted(stem, major);
  }

  /// Loads it for the life of the process; empty where that worked, else one sentence.
  Optional<String> missing() {
    if (loads(file())) {
      return Optional.empty();
    }
    List<Path> folders = folders(System.getenv());
    var found = folders.stream().map(f -> f.resolve(file())).filter(Files::exists).findFirst();
    if (found.isEmpty()) {
      return Optional.of(absent(folders));
    }
    Path folder = found.get().resolveSibling("");
    List<String> beside = names(folder);
    first.stream()
        .flatMap(start -> beside.stream().filter(n -> n.startsWith(start)))
        .forEach(n -> loads(folder.resolve(n).toString()));
    return loads(found.get().toString())
        ? Optional.empty()
        : Optional.of(
            "%s cannot be loaded: a library that it needs is missing".formatted(found.get()));
  }

  @SuppressWarnings("restricted")
  private static boolean loads(String library) {
    try {
      SymbolLookup.libraryLookup(library, Arena.global());
      return true;
    } catch (IllegalArgumentException _) { // no such library, or one that it needs
      return false;
    }
  }

  /// What to say where it is in none of `folders`.
  String absent(List<Path> folders) {
    String wanted = "%s %d is not installed".formatted(name, major);
    String advice = "it comes with CUDA, or from pip as " + pip;
    for (Path folder : folders) {
      Optional<String> other = other(folder);
      if (other.isPresent()) {
        return "%s: found %s in %s, expected %s; %s"
            .formatted(wanted, other.get(), folder, file(), advice);
      }
    }
    return "%s: %s is neither in LD_LIBRARY_PATH nor below CUDA_PATH or /usr/local/cuda; %s"
        .formatted(wanted, file(), advice);
  }

  /// Another major version's file.
  private Optional<String> other(Path folder) {
    return names(folder).stream().filter(f -> f.matches("lib" + stem + "\\.so\\.\\d+")).findFirst();
  }

  /// Names of all files of a folder, in order; none where there is no such folder.
  private List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("looking for %s in %s".formatted(name, folder), e);
    }
  }
}
