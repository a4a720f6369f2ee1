package org.kanface.tools.driver;

import java.util.Locale;
import org.kanface.tools.ptx.SimOptions;

/// What the simulated machine is, from system properties.
///
/// @param capability compute capability times 10 (`kanface.sim.capability`, 9.0)
/// @param memory of the device in bytes (`kanface.sim.memory`, 4 GiB)
/// @param check whether the sanitizers watch every launch (`kanface.sim.check`, false)
record SimSettings(int capability, long memory, boolean check) {
  private static final long MEMORY = 4L << 30;

  static SimSettings ofProperties() {
    double capability = Double.parseDouble(System.getProperty("kanface.sim.capability", "9.0"));
    return new SimSettings(
        (int) Math.round(10 * capability),
        Long.getLong("kanface.sim.memory", MEMORY),
        Boolean.getBoolean("kanface.sim.check"));
  }

  SimOptions options() {
    return check ? SimOptions.CHECK : SimOptions.DEFAULT;
  }

  String name() {
    return String.format(
        Locale.ROOT, "PTX simulator, compute capability %d.%d", capability / 10, capability % 10);
  }
}
