package org.kanface.tools.ptx.ir;

import java.util.List;
import java.util.Locale;

/// A place in the words of a PTX file.
final class Cursor {
  private final List<Token> tokens;
  private int at;

  Cursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  int line() {
    return peek().line();
  }

  Token take() {
    Token t = tokens.get(at);
    if (t.kind() != Token.Kind.END) {
      at++;
    }
    return t;
  }

  boolean at(String text) {
    return peek().is(text);
  }

  boolean accept(String text) {
    if (at(text)) {
      at++;
      return true;
    }
    return false;
  }

  void expect(String text) {
    if (!accept(text)) {
      throw error("expected '%s', found '%s'.", text, peek().text());
    }
  }

  String name() {
    if (peek().kind() != Token.Kind.NAME) {
      throw error("expected a name, found '%s'.", peek().text());
    }
    return take().text();
  }

  /// The word after the dot.
  String dotWord() {
    if (peek().kind() != Token.Kind.DOT) {
      throw error("expected a word with a dot, found '%s'.", peek().text());
    }
    return take().text().substring(1);
  }

  boolean atDot() {
    return peek().kind() == Token.Kind.DOT;
  }

  /// An integer, with an optional sign.
  long integer() {
    boolean minus = accept("-");
    Token t = peek();
    if (t.kind() != Token.Kind.NUMBER) {
      throw error("expected a number, found '%s'.", t.text());
    }
    take();
    long value = integer(t);
    return minus ? -value : value;
  }

  int smallInteger() {
    return Math.toIntExact(integer());
  }

  /// The value of an integer literal: decimal, `0x`, `0b` or octal, with an optional `U`.
  static long integer(Token t) {
    String s = t.text().toLowerCase(Locale.ROOT);
    if (s.endsWith("u") && !s.startsWith("0f") && !s.startsWith("0d")) {
      s = s.substring(0, s.length() - 1);
    }
    try {
      if (s.startsWith("0x")) {
        return Long.parseUnsignedLong(s, 2, s.length(), 16);
      }
      if (s.startsWith("0b")) {
        return Long.parseUnsignedLong(s, 2, s.length(), 2);
      }
      if (s.length() > 1 && s.startsWith("0")) {
        return Long.parseUnsignedLong(s, 8);
      }
      return Long.parseUnsignedLong(s);
    } catch (NumberFormatException _) {
      throw new PtxException(t.line(), "expected an integer, found '%s'.", t.text());
    }
  }

  /// A number of any form; a minus sign before it is taken too.
  Operand.Immediate number() {
    boolean minus = accept("-");
    boolean not = !minus && accept("~");
    Token t = take();
    String s = t.text().toLowerCase(Locale.ROOT);
    try {
      if (s.startsWith("0f") && s.length() == 10) {
        long bits = Long.parseLong(s, 2, 10, 16);
        return new Operand.Immediate(minus ? bits ^ 0x8000_0000L : bits, Operand.Form.FLOAT_BITS);
      }
      if (s.startsWith("0d") && s.length() == 18) {
        long bits = Long.parseUnsignedLong(s, 2, 18, 16);
        return new Operand.Immediate(
            minus ? bits ^ Long.MIN_VALUE : bits, Operand.Form.DOUBLE_BITS);
      }
      boolean hexadecimal = s.startsWith("0x");
      if (!hexadecimal && (s.contains(".") || s.contains("e"))) {
        double value = Double.parseDouble(s);
        return new Operand.Immediate(
            Double.doubleToRawLongBits(minus ? -value : value), Operand.Form.DOUBLE_BITS);
      }
    } catch (NumberFormatException _) {
      throw new PtxException(t.line(), "expected a number, found '%s'.", t.text());
    }
    long value = integer(t);
    return new Operand.Immediate(minus ? -value : not ? ~value : value, Operand.Form.INTEGER);
  }

  void skipStatement() {
    while (!accept(";")) {
      if (peek().kind() == Token.Kind.END) {
        throw error("expected ';', found the end of the file.");
      }
      take();
    }
  }

  PtxException error(String message, Object... arguments) {
    return new PtxException(line(), message, arguments);
  }
}
