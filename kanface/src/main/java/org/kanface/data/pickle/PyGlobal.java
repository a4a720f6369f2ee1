package org.kanface.data.pickle;

/// A class or function that a pickle names, with what stands in for calling it.
public record PyGlobal(String module, String name, Constructor constructor) {
  /// Stands in for calling a Python class or function.
  @FunctionalInterface
  public interface Constructor {
    /// The value of a call with `arguments`.
    ///
    /// Throws [IllegalArgumentException], with what was expected and found, for arguments it does
    /// not take.
    Object call(PyTuple arguments);
  }

  @Override
  public String toString() {
    return module + "." + name;
  }
}
