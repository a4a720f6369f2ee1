package org.kanface.kernels;

import java.io.IOException;
import java.nio.file.Path;

/// Plays NVIDIA's libraries on a machine without a GPU, for the backend `cuda-sim`; found through
/// [java.util.ServiceLoader].
public interface DriverStandIn {
  /// What it is, in a few words.
  String describe();

  /// Loads a library in place of each of NVIDIA's that the JNI library `natives` is linked against,
  /// so that loading `natives` itself then binds to them. They stay for the life of the process.
  void load(Path natives) throws IOException;
}
