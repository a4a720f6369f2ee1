package org.kanface.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Facts about the computer.
public final class Machine {
  private static final Path NVIDIA = Path.of("/proc/driver/nvidia/version");

  private Machine() {}

  /// Memory of the machine, or of the container around this process, in bytes.
  public static long physicalMemory() {
    return bean().getTotalMemorySize();
  }

  /// Of that, what is free, caches not counted as free.
  public static long freeMemory() {
    return bean().getFreeMemorySize();
  }

  /// The processor's name; its architecture where Linux does not tell.
  public static String processor() {
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

  /// The NVIDIA driver that the system has loaded, as it calls itself; empty where there is none.
  public static String nvidiaDriver() {
    try {
      return Files.readAllLines(NVIDIA).getFirst();
    } catch (IOException e) {
      return "";
    }
  }

  /// The machine's name in its network.
  public static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static String architecture() {
    return System.getProperty("os.arch", "unknown");
  }

  private static OperatingSystemMXBean bean() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }
}
