package org.kanface.tools.ptxc;

/// The virtual architectures that PTX is committed for. A GPU takes the newest one that it has the
/// features of: `COMPUTE_75` runs on Turing and everything after it, `COMPUTE_80` from Ampere on.
enum Target {
  COMPUTE_75("compute_75"),
  COMPUTE_80("compute_80");

  private final String architecture;

  Target(String architecture) {
    this.architecture = architecture;
  }

  /// As nvcc spells it.
  String architecture() {
    return architecture;
  }
}
