package org.kanface.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The program's entry point: `kanface COMMAND`.
@Command(
    name = "kanface",
    description = "Trains and evaluates face-recognition networks.",
    subcommands = {
      TrainCommand.class,
      ContinueCommand.class,
      TestCommand.class,
      ExportCommand.class,
      EmbedCommand.class,
      CompareCommand.class,
      AlignCommand.class,
      GalleryCommand.class,
      ImportCommand.class,
      IjbCommand.class,
      IdentifyCommand.class,
      DataCommand.class,
      ConfigCommand.class,
      PlanCommand.class,
      FlopsCommand.class,
      GoldenCommand.class,
      DoctorCommand.class
    },
    mixinStandardHelpOptions = true,
    version = "kanface 0.1.0",
    footer = {
      "",
      "Exit status: 0 done, 1 failed, 2 wrong usage. Every failure is one sentence on standard"
          + " error."
    })
public final class Main implements Runnable {
  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "After a failure, print where in the program it happened.")
  boolean stacktrace;

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  /// Runs the command line and ends the JVM with its status: 0 done, 1 failed, 2 wrong usage.
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  /// Runs the command line with the given streams and returns its status.
  static int run(PrintWriter out, PrintWriter err, String... args) {
    Main main = new Main();
    CommandLine commands = new CommandLine(main);
    Failures failures = new Failures(err, () -> main.stacktrace);
    commands
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
    return failures.guard(() -> commands.execute(args));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command; see kanface --help");
  }
}
