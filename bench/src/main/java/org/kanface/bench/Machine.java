package org.kanface.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kanface.kernels.Backends;
import org.kanface.kernels.DType;

/// What a measurement was taken on.
final class Machine {
  private Machine() {}

  /// Processor, JDK, JVM flags, kernels and commit, by name.
  static Map<String, Object> describe() {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("machine", processor() + ", " + Runtime.getRuntime().availableProcessors() + " CPUs");
    facts.put("jdk", System.getProperty("java.vendor.version", "") + " " + Runtime.version());
    facts.put("flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    facts.put("kernels", Backends.kernels("cpu", DType.F32).describe());
    facts.put("commit", commit());
    return facts;
  }

  private static String processor() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(l -> l.startsWith("model name"))
          .findFirst()
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /// The abbreviated commit, with a plus sign where the working tree differs from it.
  private static String commit() {
    try {
      var process =
          new ProcessBuilder("git", "describe", "--always", "--dirty=+")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var out = process.getInputStream()) {
        return new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
      }
    } catch (IOException e) {
      return "unknown";
    }
  }
}
