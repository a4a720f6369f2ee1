package org.kanface.tools.ptxc;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/// NVIDIA's assembler as JCuda's natives contain it: works without CUDA and without a GPU.
final class Assembler {
  private static final Pattern ENTRY =
      Pattern.compile(
          "Compiling entry function '(\\w+)' for '(\\w+)'(.*?)"
              + "(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads(.*?)"
              + "Used (\\d+) registers([^\\n]*)",
          Pattern.DOTALL);
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

  /// What one kernel takes on one GPU architecture.
  ///
  /// @param shared bytes of static shared memory
  /// @param stack bytes of local memory that are no spills
  /// @param spills bytes stored and loaded because registers ran out
  record Row(String kernel, String gpu, int registers, int shared, int stack, int spills) {}

  private Assembler() {}

  /// Loads the native library, which JCuda unpacks into the folder for temporary files under a name
  /// that anyone could guess: it gets a folder of its own.
  static void load() throws IOException {
    String before = System.getProperty("java.io.tmpdir");
    Path folder = Files.createTempDirectory("kanface-ptxas");
    try {
      System.setProperty("java.io.tmpdir", folder.toString());
      JNvPTXCompiler.setExceptionsEnabled(false);
    } finally {
      System.setProperty("java.io.tmpdir", before);
      try (Stream<Path> files = Files.walk(folder)) { // the library stays mapped
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  /// Assembles `ptx` for `gpu` (`sm_75`); throws [AssertionError] with its message where it
  /// refuses.
  static List<Row> assemble(String ptx, String gpu) {
    var handle = new nvPTXCompilerHandle();
    byte[] text = ptx.getBytes(StandardCharsets.UTF_8);
    require(JNvPTXCompiler.nvPTXCompilerCreate(handle, text.length, text), "create", gpu);
    try {
      String[] options = {"--gpu-name=" + gpu, "--verbose"};
      int status = JNvPTXCompiler.nvPTXCompilerCompile(handle, options.length, options);
      var size = new long[1];
      if (status != 0) {
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(handle, size);
        var log = new byte[(int) size[0] + 1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(handle, log);
        throw new AssertionError("%s, status %d: %s".formatted(gpu, status, string(log)));
      }
      require(JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(handle, size), "size of the log", gpu);
      var log = new byte[(int) size[0] + 1];
      require(JNvPTXCompiler.nvPTXCompilerGetInfoLog(handle, log), "log", gpu);
      return rows(string(log));
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(handle);
    }
  }

  private static void require(int status, String what, String gpu) {
    if (status != 0) {
      throw new AssertionError("%s, %s: status %d".formatted(gpu, what, status));
    }
  }

  private static String string(byte[] zeroEnded) {
    return new String(zeroEnded, StandardCharsets.UTF_8).replace("\0", "").strip();
  }

  private static List<Row> rows(String log) {
    var rows = new ArrayList<Row>();
    var entries = ENTRY.matcher(log);
    while (entries.find()) {
      var shared = SHARED.matcher(entries.group(9));
      rows.add(
          new Row(
              entries.group(1),
              entries.group(2),
              Integer.parseInt(entries.group(8)),
              shared.find() ? Integer.parseInt(shared.group(1)) : 0,
              Integer.parseInt(entries.group(4)),
              Integer.parseInt(entries.group(5)) + Integer.parseInt(entries.group(6))));
    }
    return rows;
  }
}
