package org.kanface.tools.ptx.ir;

import java.util.ArrayList;
import java.util.List;

/// Cuts PTX into words (PTX ISA, "Syntax"). Comments and line directives of the C preprocessor are
/// passed over.
final class Lexer {
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  private Lexer(String text) {
    this.text = text;
  }

  static List<Token> tokens(String text) {
    return new Lexer(text).run();
  }

  private List<Token> run() {
    while (true) {
      skipBlanks();
      if (at >= text.length()) {
        tokens.add(new Token(Token.Kind.END, "the end of the file", line));
        return tokens;
      }
      next();
    }
  }

  private void skipBlanks() {
    boolean fresh = at == 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        line++;
        at++;
        fresh = true;
      } else if (Character.isWhitespace(c) || c == 0) {
        at++;
      } else if (text.startsWith("//", at) || (c == '#' && fresh)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          throw new PtxException(line, "the comment that starts here has no end.");
        }
        line += (int) text.substring(at, end).chars().filter(x -> x == '\n').count();
        at = end + 2;
      } else {
        return;
      }
    }
  }

  private void next() {
    char c = text.charAt(at);
    int start = at;
    if (isNameStart(c)) {
      at++;
      while (at < text.length() && isNamePart(text.charAt(at))) {
        at++;
      }
      add(Token.Kind.NAME, start);
    } else if (Character.isDigit(c)) {
      number();
      add(Token.Kind.NUMBER, start);
    } else if (c == '.' && at + 1 < text.length() && isNamePart(text.charAt(at + 1))) {
      at++;
      while (at < text.length()
          && (isNamePart(text.charAt(at)) || (text.startsWith("::", at) && named(at + 2)))) {
        at += text.charAt(at) == ':' ? 2 : 1;
      }
      add(Token.Kind.DOT, start);
    } else if (c == '"') {
      int end = text.indexOf('"', at + 1);
      if (end < 0) {
        throw new PtxException(line, "the string that starts here has no end.");
      }
      at = end + 1;
      tokens.add(new Token(Token.Kind.STRING, text.substring(start + 1, end), line));
    } else {
      at++;
      add(Token.Kind.MARK, start);
    }
  }

  private boolean named(int index) {
    return index < text.length() && isNamePart(text.charAt(index));
  }

  private void number() {
    if (text.charAt(at) == '0' && at + 1 < text.length() && isNamePart(text.charAt(at + 1))) {
      while (at < text.length() && isNamePart(text.charAt(at))) {
        at++; // 0x…, 0b…, 0f…, 0d…, octal, suffix U
      }
      return;
    }
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean exponentSign =
          (c == '-' || c == '+') && Character.toLowerCase(text.charAt(at - 1)) == 'e';
      if (!isNamePart(c) && c != '.' && !exponentSign) {
        return;
      }
      at++;
    }
  }

  private void add(Token.Kind kind, int start) {
    tokens.add(new Token(kind, text.substring(start, at), line));
  }

  private static boolean isNameStart(char c) {
    return Character.isLetter(c) || c == '_' || c == '$' || c == '%';
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }
}
