package org.kanface.tools.ptx;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kanface.tools.ptx.CommandLine.Mode;
import org.kanface.tools.ptx.CommandLine.UsageException;
import org.kanface.tools.ptx.ir.PtxException;

/// The command `ptxsim`.
public final class PtxSim {
  private static final int FAULT = 1;
  private static final int USAGE = 2;
  private static final int FINDING = 3;

  private PtxSim() {}

  /// Runs the command and ends the JVM with its exit status.
  public static void main(String[] args) {
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    int status = run(List.of(args), out, err);
    out.flush();
    System.exit(status);
  }

  /// Runs the command; returns its exit status.
  static int run(List<String> words, PrintStream out, PrintStream err) {
    try {
      if (words.isEmpty() || words.contains("--help") || words.contains("-h")) {
        (words.isEmpty() ? err : out).print(CommandLine.USAGE);
        return words.isEmpty() ? USAGE : 0;
      }
      if (words.getFirst().equals("list") && words.size() == 2) {
        return list(words.get(1), out);
      }
      return launch(CommandLine.parse(words), out, err);
    } catch (UsageException | IllegalArgumentException e) {
      err.println("ptxsim: " + e.getMessage());
      return USAGE;
    } catch (PtxException | Fault e) {
      err.println("ptxsim: " + e.getMessage());
      return FAULT;
    } catch (IOException e) {
      err.println("ptxsim: cannot read or write: " + e.getMessage());
      return FAULT;
    } catch (OutOfMemoryError e) {
      err.println("ptxsim: not enough memory: " + e.getMessage());
      return FAULT;
    }
  }

  private static String read(String file) throws IOException {
    Path path = Path.of(file);
    if (!Files.isRegularFile(path)) {
      throw new UsageException("the file '" + file + "' does not exist.");
    }
    return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
  }

  private static int list(String file, PrintStream out) throws IOException {
    try (var device = new SimDevice(SimOptions.DEFAULT)) {
      SimModule module = device.load(read(file));
      for (String name : module.kernels()) {
        SimKernel kernel = module.kernel(name);
        out.printf(
            "%s  parameters of %s bytes, %d bytes of shared memory%n",
            name, kernel.parameterBytes(), kernel.sharedBytes());
      }
    }
    return 0;
  }

  private static int launch(CommandLine line, PrintStream out, PrintStream err) throws IOException {
    var options =
        new SimOptions(line.mode() == Mode.CHECK, line.mode() == Mode.PROFILE, line.threads());
    Gpu gpu = Gpu.named(line.gpu());
    try (var device = new SimDevice(options)) {
      device.printTo(out::print);
      SimModule module = device.load(read(line.file()));
      SimKernel kernel = module.kernel(MangledName.in(module.kernels(), line.kernel()));
      var arguments = new Arguments(device);
      arguments.globals(module, line.global());
      Object[] values = arguments.values(kernel, line.arguments());
      LaunchReport report = kernel.launch(line.grid(), line.block(), line.shared(), values);
      arguments.writeOutputs();
      if (line.mode() == Mode.PROFILE) {
        var profile = new Profile(report, gpu);
        out.print(profile.text());
        if (line.json() != null) {
          Files.writeString(Path.of(line.json()), profile.json());
        }
      }
      for (String finding : report.findings()) {
        err.println("ptxsim: " + finding);
      }
      return report.findings().isEmpty() ? 0 : FINDING;
    }
  }
}
