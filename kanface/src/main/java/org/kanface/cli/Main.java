package org.kanface.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The program's entry point: `kanface COMMAND`.
@Command(
    name = "kanface",
    description = "Trains and evaluates face-recognition networks.",
    mixinStandardHelpOptions = true)
public final class Main {
  private Main() {}

  /// Runs the command line and exits with its status: 0 done, 2 wrong usage.
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
