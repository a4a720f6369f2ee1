package org.kanface.tools.ptx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `ptxsim` was asked to do.
///
/// @param global `NAME=in:FILE`, in order
/// @param json where `profile` writes its numbers, or null
/// @param gpu the GPU that `profile` estimates for
record CommandLine(
    Mode mode,
    String file,
    String kernel,
    Dim3 grid,
    Dim3 block,
    int shared,
    List<String> global,
    List<String> arguments,
    int threads,
    String gpu,
    @Nullable String json) {

  /// The three commands.
  enum Mode {
    RUN,
    CHECK,
    PROFILE
  }

  /// A command line that makes no sense; the message says why.
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  static final String USAGE =
      """
      usage: ptxsim run|check|profile FILE.ptx KERNEL --grid X[,Y[,Z]] --block X[,Y[,Z]]
                    [--shared BYTES] [--global NAME=in:FILE]... [--threads N] ARG...
             ptxsim list FILE.ptx          names the kernels and their parameters

      run      executes the kernel; exit status 1 and one sentence if it faults
      check    the same with all sanitizers; exit status 3 and the finding if one fires
      profile  the same with counts; --gpu NAME (%s), --json FILE

      KERNEL and NAME as in the file, or as in the source where only one has that name.
      An ARG for each parameter, in order:
        i32:N u32:N i64:N u64:N f32:X f64:X   a number
        in:FILE          a buffer with the bytes of FILE
        out:FILE:BYTES   a buffer of zeros, written to FILE afterwards
        inout:FILE       a buffer with the bytes of FILE, written back afterwards
        zeros:BYTES      a buffer of zeros
        bytes:HEX        a structure by value
      """
          .formatted(String.join(", ", Gpu.names()));

  static CommandLine parse(List<String> words) {
    if (words.isEmpty()) {
      throw new UsageException("expected a command: run, check or profile.");
    }
    Mode mode =
        switch (words.getFirst()) {
          case "run" -> Mode.RUN;
          case "check" -> Mode.CHECK;
          case "profile" -> Mode.PROFILE;
          default ->
              throw new UsageException(
                  "expected a command run, check, profile or list, found '"
                      + words.getFirst()
                      + "'.");
        };
    var plain = new ArrayList<String>();
    var global = new ArrayList<String>();
    Dim3 grid = null;
    Dim3 block = null;
    int shared = 0;
    int threads = 0;
    String gpu = "a100";
    String json = null;
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("--")) {
        plain.add(word);
        continue;
      }
      int equals = word.indexOf('=');
      String option = equals < 0 ? word : word.substring(0, equals);
      String value = equals < 0 ? value(words, ++i, option) : word.substring(equals + 1);
      switch (option) {
        case "--grid" -> grid = size(option, value);
        case "--block" -> block = size(option, value);
        case "--shared" -> shared = number(option, value);
        case "--threads" -> threads = number(option, value);
        case "--global" -> global.add(value);
        case "--gpu" -> gpu = value;
        case "--json" -> json = value;
        default -> throw new UsageException("unknown option '" + option + "'.");
      }
    }
    if (plain.size() < 2) {
      throw new UsageException("expected a PTX file and the name of a kernel.");
    }
    if (grid == null || block == null) {
      throw new UsageException((grid == null ? "--grid" : "--block") + " is missing.");
    }
    return new CommandLine(
        mode,
        plain.get(0),
        plain.get(1),
        grid,
        block,
        shared,
        List.copyOf(global),
        List.copyOf(plain.subList(2, plain.size())),
        threads,
        gpu,
        json);
  }

  private static String value(List<String> words, int at, String option) {
    if (at >= words.size()) {
      throw new UsageException(option + " needs a value.");
    }
    return words.get(at);
  }

  private static Dim3 size(String option, String value) {
    try {
      return Dim3.parse(value);
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage());
    }
  }

  private static int number(String option, String value) {
    try {
      int n = Integer.parseInt(value);
      if (n >= 0) {
        return n;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new UsageException(option + ": expected a number of at least 0, got '" + value + "'.");
  }
}
