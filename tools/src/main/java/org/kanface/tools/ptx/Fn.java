package org.kanface.tools.ptx;

/// What an instruction computes for one lane. Values are the raw bits of a register; a function
/// reads the low bits that its type has and may leave anything above them.
final class Fn {
  private Fn() {}

  interface One {
    long apply(long a);
  }

  interface Two {
    long apply(long a, long b);
  }

  interface Three {
    long apply(long a, long b, long c);
  }

  /// A comparison.
  interface Test {
    boolean apply(long a, long b);
  }

  /// Reads memory at a native address.
  interface Fetch {
    long get(long native0);
  }

  /// Writes memory at a native address.
  interface Put {
    void put(long native0, long bits);
  }
}
