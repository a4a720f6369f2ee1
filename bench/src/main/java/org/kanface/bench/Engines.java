package org.kanface.bench;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.ServiceLoader;

/// Who can do a row's work: our two kernel sets, and the libraries of the profile `peers`.
final class Engines {
  static final String FAST = "cpu";
  static final String NAIVE = "reference";

  private Engines() {}

  /// The other libraries that have a row.
  static List<Engine> peersOf(String what) {
    return ServiceLoader.load(Engine.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(e -> e.has(what))
        .toList();
  }

  /// Sets a row's work up for the engine of a name.
  static Workload open(Work row, String name) {
    if (name.equals(FAST) || name.equals(NAIVE)) {
      return row.setup().on(name);
    }
    return peersOf(row.what()).stream()
        .filter(e -> e.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("no engine called " + name + " has the row"))
        .open(row.what());
  }
}
