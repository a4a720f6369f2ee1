package org.kanface.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.kanface.kernels.Backend;
import org.kanface.kernels.Backends;
import org.kanface.kernels.Workers;
import org.kanface.report.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `kanface doctor`: what this machine offers, and what is missing.
@Command(
    name = "doctor",
    description =
        "Looks at the JDK, vector width, threads, memory and GPU; exits 1 if training cannot work.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private static final int OLDEST_JDK = 25;
  private static final long LEAST_MEMORY = 1L << 30;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    boolean well = true;
    int jdk = Runtime.version().feature();
    well &= jdk >= OLDEST_JDK;
    line(
        "JDK",
        "%s, %s%s"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vm.name", "unknown JVM"),
                jdk >= OLDEST_JDK ? "" : "; needs %d or newer".formatted(OLDEST_JDK)));
    line(
        "system",
        "%s %s, %s"
            .formatted(
                System.getProperty("os.name", "unknown"),
                System.getProperty("os.version", ""),
                Machine.processor()));
    line(
        "threads",
        "%d for kernels, %d processors"
            .formatted(Workers.threads(), Runtime.getRuntime().availableProcessors()));
    long memory = Machine.physicalMemory();
    well &= memory >= LEAST_MEMORY;
    line(
        "memory",
        "%.1f GiB, %.1f GiB of it free; Java heap up to %.1f GiB%s"
            .formatted(
                memory / 0x1p30,
                Machine.freeMemory() / 0x1p30,
                Runtime.getRuntime().maxMemory() / 0x1p30,
                memory >= LEAST_MEMORY ? "" : "; training needs 1 GiB or more"));
    for (Backend backend : Backends.all()) {
      Optional<String> missing = backend.missing();
      line(backend.name(), missing.map(why -> "no: " + why).orElseGet(() -> usable(backend)));
    }
    if (Backends.all().stream().noneMatch(b -> b.name().equals("cuda"))) {
      line("cuda", "no: this build has no CUDA kernels");
    }
    Backends.Choice choice = Backends.select("auto");
    boolean fast = !choice.backend().name().equals("reference");
    line("device auto", "takes " + named(choice));
    Backends.Choice plain = Backends.auto(false);
    if (!plain.backend().equals(choice.backend())) {
      line("", "for KANFace and EdgeFace it takes " + named(plain));
    }
    well &= fast;
    line("verdict", well ? "ready to train" : "not ready, see above");
    return well ? 0 : Failures.FAILED;
  }

  private static String named(Backends.Choice choice) {
    return "%s (%s)".formatted(choice.backend().name(), choice.reason());
  }

  private static String usable(Backend backend) {
    return backend.describe().isEmpty() ? "yes" : "yes, " + backend.describe();
  }

  private void line(String name, String value) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-12s %s%n", name, value);
  }
}
