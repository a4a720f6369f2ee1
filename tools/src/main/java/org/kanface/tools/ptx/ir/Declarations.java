package org.kanface.tools.ptx.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Parses variable declarations and their initialisers (PTX ISA, "Variables").
final class Declarations {
  private static final Set<String> SPACES =
      Set.of("global", "shared", "local", "const", "param", "tex", "sampler", "surf");

  private Declarations() {}

  /// True at `.global`, `.shared`, … of a declaration.
  static boolean starts(Cursor in) {
    return in.atDot() && SPACES.contains(in.peek().text().substring(1).split("::", -1)[0]);
  }

  /// All variables of `.space … name [= …], …;`, the semicolon taken.
  static List<Variable> statement(Cursor in, boolean external) {
    var found = new ArrayList<Variable>();
    Space space = space(in);
    int align = 0;
    Type type = Type.B8;
    int lanes = 1;
    while (in.atDot()) {
      if (in.accept(".align")) {
        align = in.smallInteger();
      } else if (in.accept(".v2")) {
        lanes = 2;
      } else if (in.accept(".v4")) {
        lanes = 4;
      } else if (in.accept(".attribute")) {
        managed(in);
      } else {
        type = type(in);
      }
    }
    do {
      found.add(one(in, space, type, align, lanes, external));
    } while (in.accept(","));
    in.expect(";");
    return found;
  }

  /// `.attribute(.managed)`: memory that the host sees too, as it sees all memory here.
  private static void managed(Cursor in) {
    in.expect("(");
    if (!in.accept(".managed")) {
      throw in.error("the attribute '%s' is not supported.", in.peek().text());
    }
    in.expect(")");
  }

  /// A parameter in a list, without its comma.
  static Variable parameter(Cursor in) {
    in.expect(".param");
    int align = 0;
    Type type = Type.B32;
    while (in.atDot()) {
      if (in.accept(".align")) {
        align = in.smallInteger();
      } else if (in.accept(".ptr")) {
        if (in.atDot() && SPACES.contains(in.peek().text().substring(1))) {
          in.take();
        }
        if (in.accept(".align")) {
          in.integer();
        }
      } else {
        type = type(in);
      }
    }
    return one(in, Space.PARAM, type, align, 1, false);
  }

  static Type type(Cursor in) {
    int line = in.line();
    String word = in.dotWord();
    Type type = Type.named(word);
    if (type == null) {
      throw new PtxException(line, "'.%s' is not a type that is supported here.", word);
    }
    return type;
  }

  private static Space space(Cursor in) {
    int line = in.line();
    String word = in.dotWord().split("::", -1)[0];
    try {
      return Space.valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException _) {
      throw new PtxException(line, "variables in '.%s' are not supported.", word);
    }
  }

  private static Variable one(
      Cursor in, Space space, Type type, int align, int lanes, boolean external) {
    int line = in.line();
    String name = in.name();
    long count = lanes;
    boolean unsized = false;
    while (in.accept("[")) {
      if (in.accept("]")) {
        unsized = true;
      } else {
        count = Math.multiplyExact(count, in.integer());
        in.expect("]");
      }
    }
    var initial = new ArrayList<Variable.Initial>();
    if (in.accept("=")) {
      long end = initialiser(in, type, initial, 0);
      if (unsized) {
        count = end / type.bytes();
        unsized = false;
      }
    }
    long size = unsized ? 0 : Math.multiplyExact(count, (long) type.bytes());
    for (var piece : initial) {
      if (piece.offset() >= size) {
        throw new PtxException(
            line, "the initialiser of '%s' is longer than its %d bytes.", name, size);
      }
    }
    return new Variable(
        name,
        space,
        type,
        Math.max(align, type.bytes() * lanes),
        size,
        List.copyOf(initial),
        external,
        line);
  }

  /// Reads one value or a braced list from byte `at` on; returns the offset behind it.
  private static long initialiser(Cursor in, Type type, List<Variable.Initial> into, long at) {
    if (in.accept("{")) {
      long next = at;
      while (!in.accept("}")) {
        next = initialiser(in, type, into, next);
        in.accept(",");
      }
      return next;
    }
    int bytes = type.bytes();
    if (in.peek().kind() == Token.Kind.NAME) {
      into.add(address(in, at, bytes));
    } else if (in.peek().kind() == Token.Kind.STRING) {
      String s = in.take().text();
      for (int i = 0; i < s.length(); i++) {
        into.add(new Variable.Bits(at + (long) i * bytes, s.charAt(i), bytes));
      }
      return at + (long) s.length() * bytes;
    } else {
      into.add(new Variable.Bits(at, Literals.bits(in.number(), type), bytes));
    }
    return at + bytes;
  }

  private static Variable.AddressOf address(Cursor in, long at, int bytes) {
    String name = in.name();
    int shift = 0;
    if (name.equals("mask")) {
      in.expect("(");
      shift = Long.numberOfTrailingZeros(in.integer());
      in.expect(",");
      Variable.AddressOf inner = address(in, at, bytes);
      in.expect(")");
      return new Variable.AddressOf(
          at, inner.name(), inner.addend(), inner.generic(), bytes, shift);
    }
    boolean generic = name.equals("generic") && in.at("(");
    if (generic) {
      in.expect("(");
      name = in.name();
      in.expect(")");
    }
    long addend = 0;
    if (in.accept("+")) {
      addend = in.integer();
    } else if (in.at("-")) {
      addend = in.integer();
    }
    return new Variable.AddressOf(at, name, addend, generic, bytes, shift);
  }
}
