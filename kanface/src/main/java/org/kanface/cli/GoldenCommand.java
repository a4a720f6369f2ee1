package org.kanface.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.kanface.config.ConfigException;
import org.kanface.golden.GoldenRunner;
import org.kanface.golden.Outcome;
import org.kanface.tensor.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kanface golden DIR`: compares the engine with values recorded from PyTorch.
@Command(
    name = "golden",
    description =
        "Runs the cases of a fixture folder and compares them with the recorded values; exits 1"
            + " unless all pass.",
    mixinStandardHelpOptions = true)
final class GoldenCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "Folder with index.json.")
  private Path folder = Path.of("");

  @Option(names = "--filter", description = "Only cases whose id matches this regular expression.")
  private String filter = "";

  @Option(
      names = "--device",
      description = "auto, cpu, reference, cuda, cuda-sim. Default: ${DEFAULT-VALUE}.")
  private String device = "auto";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Pattern wanted = pattern();
    if (!Files.isRegularFile(folder.resolve("index.json"))) {
      throw new ConfigException(folder + ": expected a folder with index.json");
    }
    List<Outcome> outcomes =
        new GoldenRunner(Device.of(device))
            .run(
                folder,
                id -> wanted.matcher(id).find(),
                o -> {
                  out.printf("%-11s %s: %s%n", o.status(), o.id(), o.detail());
                  out.flush();
                });
    long passed = outcomes.stream().filter(o -> o.status() == Outcome.Status.PASS).count();
    out.printf("%d of %d cases pass%n", passed, outcomes.size());
    return passed == outcomes.size() && passed > 0 ? 0 : Failures.FAILED;
  }

  private Pattern pattern() {
    try {
      return Pattern.compile(filter);
    } catch (PatternSyntaxException e) {
      throw new ConfigException("--filter: not a regular expression, " + e.getDescription());
    }
  }
}
