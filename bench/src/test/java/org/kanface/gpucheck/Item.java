package org.kanface.gpucheck;

import java.util.Map;

/// One thing to try on a device.
record Item(String name, Task task) {
  /// What is tried; returns numbers for the report, or throws with the reason why it is not well:
  /// [AssertionError] where a number is wrong, anything else where something does not work.
  @FunctionalInterface
  interface Task {
    Map<String, Object> run();
  }

  /// A task that has nothing to report but that it is well.
  static Item of(String name, Runnable task) {
    return new Item(
        name,
        () -> {
          task.run();
          return Map.of();
        });
  }
}
