package org.kanface.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// Facts about the computer.
final class Machine {
  private Machine() {}

  /// Memory of the machine, or of the container around this process, in bytes.
  static long physicalMemory() {
    return bean().getTotalMemorySize();
  }

  /// Of that, what is free, caches not counted as free.
  static long freeMemory() {
    return bean().getFreeMemorySize();
  }

  /// The processor's name; its architecture where Linux does not tell.
  static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseGet(Machine::architecture);
    } catch (IOException e) {
      return architecture();
    }
  }

  private static String architecture() {
    return System.getProperty("os.arch", "unknown");
  }

  private static OperatingSystemMXBean bean() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }
}
