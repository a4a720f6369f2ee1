package org.kanface.tools.ptx.ir;

/// A virtual register of a function. Predicates and values are numbered apart, from 0.
public record Register(String name, Type type, int index) {

  /// True if it holds one bit a lane.
  public boolean predicate() {
    return type == Type.PRED;
  }
}
