package org.kanface.data.pickle;

/// A value whose state a pickle sets after making it (`__setstate__`).
public interface Buildable {
  /// Takes the state; throws [IllegalArgumentException], with what was expected and found, where it
  /// cannot.
  void build(Object state);
}
