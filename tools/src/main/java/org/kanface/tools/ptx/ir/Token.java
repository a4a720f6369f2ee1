package org.kanface.tools.ptx.ir;

/// A word of PTX.
///
/// @param text as written; a string without its quotes
record Token(Kind kind, String text, int line) {
  enum Kind {
    /// A name: registers, labels, opcodes.
    NAME,
    /// A word with its dot: directives, types, modifiers.
    DOT,
    NUMBER,
    STRING,
    /// One character.
    MARK,
    END
  }

  boolean is(String wanted) {
    return kind != Kind.STRING && text.equals(wanted);
  }
}
