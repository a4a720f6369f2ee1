package org.kanface.tools.ptxc;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The command `ptxc`.
public final class Ptxc {
  private static final int FAILURE = 1;
  private static final int USAGE = 2;
  private static final int DIFFERENT = 3;
  private static final Set<String> COMPILERS = Set.of("nvcc", "nvrtc");

  private static final String HELP =
      """
      Usage: ptxc [--check] [--compiler NAME] [FAMILY…]
      Compiles kernels/src/main/cuda/FAMILY.cu, or all of them, to the PTX in the resources of kernels
      (PTX ISA 7.0, for compute_75 and compute_80).

        --check           writes nothing; exit status 3 where a file would change
        --compiler NAME   nvcc, which made the committed files, or nvrtc, NVIDIA's compiler as a library;
                          if not given, nvcc or, where that is not installed, nvrtc
        --help            this text
      A file that would only name another compiler is left as it is.
      Exit status: 0 done, 1 a source does not compile, 2 wrong words on the command line.
      """;

  private Ptxc() {}

  /// Runs the command and ends the JVM with its exit status.
  public static void main(String[] args) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(Path.of(System.getProperty("kanface.root", ".")), List.of(args), out, err));
  }

  /// Runs the command on the checkout at `root`; returns its exit status.
  static int run(Path root, List<String> words, PrintStream out, PrintStream err) {
    if (words.contains("--help") || words.contains("-h")) {
      out.print(HELP);
      return 0;
    }
    var sources = new Sources(root);
    try {
      var families = new ArrayList<String>();
      Optional<String> compiler = Optional.empty();
      boolean check = false;
      for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
        String word = rest.next();
        if (word.equals("--check")) {
          check = true;
        } else if (word.equals("--compiler")) {
          compiler = Optional.of(rest.hasNext() ? rest.next() : "");
          if (!COMPILERS.contains(compiler.get())) {
            return refuse(
                err, "--compiler: expected nvcc or nvrtc, got '%s'.".formatted(compiler.get()));
          }
        } else if (word.startsWith("-")) {
          return refuse(err, "unknown option '%s'; --help shows the known ones.".formatted(word));
        } else if (!Files.isRegularFile(sources.source(word))) {
          return refuse(
              err,
              "there is no %s; the families are %s."
                  .formatted(sources.source(word), String.join(", ", sources.families())));
        } else {
          families.add(word);
        }
      }
      return compile(
          PtxCompiler.find(compiler),
          sources,
          families.isEmpty() ? sources.families() : families,
          check,
          out,
          err);
    } catch (PtxcException e) {
      err.println("ptxc: " + e.getMessage());
    } catch (IOException e) {
      err.println("ptxc: cannot read or write: " + e.getMessage());
    }
    return FAILURE;
  }

  private static int refuse(PrintStream err, String why) {
    err.println("ptxc: " + why);
    return USAGE;
  }

  private static int compile(
      PtxCompiler compiler,
      Sources sources,
      List<String> families,
      boolean check,
      PrintStream out,
      PrintStream err)
      throws IOException, PtxcException {
    int changed = 0;
    for (String family : families) {
      for (Target target : Target.values()) {
        Path file = sources.ptx(family, target);
        String text = compiler.compile(sources.source(family), target);
        if (PtxCompiler.isSame(file, text)) {
          continue;
        }
        changed++;
        if (check) {
          err.printf(
              "ptxc: %s is not what %s gives now.%n",
              sources.root().relativize(file), compiler.name());
        } else {
          Files.createDirectories(file.getParent());
          Files.writeString(file, text);
          out.println(sources.root().relativize(file));
        }
      }
    }
    return check && changed > 0 ? DIFFERENT : 0;
  }
}
