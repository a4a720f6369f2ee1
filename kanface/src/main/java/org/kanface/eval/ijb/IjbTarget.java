package org.kanface.eval.ijb;

import java.util.Locale;

/// Which of the two collections: their files differ in the prefix of the names, and the galleries
/// are called S1 and S2 in IJB-B, G1 and G2 in IJB-C.
public enum IjbTarget {
  IJBB,
  IJBC;

  /// The prefix of its files: `ijbb` or `ijbc`.
  public String prefix() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What its row of the published table is called: `ijbc-IJBC`.
  public String method() {
    return prefix() + "-" + name();
  }
}
