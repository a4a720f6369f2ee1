package org.kanface.tools.ptxc;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// An installed nvcc.
///
/// @param path the program
/// @param version for example `13.0.88`
record Nvcc(Path path, String version) implements PtxCompiler {
  /// The flags of every compilation, after the target's.
  static final List<String> FLAGS = List.of("-O3", "-std=c++17");

  private static final Pattern RELEASE = Pattern.compile("\\bV(\\d+(\\.\\d+)+)");

  /// The first one on the PATH or in `/usr/local/cuda`.
  static Optional<Nvcc> find() throws IOException, PtxcException {
    String path = System.getenv("PATH");
    var folders = new ArrayList<>(List.of((path == null ? "" : path).split(File.pathSeparator)));
    folders.add("/usr/local/cuda/bin");
    Optional<Path> program =
        folders.stream().map(f -> Path.of(f, "nvcc")).filter(Files::isExecutable).findFirst();
    return program.isEmpty() ? Optional.empty() : Optional.of(of(program.get()));
  }

  private static Nvcc of(Path program) throws IOException, PtxcException {
    String said = run(List.of(program.toString(), "--version"));
    Matcher m = RELEASE.matcher(said);
    if (!m.find()) {
      throw new PtxcException("%s does not say its version: %s".formatted(program, said.strip()));
    }
    return new Nvcc(program, m.group(1));
  }

  @Override
  public String name() {
    return "nvcc " + version;
  }

  @Override
  public String flags(Target target) {
    return "-arch=" + target.architecture() + " " + String.join(" ", FLAGS);
  }

  @Override
  public String ptx(Path source, Target target) throws IOException, PtxcException {
    Path ptx = Files.createTempFile("ptxc", ".ptx");
    try {
      run(
          Stream.of(
                  Stream.of(path.toString(), "-ptx", "-arch=" + target.architecture()),
                  FLAGS.stream(),
                  Stream.of(source.toString(), "-o", ptx.toString()))
              .flatMap(words -> words)
              .toList());
      return Files.readString(ptx);
    } finally {
      Files.delete(ptx);
    }
  }

  private static String run(List<String> command) throws IOException, PtxcException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new PtxcException(
            "%s failed with status %d:%n%s"
                .formatted(String.join(" ", command), process.exitValue(), said.strip()));
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new PtxcException(command.getFirst() + " was interrupted.");
    }
    return said;
  }
}
