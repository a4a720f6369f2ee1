package org.kanface.golden;

/// How a case ended.
///
/// @param detail the closeness of a pass, the first miss of a failure, or what is not supported
public record Outcome(String id, Status status, String detail) {
  /// An unsupported case is a miss too.
  public enum Status {
    PASS,
    FAIL,
    UNSUPPORTED
  }
}
