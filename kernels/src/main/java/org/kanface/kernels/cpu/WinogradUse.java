package org.kanface.kernels.cpu;

import java.util.Locale;

/// Which convolutions take Winograd's `F(4 × 4, 3 × 3)`, by the system property `kanface.winograd`.
enum WinogradUse {
  /// Gradients and inference; the forward pass of a training takes the more exact `F(2 × 2, 3 ×
  /// 3)`.
  SAFE,
  /// All, the forward pass of a training too.
  ALWAYS,
  /// None, nor `F(2 × 2, 3 × 3)`.
  NEVER;

  private static final String PROPERTY = "kanface.winograd";

  /// What the property says, [#SAFE] where it is not set. Throws [IllegalArgumentException] for any
  /// other word.
  static WinogradUse chosen() {
    String word = System.getProperty(PROPERTY, "safe");
    for (WinogradUse use : values()) {
      if (use.name().toLowerCase(Locale.ROOT).equals(word)) {
        return use;
      }
    }
    throw new IllegalArgumentException(
        "system property %s: expected safe, always or never, got \"%s\"".formatted(PROPERTY, word));
  }
}
