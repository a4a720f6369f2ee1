package org.kanface.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.kanface.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns whatever goes wrong into one sentence on standard error, `kanface: …`, and a status: 2
/// where the command was used wrongly, 1 where it failed.
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  static final int FAILED = 1;
  static final int USAGE = 2;

  private final PrintWriter err;
  private final BooleanSupplier stacktrace;

  Failures(PrintWriter err, BooleanSupplier stacktrace) {
    this.err = err;
    this.stacktrace = stacktrace;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    String message = firstLine(e);
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String word = unmatched.getUnmatched().getFirst();
      message = (unmatched.isUnknownOption() ? "no option " : "no command or argument ") + word;
      List<String> near = unmatched.getSuggestions();
      message += near.isEmpty() ? "; see --help" : "; did you mean " + near.getFirst() + "?";
    }
    return tell(message, e, USAGE);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine commands, ParseResult result) {
    return tell(e);
  }

  /// Runs `work`; errors of the JVM, which no handler sees, end in a sentence too.
  @SuppressWarnings("CatchingUnchecked")
  int guard(IntSupplier work) {
    try {
      return work.getAsInt();
    } catch (Throwable t) {
      return tell(t);
    }
  }

  private int tell(Throwable t) {
    return switch (t) {
      case ConfigException e -> tell(firstLine(e), e, USAGE);
      case UncheckedIOException e -> tell(io(Objects.requireNonNull(e.getCause())), e, FAILED);
      case IOException e -> tell(io(e), e, FAILED);
      case OutOfMemoryError e ->
          tell(
              "out of memory with a heap of %d MiB; set KANFACE_JAVA_OPTS=-Xmx… for more, or a smaller batch_size"
                  .formatted(Runtime.getRuntime().maxMemory() >> 20),
              e,
              FAILED);
      case RuntimeException e when ours(e) -> tell(firstLine(e), e, FAILED);
      default ->
          tell(
              "internal error: %s; run it again with --stacktrace to see where"
                  .formatted(t.getMessage() == null ? t.getClass().getSimpleName() : t),
              t,
              FAILED);
    };
  }

  /// Exceptions that this program throws on purpose, with a sentence for the user.
  private static boolean ours(RuntimeException e) {
    boolean sentence =
        e instanceof IllegalArgumentException
            || e instanceof IllegalStateException
            || e instanceof UnsupportedOperationException
            || e.getClass().getName().startsWith("org.kanface.");
    return sentence && e.getMessage() != null;
  }

  private static String io(IOException e) {
    String file =
        e instanceof FileSystemException f && f.getFile() != null ? f.getFile() : "a file";
    return switch (e) {
      case NoSuchFileException _ -> file + ": no such file or folder";
      case AccessDeniedException _ -> file + ": permission denied";
      case FileAlreadyExistsException _ -> file + ": already exists";
      case FileSystemException f ->
          file + ": " + (f.getReason() == null ? "cannot be used" : f.getReason());
      default -> "reading or writing failed: " + firstLine(e);
    };
  }

  private int tell(String message, Throwable t, int status) {
    err.println("kanface: " + message);
    if (stacktrace.getAsBoolean()) {
      t.printStackTrace(err);
    }
    err.flush();
    return status;
  }

  private static String firstLine(Throwable t) {
    return String.valueOf(t.getMessage()).lines().findFirst().orElse("no message").strip();
  }
}
