package org.kanface.bench;

/// A library beside ours that does some of the rows, found as a service.
public interface Engine {
  /// What the table calls it.
  String name();

  /// Whether it has this row.
  boolean has(String what);

  /// The row's work, set up. Only for rows that it has.
  Workload open(String what);
}
